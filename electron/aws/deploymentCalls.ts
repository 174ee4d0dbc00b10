/** Changes of an endpoint that serves, and what CloudWatch counted of it. */
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import {
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker'
import type { EndpointRevision, MetricSeries } from '../../shared/endpoint.ts'
import { createConfig, createModel, type EndpointPlan } from './endpointLife.ts'
import { withAwsErrors } from './errors.ts'
import type { StepAnswer } from './stepAnswer.ts'
import type { Connection } from './workspace.ts'

/** Makes what the revision needs and puts the endpoint on it; the old one answers until the new one can. */
export async function putOnRevision(
  connection: Connection,
  plan: Pick<EndpointPlan, 'name' | 'title' | 'purpose' | 'scaling'>,
  revision: EndpointRevision,
): Promise<void> {
  for (const variant of revision.variants) requireDone(await createModel(connection, plan, variant))
  requireDone(await createConfig(connection, plan, revision))
  await updateEndpoint(connection, plan.name, revision.configName)
}

export async function updateEndpoint(
  { clients }: Connection,
  name: string,
  configName: string,
): Promise<void> {
  await withAwsErrors(() =>
    clients.sageMaker.send(
      new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: configName }),
    ),
  )
}

/** @param weights variant -> its part of the requests, in proportion to the others' */
export async function setWeights(
  { clients }: Connection,
  name: string,
  weights: Readonly<Record<string, number>>,
): Promise<void> {
  await withAwsErrors(() =>
    clients.sageMaker.send(
      new UpdateEndpointWeightsAndCapacitiesCommand({
        EndpointName: name,
        DesiredWeightsAndCapacities: Object.entries(weights).map(
          ([VariantName, DesiredWeight]) => ({
            VariantName,
            DesiredWeight,
          }),
        ),
      }),
    ),
  )
}

const wanted = [
  { metric: 'invocations', names: ['Invocations'], statistic: 'Sum' },
  { metric: 'errors', names: ['Invocation4XXErrors', 'Invocation5XXErrors'], statistic: 'Sum' },
  { metric: 'latencyP50', names: ['ModelLatency'], statistic: 'p50' },
  { metric: 'latencyP90', names: ['ModelLatency'], statistic: 'p90' },
] as const

/** By variant, or of the component that holds the model; latency in milliseconds. */
export async function endpointMetrics(
  { clients }: Connection,
  endpointName: string,
  { variants, componentName }: { variants: readonly string[]; componentName: string | null },
  range: { readonly startMs: number; readonly endMs: number; readonly periodSeconds: number },
): Promise<MetricSeries[]> {
  const queries = variants.flatMap((variant, at) =>
    wanted.flatMap(({ metric, names, statistic }, index) =>
      names.map((MetricName, part) => ({
        metric,
        variant,
        query: {
          Id: `q${at}_${index}_${part}`,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SageMaker',
              MetricName,
              Dimensions:
                componentName === null
                  ? [
                      { Name: 'EndpointName', Value: endpointName },
                      { Name: 'VariantName', Value: variant },
                    ]
                  : [{ Name: 'InferenceComponentName', Value: componentName }],
            },
            Period: range.periodSeconds,
            Stat: statistic,
          },
        },
      })),
    ),
  )
  const { cloudWatch } = await clients.cloud()
  const { MetricDataResults = [] } = await withAwsErrors(() =>
    cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(range.startMs),
        EndTime: new Date(range.endMs),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: queries.map(({ query }) => query),
      }),
    ),
  )
  return variants.flatMap((variant) =>
    wanted.map(({ metric }) => {
      const points = new Map<number, number>()
      for (const { query } of queries.filter(
        (one) => one.variant === variant && one.metric === metric,
      )) {
        const found = MetricDataResults.find(({ Id }) => Id === query.Id)
        for (const [index, at] of (found?.Timestamps ?? []).entries()) {
          const value = found?.Values?.[index] ?? 0
          // CloudWatch tells latency in microseconds.
          const inUnit = metric.startsWith('latency') ? value / 1000 : value
          points.set(at.getTime(), (points.get(at.getTime()) ?? 0) + inUnit)
        }
      }
      return {
        metric,
        variant,
        points: [...points].sort(([a], [b]) => a - b).map(([atMs, value]) => ({ atMs, value })),
      }
    }),
  )
}

function requireDone({ refusal }: StepAnswer): void {
  if (refusal) throw refusal
}
