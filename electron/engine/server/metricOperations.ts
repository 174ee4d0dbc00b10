/** CloudWatch's GetMetricData over what the endpoints of this computer were asked. */
import { z } from 'zod'
import type { EndpointMinute } from '../jobs/endpointMetrics.ts'
import { epochSeconds, operation, type Operation } from './operation.ts'
import { validationError } from './serviceError.ts'

const statistic = z
  .string()
  .regex(/^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d{1,2})?)$/)

const metricQuery = z.object({
  Id: z
    .string()
    .max(255)
    .regex(/^[a-z][a-zA-Z0-9_]*$/),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
  MetricStat: z.object({
    Metric: z.object({
      Namespace: z.string(),
      MetricName: z.string(),
      Dimensions: z
        .array(z.object({ Name: z.string(), Value: z.string() }))
        .max(30)
        .default([]),
    }),
    Period: z.number().int().min(60).multipleOf(60),
    Stat: statistic,
  }),
})

const mostPoints = 100_800

/** The samples of a minute under CloudWatch's names for them; null: it is not counted here. */
function samplesOf(minute: EndpointMinute, metricName: string): number[] | null {
  switch (metricName) {
    case 'Invocations':
      return [minute.invocations]
    case 'Invocation4XXErrors':
      return [minute.clientErrors]
    case 'Invocation5XXErrors':
      return [minute.serverErrors]
    case 'ModelLatency':
      return [...minute.latencies]
    default:
      return null
  }
}

export const metricOperations: Readonly<Record<string, Operation>> = {
  GetMetricData: operation(
    z.object({
      MetricDataQueries: z.array(metricQuery).min(1).max(500),
      StartTime: z.number(),
      EndTime: z.number(),
      ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
    }),
    (context, input) => {
      const startMs = input.StartTime * 1000
      const endMs = input.EndTime * 1000
      if (endMs <= startMs) throw validationError('EndTime must be after StartTime.')
      const results = input.MetricDataQueries.filter(({ ReturnData }) => ReturnData).map(
        (query) => {
          const { Metric, Period, Stat } = query.MetricStat
          const dimension = (name: string) =>
            Metric.Dimensions.find(({ Name }) => Name === name)?.Value ?? null
          const endpoint = dimension('EndpointName')
          const periodMs = Period * 1000
          if ((endMs - startMs) / periodMs > mostPoints)
            throw validationError('The time range holds too many points.')
          const minutes =
            Metric.Namespace === 'AWS/SageMaker' && endpoint !== null
              ? context.endpointMetrics.between(endpoint, dimension('VariantName'), startMs, endMs)
              : []
          const points = new Map<number, number[]>()
          for (const minute of minutes) {
            const samples = samplesOf(minute, Metric.MetricName)
            if (!samples || samples.length === 0) continue
            const at = Math.floor(minute.startMs / periodMs) * periodMs
            points.set(at, [...(points.get(at) ?? []), ...samples])
          }
          const sorted = [...points].sort(([a], [b]) => a - b)
          if (input.ScanBy === 'TimestampDescending') sorted.reverse()
          return {
            Id: query.Id,
            Label: query.Label ?? Metric.MetricName,
            StatusCode: 'Complete',
            Timestamps: sorted.map(([at]) => epochSeconds(at)),
            Values: sorted.map(([, samples]) => reduce(samples, Stat)),
          }
        },
      )
      return { MetricDataResults: results, Messages: [] }
    },
  ),
}

function reduce(samples: readonly number[], statisticName: string): number {
  const sum = samples.reduce((total, value) => total + value, 0)
  switch (statisticName) {
    case 'SampleCount':
      return samples.length
    case 'Sum':
      return sum
    case 'Average':
      return sum / samples.length
    case 'Minimum':
      return Math.min(...samples)
    case 'Maximum':
      return Math.max(...samples)
    default: {
      const sorted = samples.toSorted((a, b) => a - b)
      const rank = Math.ceil((Number(statisticName.slice(1)) / 100) * sorted.length)
      return sorted[Math.max(0, rank - 1)] ?? 0
    }
  }
}
