/** Training jobs on the wire and as the app means them. */
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import type { MetricDefinition } from '../../shared/metrics.ts'
import type { Billed, CandidateStatus } from '../../shared/model.ts'
import type { AwsClients } from './clients.ts'
import type { CloudChoice } from '../../shared/trainingWay.ts'
import { AppError } from '../../shared/errors.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'
import type { HubModel, HubVariant } from './hubDocument.ts'
import { channelOf, tagsOf, volumeKeyOf, vpcOf, type JobConnection } from './requestParts.ts'

export interface TrainingJobSpec {
  readonly jobName: string
  readonly hubModel: HubModel
  /** Wire map. */
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly trainingUri: string
  readonly validationUri: string
  readonly outputUri: string
  /** s3://bucket/prefix/ where a stopped job leaves its checkpoint, and a later one goes on from. */
  readonly checkpointUri: string
  /** Null on this computer. */
  readonly choice: CloudChoice | null
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
  /** Null: AWS does not say, or not yet. */
  readonly billed: Billed | null
}

/** SageMaker's default of one day is short for a slow computer; this is its maximum. */
const maxRuntimeSeconds = 28 * 24 * 3600
/** How long a job may wait for spare machines, on top of its own time. */
const spotPatienceSeconds = 24 * 3600

/**
 * The name is the idempotency key: when an earlier answer was lost, the job that is there already is taken as ours, for
 * names end in random letters.
 * @returns the job's ARN
 */
export async function createTrainingJob(
  connection: JobConnection,
  spec: TrainingJobSpec,
): Promise<string> {
  const request = trainingJobRequest(connection, spec)
  try {
    const created = await connection.clients.sageMaker.send(new CreateTrainingJobCommand(request))
    return created.TrainingJobArn ?? ''
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code !== 'NameTaken') throw refusal
    return (await describeTrainingJob(connection.clients, spec.jobName)).arn
  }
}

/** From document to request by the rules that SageMaker's own Python SDK applies. */
export function trainingJobRequest(
  connection: JobConnection,
  spec: TrainingJobSpec,
): CreateTrainingJobCommandInput {
  const { hubModel, choice } = spec
  const { training, baseModel } = hubModel
  const instanceType = choice?.instanceType ?? hubModel.trainingInstanceType
  const { image, artifactUri, hyperparameters } = variantFor(hubModel, instanceType)
  const kmsKeyArn = connection.kmsKeyArn
  const maxRuntime = Math.min(training.maxRuntimeSeconds, maxRuntimeSeconds)
  const model = channelOf('model', artifactUri)
  const vpc = vpcOf(connection)
  return {
    TrainingJobName: spec.jobName,
    RoleArn: connection.roleArn,
    AlgorithmSpecification: {
      TrainingImage: image,
      TrainingInputMode: 'File',
      MetricDefinitions: hubModel.metricDefinitions.map(({ name, regex }) => ({
        Name: name,
        Regex: regex,
      })),
    },
    HyperParameters: {
      ...training.fixedHyperparameters,
      ...hyperparameters,
      ...spec.hyperparameters,
    },
    InputDataConfig: [
      channelOf('training', spec.trainingUri),
      channelOf('validation', spec.validationUri),
      {
        ...model,
        ContentType: 'application/x-sagemaker-model',
        CompressionType: 'None',
        // Sent only where it was shown and accepted: see startVersion.
        ...(baseModel.cloud?.eula &&
          model.DataSource?.S3DataSource && {
            DataSource: {
              S3DataSource: {
                ...model.DataSource.S3DataSource,
                ModelAccessConfig: { AcceptEula: true },
              },
            },
          }),
      },
      ...(training.scriptUri === null ? [] : [channelOf('code', training.scriptUri)]),
    ],
    OutputDataConfig: {
      S3OutputPath: spec.outputUri,
      CompressionType: training.compressesOutput ? 'GZIP' : 'NONE',
      ...(kmsKeyArn === null ? {} : { KmsKeyId: kmsKeyArn }),
    },
    ResourceConfig: {
      InstanceType: instanceType as 'ml.m5.large', // the hub names a valid one
      InstanceCount: 1,
      VolumeSizeInGB: hubModel.trainingVolumeGb,
      ...volumeKeyOf(connection, instanceType),
    },
    CheckpointConfig: { S3Uri: spec.checkpointUri },
    StoppingCondition: {
      MaxRuntimeInSeconds: maxRuntime,
      ...(choice?.spot ? { MaxWaitTimeInSeconds: maxRuntime + spotPatienceSeconds } : {}),
    },
    ...(choice?.spot ? { EnableManagedSpotTraining: true } : {}),
    ...(vpc ? { VpcConfig: vpc } : {}),
    EnableNetworkIsolation: training.isIsolated,
    ...(training.encryptsTraffic ? { EnableInterContainerTrafficEncryption: true } : {}),
    Tags: tagsOf(connection, [
      { Key: 'sagemaker-sdk:jumpstart-model-id', Value: baseModel.id },
      { Key: 'sagemaker-sdk:jumpstart-model-version', Value: baseModel.version },
    ]),
  }
}

