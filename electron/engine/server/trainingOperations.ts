/** CreateTrainingJob and its companions. */
import { z } from 'zod'
import {
  type TrainingHyperparameters,
  trainingHyperparametersSchema,
} from '../../../shared/hyperparameters.ts'
import { createTrainingJobInput, parseS3Uri } from '../jobs/trainingJobInput.ts'
import { isTerminalStatus, newTrainingJob, type TrainingJobRecord } from '../jobs/trainingJob.ts'
import { arnOf, engineRegistry, type EngineContext } from './engineContext.ts'
import { listInput, selectJobs } from './jobListing.ts'
import { epochSeconds, operation, type Operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { modelsBucket } from '../store/modelsBucket.ts'
import { ServiceError, validationError } from './serviceError.ts'
import { putTags } from './tagOperations.ts'

const byName = z.object({ TrainingJobName: z.string().min(1).max(63) })

export const trainingOperations: Readonly<Record<string, Operation>> = {
  CreateTrainingJob: operation(createTrainingJobInput, async (context, input) => {
    if (context.jobs.find(input.TrainingJobName)) {
      throw new ServiceError(
        'ResourceInUse',
        'Training job names must be unique within an account and region.',
      )
    }
    if (
      !input.AlgorithmSpecification.TrainingImage.startsWith(`${engineRegistry}/timbre-training:`)
    ) {
      throw validationError(
        `The training image must be one that DescribeHubContent names as TrainingEcrUri (${engineRegistry}/timbre-training).`,
      )
    }
    const hyperparameters = parseHyperparameters(input.HyperParameters)
    const names = input.InputDataConfig.map((channel) => channel.ChannelName)
    if (new Set(names).size !== names.length) throw validationError('Channel names must be unique.')
    if (!names.includes('model')) throw validationError('The channel "model" is missing.')
    if (names.includes('training') === names.includes('train')) {
      throw validationError('Exactly one of the channels "training" and "train" is needed.')
    }
    for (const uri of [
      ...input.InputDataConfig.map((channel) => channel.DataSource.S3DataSource.S3Uri),
      input.OutputDataConfig.S3OutputPath,
    ]) {
      await requireBucketOf(context, uri)
    }
    const job = newTrainingJob(
      {
        name: input.TrainingJobName,
        arn: arnOf('training-job', input.TrainingJobName),
        request: input,
        hyperparameters,
      },
      context.now(),
    )
    context.jobs.put(job)
    if (input.Tags) putTags(context, job.arn, input.Tags)
    context.runner.wake()
    return { TrainingJobArn: job.arn }
  }),

  DescribeTrainingJob: operation(byName, (context, input) => {
    const job = requireJob(context, input.TrainingJobName)
    return describeTrainingJob(job, context.now())
  }),

  ListTrainingJobs: operation(
    listInput({
      statuses: ['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped'],
      sortBy: 'CreationTime',
    }),
    (context, input) => {
      const found = selectJobs(context.jobs.list(), input)
      const { page, ...next } = pageOf(found, input.MaxResults, input.NextToken)
      return {
        TrainingJobSummaries: page.map((job) => ({
          TrainingJobName: job.name,
          TrainingJobArn: job.arn,
          CreationTime: epochSeconds(job.createdAtMs),
          LastModifiedTime: epochSeconds(job.modifiedAtMs),
          ...(job.trainingEndedAtMs === null
            ? {}
            : { TrainingEndTime: epochSeconds(job.trainingEndedAtMs) }),
          TrainingJobStatus: job.status,
          SecondaryStatus: job.secondaryStatus,
        })),
        ...next,
      }
    },
  ),

  StopTrainingJob: operation(byName, (context, input) => {
    const job = requireJob(context, input.TrainingJobName)
    if (isTerminalStatus(job.status)) {
      throw validationError(
        `The request was rejected because the training job is in status ${job.status}.`,
      )
    }
    context.runner.requestStop(job.name)
    return {}
  }),

  DeleteTrainingJob: operation(byName, (context, input) => {
    const job = requireJob(context, input.TrainingJobName)
    if (!isTerminalStatus(job.status)) {
      throw new ServiceError('ResourceInUse', `The training job is in status ${job.status}.`)
    }
    if (job.autoMLJobArn) context.autoML.keepTraining(job)
    context.jobs.delete(job.name)
    context.tags.delete(job.arn)
    return {}
  }),
}

function requireJob(context: EngineContext, name: string): TrainingJobRecord {
  const job = context.jobs.find(name)
  if (!job) throw new ServiceError('ResourceNotFound', 'Requested resource not found.')
  return job
}

async function requireBucketOf(context: EngineContext, uri: string): Promise<void> {
  const { bucket } = parseS3Uri(uri)
  if (bucket === modelsBucket || (await context.objects.hasBucket(bucket))) return
  throw validationError(`The S3 bucket "${bucket}" of ${uri} does not exist.`)
}

export function describeTrainingJob(
  job: TrainingJobRecord,
  nowMs: number,
): Record<string, unknown> {
  const { request } = job
  const trainingMs =
    job.trainingStartedAtMs === null
      ? 0
      : (job.trainingEndedAtMs ?? nowMs) - job.trainingStartedAtMs
  const { epochs } = job.hyperparameters
  return {
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    ...(job.autoMLJobArn === undefined ? {} : { AutoMLJobArn: job.autoMLJobArn }),
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
    SecondaryStatusTransitions: job.transitions.map((transition) => ({
      Status: transition.status,
      StartTime: epochSeconds(transition.startedAtMs),
      ...(transition.endedAtMs === undefined
        ? {}
        : { EndTime: epochSeconds(transition.endedAtMs) }),
      StatusMessage: transition.message,
    })),
    ...(job.failureReason === null ? {} : { FailureReason: job.failureReason }),
    ...(job.artifactUri === null ? {} : { ModelArtifacts: { S3ModelArtifacts: job.artifactUri } }),
    HyperParameters: request.HyperParameters,
    AlgorithmSpecification: request.AlgorithmSpecification,
    RoleArn: request.RoleArn,
    InputDataConfig: request.InputDataConfig,
    OutputDataConfig: request.OutputDataConfig,
    ResourceConfig: request.ResourceConfig,
    StoppingCondition: request.StoppingCondition,
    CreationTime: epochSeconds(job.createdAtMs),
    LastModifiedTime: epochSeconds(job.modifiedAtMs),
    ...(job.trainingStartedAtMs === null
      ? {}
      : { TrainingStartTime: epochSeconds(job.trainingStartedAtMs) }),
    ...(job.trainingEndedAtMs === null
      ? {}
      : { TrainingEndTime: epochSeconds(job.trainingEndedAtMs) }),
    TrainingTimeInSeconds: Math.round(trainingMs / 1000),
    BillableTimeInSeconds: 0,
    ...(job.progress === null
      ? {}
      : {
          ProgressInfo: {
            TotalStepCountPerEpoch: Math.ceil(job.progress.totalSteps / epochs),
            CurrentStep: job.progress.step,
            CurrentEpoch: Math.floor(job.progress.epoch),
            MaxEpoch: epochs,
          },
        }),
    FinalMetricDataList: Object.entries(job.finalMetrics).map(([MetricName, Value]) => ({
      MetricName,
      Value,
      Timestamp: epochSeconds(job.trainingEndedAtMs ?? job.modifiedAtMs),
    })),
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: request.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: request.EnableManagedSpotTraining ?? false,
  }
}

/** @throws ServiceError ValidationException that names each wrong one */
export function parseHyperparameters(
  wire: Readonly<Record<string, string>>,
): TrainingHyperparameters {
  const parsed = trainingHyperparametersSchema.safeParse(wire)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) =>
    `${issue.path.join('.')}: ${issue.message}`.replace(/^: /, ''),
  )
  throw validationError(`Hyperparameters: ${issues.join('; ')}`)
}
