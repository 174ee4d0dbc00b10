/** Training jobs on the wire and as the app means them. */
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import type { MetricDefinition } from '../../shared/metrics.ts'
import type { CandidateStatus } from '../../shared/model.ts'
import type { AwsClients } from './clients.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'
import type { HubModel } from './hub.ts'

export interface TrainingJobSpec {
  readonly jobName: string
  readonly roleArn: string
  readonly hubModel: HubModel
  /** Wire map. */
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly trainingUri: string
  readonly validationUri: string
  readonly outputUri: string
  /** s3://bucket/prefix/ where a stopped job leaves its checkpoint, and a later one goes on from. */
  readonly checkpointUri: string
}

export interface TrainingJob {
  readonly arn: string
  readonly status: CandidateStatus
  readonly secondaryStatus: string
  /** As the job was created with. */
  readonly metricDefinitions: readonly MetricDefinition[]
  readonly failureReason: string | null
  readonly modelArtifactUri: string | null
  readonly progress: { readonly step: number; readonly totalSteps: number } | null
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
  readonly trainingSeconds: number | null
}

/** SageMaker's default of one day is short for a slow computer; this is its maximum. */
const maxRuntimeSeconds = 28 * 24 * 3600

/**
 * The name is the idempotency key: when an earlier answer was lost, the job that is there already is taken as ours, for
 * names end in random letters.
 * @returns the job's ARN
 */
export async function createTrainingJob(
  clients: AwsClients,
  spec: TrainingJobSpec,
): Promise<string> {
  const { hubModel } = spec
  const channel = (ChannelName: string, S3Uri: string) => ({
    ChannelName,
    InputMode: 'File' as const,
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix' as const,
        S3Uri,
        S3DataDistributionType: 'FullyReplicated' as const,
      },
    },
  })
  try {
    const created = await clients.sageMaker.send(
      new CreateTrainingJobCommand({
        TrainingJobName: spec.jobName,
        RoleArn: spec.roleArn,
        AlgorithmSpecification: {
          TrainingImage: hubModel.trainingImage,
          TrainingInputMode: 'File',
          MetricDefinitions: hubModel.metricDefinitions.map(({ name, regex }) => ({
            Name: name,
            Regex: regex,
          })),
        },
        HyperParameters: { ...spec.hyperparameters },
        InputDataConfig: [
          channel('training', spec.trainingUri),
          channel('validation', spec.validationUri),
          {
            ...channel('model', hubModel.trainingArtifactUri),
            ContentType: 'application/x-sagemaker-model',
            CompressionType: 'None',
          },
        ],
        OutputDataConfig: { S3OutputPath: spec.outputUri, CompressionType: 'GZIP' },
        ResourceConfig: {
          InstanceType: hubModel.trainingInstanceType as 'ml.m5.large', // the hub names a valid one
          InstanceCount: 1,
          VolumeSizeInGB: hubModel.trainingVolumeGb,
        },
        CheckpointConfig: { S3Uri: spec.checkpointUri },
        StoppingCondition: { MaxRuntimeInSeconds: maxRuntimeSeconds },
        EnableNetworkIsolation: true,
        Tags: [
          { Key: 'sagemaker-sdk:jumpstart-model-id', Value: hubModel.baseModel.id },
          { Key: 'sagemaker-sdk:jumpstart-model-version', Value: hubModel.baseModel.version },
        ],
      }),
    )
    return created.TrainingJobArn ?? ''
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code !== 'NameTaken') throw refusal
    return (await describeTrainingJob(clients, spec.jobName)).arn
  }
}

/** @throws AppError NotFound */
export async function describeTrainingJob(
  { sageMaker }: AwsClients,
  jobName: string,
): Promise<TrainingJob> {
  const job = await withAwsErrors(() =>
    sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
  )
  const info = job.ProgressInfo
  const status = job.TrainingJobStatus
  return {
    arn: job.TrainingJobArn ?? '',
    // `Deleting` follows a terminal state only; nobody watches a job then.
    status: status === undefined || status === 'Deleting' ? 'InProgress' : status,
    secondaryStatus: job.SecondaryStatus ?? '',
    metricDefinitions: (job.AlgorithmSpecification?.MetricDefinitions ?? []).map(
      ({ Name, Regex }) => ({ name: Name ?? '', regex: Regex ?? '' }),
    ),
    failureReason: job.FailureReason ?? null,
    modelArtifactUri: job.ModelArtifacts?.S3ModelArtifacts ?? null,
    progress:
      info?.CurrentStep === undefined
        ? null
        : {
            step: info.CurrentStep,
            totalSteps: (info.TotalStepCountPerEpoch ?? 0) * (info.MaxEpoch ?? 0),
          },
    startedAtMs: job.TrainingStartTime?.getTime() ?? null,
    endedAtMs: job.TrainingEndTime?.getTime() ?? null,
    trainingSeconds: job.TrainingTimeInSeconds ?? null,
  }
}

/** A job that has ended already is left as it is. */
export async function stopTrainingJob({ sageMaker }: AwsClients, jobName: string): Promise<void> {
  try {
    await sageMaker.send(new StopTrainingJobCommand({ TrainingJobName: jobName }))
  } catch (error) {
    const refusal = fromSdkError(error)
    // SageMaker refuses with ValidationException when there is nothing left to stop.
    if (refusal.code !== 'InvalidRequest') throw refusal
  }
}
