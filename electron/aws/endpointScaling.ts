/** How many machines an endpoint has, by what is asked of it: Application Auto Scaling's targets and policies. */
import {
  DeregisterScalableTargetCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling'
import { DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch'
import type { EndpointScaling } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { withAwsErrors } from './errors.ts'
import type { Connection } from './workspace.ts'

export interface ScaledEndpoint {
  readonly name: string
  readonly variants: readonly string[]
  readonly scaling: EndpointScaling
  /** Its requests wait in a queue, so that it may have no machine at all. */
  readonly isAsync: boolean
}

/** A machine takes minutes to come, so that it is not given away for a short lull. */
const scaleInSeconds = 300
const scaleOutSeconds = 60

const dimension = {
  ServiceNamespace: 'sagemaker',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
} as const

/** What is there already is set anew. @throws AppError AccessDenied, PermissionMissing, InvalidRequest */
export async function applyScaling(
  { clients }: Connection,
  { name, variants, scaling, isAsync }: ScaledEndpoint,
): Promise<void> {
  const { applicationAutoScaling, cloudWatch } = await clients.cloud()
  for (const variant of variants) {
    const target = { ...dimension, ResourceId: resourceOf(name, variant) }
    await withAwsErrors(() =>
      applicationAutoScaling.send(
        new RegisterScalableTargetCommand({
          ...target,
          MinCapacity: scaling.min,
          MaxCapacity: scaling.max,
        }),
      ),
    )
    await withAwsErrors(() =>
      applicationAutoScaling.send(
        new PutScalingPolicyCommand({
          ...target,
          PolicyName: 'timbre-load',
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: scaling.target,
            ScaleInCooldown: scaleInSeconds,
            ScaleOutCooldown: scaleOutSeconds,
            ...(isAsync ? backlogOf(name) : invocations),
          },
        }),
      ),
    )
    if (scaling.min > 0) continue
    // The policy above counts by machine; without any, this is what wakes it.
    const { PolicyARN = '' } = await withAwsErrors(() =>
      applicationAutoScaling.send(
        new PutScalingPolicyCommand({
          ...target,
          PolicyName: 'timbre-wake',
          PolicyType: 'StepScaling',
          StepScalingPolicyConfiguration: {
            AdjustmentType: 'ChangeInCapacity',
            MetricAggregationType: 'Average',
            Cooldown: scaleInSeconds,
            StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
          },
        }),
      ),
    )
    await withAwsErrors(() =>
      cloudWatch.send(
        new PutMetricAlarmCommand({
          AlarmName: alarmOf(name),
          AlarmDescription: `Wakes the endpoint ${name}, which Timbre made, when a request waits.`,
          MetricName: 'HasBacklogWithoutCapacity',
          Namespace: 'AWS/SageMaker',
          Statistic: 'Average',
          Period: 60,
          EvaluationPeriods: 1,
          DatapointsToAlarm: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          TreatMissingData: 'missing',
          Dimensions: [{ Name: 'EndpointName', Value: name }],
          AlarmActions: [PolicyARN],
        }),
      ),
    )
  }
}

/** With the target its policies go, and the alarms that AWS made for them. What is gone already is no error. */
export async function removeScaling(
  { clients }: Connection,
  { name, variants, scaling }: ScaledEndpoint,
): Promise<void> {
  const { applicationAutoScaling, cloudWatch } = await clients.cloud()
  for (const variant of variants)
    await withAwsErrors(() =>
      applicationAutoScaling.send(
        new DeregisterScalableTargetCommand({
          ...dimension,
          ResourceId: resourceOf(name, variant),
        }),
      ),
    ).catch(goneIsDone)
  if (scaling.min === 0)
    await withAwsErrors(() =>
      cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [alarmOf(name)] })),
    ).catch(goneIsDone)
}

const invocations: Partial<TargetTrackingScalingPolicyConfiguration> = {
  // Each minute, by machine.
  PredefinedMetricSpecification: {
    PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance',
  },
}

/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html */
function backlogOf(name: string): Partial<TargetTrackingScalingPolicyConfiguration> {
  return {
    CustomizedMetricSpecification: {
      MetricName: 'ApproximateBacklogSizePerInstance',
      Namespace: 'AWS/SageMaker',
      Dimensions: [{ Name: 'EndpointName', Value: name }],
      Statistic: 'Average',
    },
  }
}

function resourceOf(name: string, variant: string): string {
  return `endpoint/${name}/variant/${variant}`
}

function alarmOf(name: string): string {
  return `${name}-wake`
}

/** Nor is what nobody may take away: it costs nothing, and does nothing without its endpoint. */
function goneIsDone(error: unknown): void {
  const code = error instanceof AppError ? error.code : ''
  const mayStay = ['NotFound', 'InvalidRequest', 'AccessDenied', 'PermissionMissing']
  if (!mayStay.includes(code)) throw error
}
