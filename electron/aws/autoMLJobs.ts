/** Autopilot's jobs for text generation on the wire and as the app means them. */
import {
  CreateAutoMLJobV2Command,
  type AutoMLCandidate,
  type AutoMLJobChannel,
  type CreateAutoMLJobV2CommandInput,
  DescribeAutoMLJobV2Command,
  ListCandidatesForAutoMLJobCommand,
  StopAutoMLJobCommand,
} from '@aws-sdk/client-sagemaker'
import { AppError } from '../../shared/errors.ts'
import type { TrainingJob } from './trainingJobs.ts'
import type { AwsClients } from './clients.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'
import { tagsOf, vpcOf, type JobConnection } from './requestParts.ts'

export interface AutoMLJobSpec {
  /** At most 32 characters. */
  readonly jobName: string
  readonly baseModelName: string
  /** `epochCount`, `batchSize`, `learningRate`, `learningRateWarmupSteps`. */
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly trainingUri: string
  readonly validationUri: string
  readonly outputUri: string
  /** Sent for a gated model only. */
  readonly acceptsEula: boolean
}

export interface AutoMLJob extends TrainingJob {
  /** What the job does its work with; null before it has begun. */
  readonly trainingJobName: string | null
  /** Final values, by Autopilot's names: `ValidationLoss`, `Perplexity`, `RougeL`, ... */
  readonly metrics: Readonly<Record<string, number>>
}

/** The guide's longest for text generation: 72 hours. */
const maxRuntimeSeconds = 259_200

/**
 * The name is the idempotency key, as with training jobs.
 * @returns the job's ARN
 */
export async function createAutoMLJob(
  connection: JobConnection,
  spec: AutoMLJobSpec,
): Promise<string> {
  const { sageMaker } = connection.clients
  try {
    const created = await sageMaker.send(
      new CreateAutoMLJobV2Command(autoMLJobRequest(connection, spec)),
    )
    return created.AutoMLJobArn ?? ''
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code === 'NameTaken')
      return (await describeAutoMLJob(connection.clients, spec.jobName)).arn
    // Other jobs of the account take all places just now: this one waits here.
    if (refusal.code === 'QuotaExceeded')
      throw new AppError('QuotaExceeded', refusal.message, {
        cause: error,
        retryable: true,
        details: refusal.details,
      })
    throw refusal
  }
}

export function autoMLJobRequest(
  connection: JobConnection,
  spec: AutoMLJobSpec,
): CreateAutoMLJobV2CommandInput {
  const { kmsKeyArn } = connection
  const vpc = vpcOf(connection)
  const channel = (ChannelType: 'training' | 'validation', S3Uri: string): AutoMLJobChannel => ({
    ChannelType,
    ContentType: 'text/csv;header=present',
    CompressionType: 'None',
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } },
  })
  return {
    AutoMLJobName: spec.jobName,
    // Our own split, so that all candidates of a version are judged on the same rows.
    AutoMLJobInputDataConfig: [
      channel('training', spec.trainingUri),
      channel('validation', spec.validationUri),
    ],
    OutputDataConfig: {
      S3OutputPath: spec.outputUri,
      ...(kmsKeyArn === null ? {} : { KmsKeyId: kmsKeyArn }),
    },
    AutoMLProblemTypeConfig: {
      TextGenerationJobConfig: {
        BaseModelName: spec.baseModelName,
        TextGenerationHyperParameters: { ...spec.hyperparameters },
        ...(spec.acceptsEula ? { ModelAccessConfig: { AcceptEula: true } } : {}),
        CompletionCriteria: {
          MaxCandidates: 1,
          MaxRuntimePerTrainingJobInSeconds: maxRuntimeSeconds,
        },
      },
    },
    RoleArn: connection.roleArn,
    ...(kmsKeyArn !== null || vpc
      ? {
          SecurityConfig: {
            ...(kmsKeyArn === null ? {} : { VolumeKmsKeyId: kmsKeyArn }),
            ...(vpc ? { VpcConfig: vpc } : {}),
          },
        }
      : {}),
    Tags: tagsOf(connection),
  }
}