/** A type's own variant goes before its family's. */
function variantFor({ training, trainingImage, trainingArtifactUri }: HubModel, type: string) {
  const found = [training.variants[type], training.variants[type.split('.')[1] ?? '']]
  const first = <T>(read: (variant: HubVariant) => T | null): T | null => {
    for (const variant of found) {
      const value = variant && read(variant)
      if (value !== null && value !== undefined) return value
    }
    return null
  }
  return {
    image: first(({ image }) => image) ?? trainingImage,
    artifactUri: first(({ artifactUri }) => artifactUri) ?? trainingArtifactUri,
    hyperparameters: { ...found[1]?.hyperparameters, ...found[0]?.hyperparameters },
  }
}

/** @throws AppError NotFound */
export async function describeTrainingJob(
  clients: AwsClients,
  jobName: string,
): Promise<TrainingJob> {
  return toTrainingJob(await readTrainingJob(clients, jobName))
}

/**
 * As AWS answers.
 * @throws AppError NotFound: AWS says ValidationException of a job that is not there, and nothing else of a valid name
 */
export async function readTrainingJob(
  { sageMaker }: AwsClients,
  jobName: string,
): Promise<DescribeTrainingJobCommandOutput> {
  return withAwsErrors(() =>
    sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
  ).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'InvalidRequest') throw error
    throw new AppError('NotFound', error.message, { cause: error, details: error.details })
  })
}

export function toTrainingJob(job: DescribeTrainingJobCommandOutput): TrainingJob {
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
    progress: progressOf(job),
    startedAtMs: job.TrainingStartTime?.getTime() ?? null,
    endedAtMs: job.TrainingEndTime?.getTime() ?? null,
    trainingSeconds: job.TrainingTimeInSeconds ?? null,
    billed: billedOf(job),
  }
}

/** A serverless job is billed by its tokens, others by the seconds of each of their machines. */
function billedOf(job: DescribeTrainingJobCommandOutput): Billed | null {
  if (job.BillableTokenCount !== undefined)
    return { unit: 'tokens', amount: job.BillableTokenCount }
  if (job.BillableTimeInSeconds === undefined || job.ServerlessJobConfig) return null
  const machines = job.ResourceConfig?.InstanceCount ?? 1
  return { unit: 'seconds', amount: job.BillableTimeInSeconds * machines }
}

/** Whether the step counts through all epochs or begins anew in each is not documented; a step beyond one epoch tells. */
function progressOf({ ProgressInfo }: DescribeTrainingJobCommandOutput): TrainingJob['progress'] {
  if (ProgressInfo?.CurrentStep === undefined) return null
  const { CurrentStep, CurrentEpoch = 1, TotalStepCountPerEpoch = 0, MaxEpoch = 0 } = ProgressInfo
  const isWithinEpoch = CurrentEpoch > 1 && CurrentStep <= TotalStepCountPerEpoch
  const done = isWithinEpoch ? (CurrentEpoch - 1) * TotalStepCountPerEpoch : 0
  return { step: done + CurrentStep, totalSteps: TotalStepCountPerEpoch * MaxEpoch }
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
