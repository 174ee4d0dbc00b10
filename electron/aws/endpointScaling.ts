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
  /** Holds its model; what scales is then its number of copies, of which each has a machine of its own. */
  readonly componentName: string | null
}

/** A machine takes minutes to come, so that it is not given away for a short lull. */
const scaleInSeconds = 300
const scaleOutSeconds = 60

/** What is there already is set anew. @throws AppError AccessDenied, PermissionMissing, InvalidRequest */
export async function applyScaling(
  { clients }: Connection,
  endpoint: ScaledEndpoint,
): Promise<void> {
  const { applicationAutoScaling, cloudWatch } = await clients.cloud()
  const { scaling } = endpoint
  for (const target of targetsOf(endpoint)) {
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
            ...loadOf(endpoint),
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
            MetricAggregationType: 'Maximum',
            Cooldown: scaleInSeconds,
            StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
          },
        }),
      ),
    )
    await withAwsErrors(() =>
      cloudWatch.send(
        new PutMetricAlarmCommand({
          AlarmName: alarmOf(endpoint),
          AlarmDescription: `Wakes the endpoint ${endpoint.name}, which Timbre made, when it is asked.`,
          Namespace: 'AWS/SageMaker',
          Period: 60,
          EvaluationPeriods: 1,
          DatapointsToAlarm: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          TreatMissingData: 'missing',
          ...wakeOf(endpoint),
          AlarmActions: [PolicyARN],
        }),
      ),
    )
  }
}

/** With the target its policies go, and the alarms that AWS made for them. What is gone already is no error. */
export async function removeScaling(
  { clients }: Connection,
  endpoint: ScaledEndpoint,
): Promise<void> {
  const { applicationAutoScaling, cloudWatch } = await clients.cloud()
  // What wakes it goes first.
  if (endpoint.scaling.min === 0)
    await withAwsErrors(() =>
      cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [alarmOf(endpoint)] })),
    ).catch(goneIsDone)
  for (const target of targetsOf(endpoint))
    await withAwsErrors(() =>
      applicationAutoScaling.send(new DeregisterScalableTargetCommand(target)),
    ).catch(goneIsDone)
}

function targetsOf({ name, variants, componentName }: ScaledEndpoint) {
  const namespace = { ServiceNamespace: 'sagemaker' } as const
  if (componentName !== null)
    return [
      {
        ...namespace,
        ScalableDimension: 'sagemaker:inference-component:DesiredCopyCount' as const,
        ResourceId: `inference-component/${componentName}`,
      },
    ]
  return variants.map((variant) => ({
    ...namespace,
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount' as const,
    ResourceId: `endpoint/${name}/variant/${variant}`,
  }))
}

function loadOf({
  name,
  isAsync,
  componentName,
}: ScaledEndpoint): Partial<TargetTrackingScalingPolicyConfiguration> {
  // Counted every ten seconds, without questions too: one that is counted by question never goes down to none.
  if (componentName !== null)
    return {
      PredefinedMetricSpecification: {
        PredefinedMetricType: 'SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution',
      },
    }
  return isAsync ? backlogOf(name) : invocations
}

/** What tells that someone asks while there is no machine. */
function wakeOf({ name, componentName }: ScaledEndpoint) {
  return componentName === null
    ? {
        MetricName: 'HasBacklogWithoutCapacity',
        Statistic: 'Average' as const,
        Dimensions: [{ Name: 'EndpointName', Value: name }],
      }
    : {
        MetricName: 'NoCapacityInvocationFailures',
        Statistic: 'Sum' as const,
        Dimensions: [{ Name: 'InferenceComponentName', Value: componentName }],
      }
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

function alarmOf({ name }: ScaledEndpoint): string {
  return `${name}-wake`
}

/** Nor is what nobody may take away: it costs nothing, and does nothing without its endpoint. */
function goneIsDone(error: unknown): void {
  const code = error instanceof AppError ? error.code : ''
  const mayStay = ['NotFound', 'InvalidRequest', 'AccessDenied', 'PermissionMissing']
  if (!mayStay.includes(code)) throw error
}