/** @throws AppError NotFound */
export async function describeAutoMLJob(
  { sageMaker }: AwsClients,
  jobName: string,
): Promise<AutoMLJob> {
  const job = await withAwsErrors(() =>
    sageMaker.send(new DescribeAutoMLJobV2Command({ AutoMLJobName: jobName })),
  )
  const status = job.AutoMLJobStatus ?? 'InProgress'
  const secondaryStatus = job.AutoMLJobSecondaryStatus ?? ''
  // Only a candidate that has been begun names its training job.
  const candidate =
    job.BestCandidate ??
    (secondaryStatus === 'Starting' || secondaryStatus === 'AnalyzingData'
      ? undefined
      : await findCandidate(sageMaker, jobName))
  const trainingStep = candidate?.CandidateSteps?.find(
    ({ CandidateStepType }) => CandidateStepType === 'AWS::SageMaker::TrainingJob',
  )
  const startedAtMs = candidate?.CreationTime?.getTime() ?? null
  const endedAtMs = job.EndTime?.getTime() ?? null
  const partial = (job.PartialFailureReasons ?? []).flatMap(
    ({ PartialFailureMessage }) => PartialFailureMessage ?? [],
  )
  return {
    arn: job.AutoMLJobArn ?? '',
    status,
    secondaryStatus,
    metricDefinitions: [],
    failureReason: [job.FailureReason, ...partial].filter((text) => !!text).join('\n') || null,
    modelArtifactUri: artifactOf(candidate),
    progress: null,
    startedAtMs,
    endedAtMs,
    trainingSeconds:
      startedAtMs === null || endedAtMs === null ? null : (endedAtMs - startedAtMs) / 1000,
    // The training job that it starts says it.
    billed: null,
    trainingJobName: trainingStep?.CandidateStepName ?? null,
    metrics: metricsOf(candidate),
  }
}

async function findCandidate(
  sageMaker: AwsClients['sageMaker'],
  jobName: string,
): Promise<AutoMLCandidate | undefined> {
  const page = await withAwsErrors(() =>
    sageMaker.send(new ListCandidatesForAutoMLJobCommand({ AutoMLJobName: jobName })),
  )
  return page.Candidates?.[0]
}

export interface InferenceContainer {
  readonly image: string
  readonly modelUri: string | null
  readonly environment: Readonly<Record<string, string>>
}

/** What Autopilot says that its model is served with. @throws AppError NotFound */
export async function findInferenceContainer(
  { sageMaker }: AwsClients,
  jobName: string,
): Promise<InferenceContainer> {
  const { BestCandidate } = await withAwsErrors(() =>
    sageMaker.send(new DescribeAutoMLJobV2Command({ AutoMLJobName: jobName })),
  )
  const container = containersOf(BestCandidate).find(({ Image }) => !!Image)
  if (!container)
    throw new AppError('NotFound', `The job ${jobName} names no container`, {
      details: { message: jobName },
    })
  return {
    image: container.Image ?? '',
    modelUri: container.ModelDataUrl ?? null,
    environment: container.Environment ?? {},
  }
}

function artifactOf(candidate: AutoMLCandidate | undefined): string | null {
  return containersOf(candidate).find(({ ModelDataUrl }) => !!ModelDataUrl)?.ModelDataUrl ?? null
}

/** The SDK says that language models leave one of the two empty, the guide reads the other. */
function containersOf(candidate: AutoMLCandidate | undefined) {
  const byProcessor = candidate?.InferenceContainerDefinitions
  return [
    ...(candidate?.InferenceContainers ?? []),
    ...(byProcessor?.['GPU'] ?? []),
    ...(byProcessor?.['CPU'] ?? []),
  ]
}

/** `MetricName`'s enum has none of the language models' metrics; `StandardMetricName`'s has. */
function metricsOf(candidate: AutoMLCandidate | undefined): Record<string, number> {
  return Object.fromEntries(
    (candidate?.CandidateProperties?.CandidateMetrics ?? []).flatMap((metric) => {
      const name = metric.StandardMetricName ?? metric.MetricName
      return name === undefined || metric.Value === undefined ? [] : [[name, metric.Value]]
    }),
  )
}

/** A job that has ended already is left as it is. @throws AppError NotFound */
export async function stopAutoMLJob({ sageMaker }: AwsClients, jobName: string): Promise<void> {
  try {
    await sageMaker.send(new StopAutoMLJobCommand({ AutoMLJobName: jobName }))
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code !== 'InvalidRequest') throw refusal
  }
}
