/** SageMaker training jobs: JumpStart's and serverless ones, each refused, failed or finished as AWS would. */
import { digestId, stateOf, type DoubleJob } from './jobStore.ts'
import { checkJumpStartData, checkServerlessData, type CheckedData } from './dataChecks.ts'
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { parseUri } from './objectStore.ts'
import { ServiceFailure, validationFailure } from './serviceFailure.ts'
import { trainingTimeline, type Scenario } from './timeline.ts'

type Input = Readonly<Record<string, unknown>>

interface TrainingInput {
  readonly TrainingJobName: string
  readonly RoleArn: string
  readonly HyperParameters?: Readonly<Record<string, string>>
  readonly InputDataConfig?: readonly Channel[]
  readonly OutputDataConfig: { readonly S3OutputPath: string; readonly CompressionType?: string }
  readonly ResourceConfig?: { readonly InstanceType?: string; readonly InstanceCount?: number }
  readonly StoppingCondition?: {
    readonly MaxRuntimeInSeconds?: number
    readonly MaxWaitTimeInSeconds?: number
  }
  readonly EnableManagedSpotTraining?: boolean
  readonly CheckpointConfig?: { readonly S3Uri: string }
  readonly AlgorithmSpecification?: Input
  readonly ServerlessJobConfig?: {
    readonly BaseModelArn: string
    readonly AcceptEula?: boolean
    readonly JobType: string
    readonly CustomizationTechnique?: string
  }
  readonly ModelPackageConfig?: { readonly ModelPackageGroupArn: string }
  readonly MlflowConfig?: { readonly MlflowResourceArn: string }
  readonly Environment?: Readonly<Record<string, string>>
}

interface Channel {
  readonly ChannelName: string
  readonly DataSource?: {
    readonly S3DataSource?: {
      readonly S3Uri: string
      readonly ModelAccessConfig?: { readonly AcceptEula: boolean }
    }
  }
}

const secondsPerStep = 4
const batchRows = 8

export const trainingDouble: ServiceDouble = {
  CreateTrainingJob: (context, input) => {
    const job = planTraining(context, input as unknown as TrainingInput) // validated against the model
    context.jobs.add(job)
    return { TrainingJobArn: job.arn }
  },

  DescribeTrainingJob: (context, input) => {
    const name = String(input['TrainingJobName'])
    const started = context.jobs.all.find(
      ({ kind, innerId }) => kind === 'autoML' && innerId === name,
    )
    return started
      ? describeStarted(context, started)
      : describe(context, requireTraining(context, input))
  },

  StopTrainingJob: (context, input) => {
    const job = requireTraining(context, input)
    const { current } = stateOf(job, context.now())
    if (current.status !== 'InProgress')
      throw validationFailure(
        `The request was rejected because the training job is in status ${current.status}.`,
      )
    job.stoppedAtMs = context.now()
    return {}
  },

  ListTrainingJobs: (context, input) => {
    const contains = String(input['NameContains'] ?? '')
    const after = secondsOf(input['CreationTimeAfter']) ?? -Infinity
    const wanted = input['StatusEquals']
    const jobs = context.jobs.all
      .filter(
        ({ kind, name, createdAtMs }) =>
          kind === 'training' && name.includes(contains) && createdAtMs >= after * 1000,
      )
      .map((job) => ({ job, state: stateOf(job, context.now()) }))
      .filter(({ state }) => wanted === undefined || state.current.status === wanted)
      .sort((a, b) => b.job.createdAtMs - a.job.createdAtMs)
    const start = Number(input['NextToken'] ?? 0)
    const most = Number(input['MaxResults'] ?? 10)
    const page = jobs.slice(start, start + most)
    return {
      TrainingJobSummaries: page.map(({ job, state }) => ({
        TrainingJobName: job.name,
        TrainingJobArn: job.arn,
        CreationTime: new Date(job.createdAtMs),
        LastModifiedTime: new Date(job.createdAtMs + state.current.fromMs),
        ...(state.endedAtMs === null ? {} : { TrainingEndTime: new Date(state.endedAtMs) }),
        TrainingJobStatus: state.current.status,
        SecondaryStatus: state.current.secondary,
      })),
      ...(start + most < jobs.length ? { NextToken: String(start + most) } : {}),
    }
  },
}

function planTraining(context: DoubleContext, input: TrainingInput): DoubleJob {
  if (context.jobs.find('training', input.TrainingJobName))
    throw new ServiceFailure(
      'ResourceInUse',
      `Training job names must be unique within an AWS account and region, but a training job with this name already exists (arn:aws:sagemaker:${context.region}:${context.account}:training-job/${input.TrainingJobName})`,
    )
  const channels = new Map(
    (input.InputDataConfig ?? []).map((channel) => [channel.ChannelName, channel]),
  )
  requireBucketOf(context, input.OutputDataConfig.S3OutputPath)
  const serverless = input.ServerlessJobConfig
  if (serverless) {
    if (input.AlgorithmSpecification || input.ResourceConfig)
      throw validationFailure(
        'AlgorithmSpecification and ResourceConfig cannot be given with ServerlessJobConfig.',
      )
    if (serverless.JobType === 'FineTuning' && !serverless.CustomizationTechnique)
      throw validationFailure('CustomizationTechnique is required for JobType FineTuning.')
    if (isGated(serverless.BaseModelArn) && serverless.AcceptEula !== true)
      throw validationFailure(
        'You must accept the end-user license agreement (EULA) of the base model.',
      )
  } else {
    if (!input.AlgorithmSpecification || !input.ResourceConfig)
      throw validationFailure('AlgorithmSpecification and ResourceConfig are required.')
    requireInstances(context, input)
    requireSpotLimits(input)
    const model = channels.get('model')?.DataSource?.S3DataSource
    if (
      model &&
      model.S3Uri.includes('jumpstart-private-cache') &&
      model.ModelAccessConfig?.AcceptEula !== true
    )
      throw validationFailure(
        'You must accept the end-user license agreement (EULA) of the base model: set ModelAccessConfig.AcceptEula to true.',
      )
    if (model && input.Environment?.['SageMakerGatedModelS3Uri'])
      throw validationFailure(
        'SageMakerGatedModelS3Uri and a model channel cannot be given together.',
      )
  }
  const training = channels.get('training') ?? channels.get('train')
  const uri = training?.DataSource?.S3DataSource?.S3Uri
  if (uri === undefined) throw validationFailure('A channel with the training data is needed.')
  requireBucketOf(context, uri)
  const data = serverless
    ? checkServerlessData(context.objects, uri)
    : checkJumpStartData(context.objects, uri)
  const words = [
    input.TrainingJobName,
    serverless?.BaseModelArn ?? '',
    channels.get('model')?.DataSource?.S3DataSource?.S3Uri ?? '',
  ]
  return makeTraining(context, input, data, context.jobs.scenarioFor(words))
}

function makeTraining(
  context: DoubleContext,
  input: TrainingInput,
  data: CheckedData,
  planned: Scenario,
): DoubleJob {
  const parameters = input.HyperParameters ?? {}
  const epochs = Number(parameters['epoch'] ?? parameters['max_epochs'] ?? 3)
  const steps = Math.max(1, Math.ceil(data.rows / batchRows)) * epochs
  const scenario = data.reason === null ? planned : 'badData'
  return {
    kind: 'training',
    name: input.TrainingJobName,
    arn: `arn:aws:sagemaker:${context.region}:${context.account}:training-job/${input.TrainingJobName.toLowerCase()}`,
    input: input as unknown as Input,
    createdAtMs: context.now(),
    scenario,
    timeline: trainingTimeline(
      scenario,
      steps * secondsPerStep * 1000,
      ...(data.reason === null ? [] : [data.reason]),
    ),
    plannedSteps: steps,
    epochs,
    rowCount: data.rows,
    innerId: digestId(input.TrainingJobName),
    stoppedAtMs: null,
  }
}

/** What an AutoML job starts by itself; its answer has no log and no metric definitions. */
function describeStarted(context: DoubleContext, job: DoubleJob): Record<string, unknown> {
  const { current, trainingStartedAtMs, trainingSeconds } = stateOf(job, context.now())
  return {
    TrainingJobName: job.innerId,
    TrainingJobArn: `arn:aws:sagemaker:${context.region}:${context.account}:training-job/${job.innerId}`,
    TrainingJobStatus: current.status,
    SecondaryStatus: current.secondary,
    CreationTime: new Date(job.createdAtMs),
    ResourceConfig: { InstanceType: 'ml.g5.12xlarge', InstanceCount: 1, VolumeSizeInGB: 100 },
    ...(trainingStartedAtMs !== null && trainingSeconds > 0
      ? { TrainingTimeInSeconds: trainingSeconds, BillableTimeInSeconds: trainingSeconds }
      : {}),
  }
}

/** What the job left in S3; only that it is there matters. */
export function publishArtifact({ objects }: DoubleContext, uri: string): void {
  const file = uri.endsWith('/') ? `${uri}model.safetensors` : uri
  if (objects.under(file).length === 0) objects.put(file, `weights of ${file}`)
}

export function describe(context: DoubleContext, job: DoubleJob): Record<string, unknown> {
  const input = job.input as unknown as TrainingInput
  const state = stateOf(job, context.now())
  const { current, phases } = state
  const hasStarted = state.trainingStartedAtMs !== null
  const isCompleted = current.status === 'Completed'
  const output = input.OutputDataConfig.S3OutputPath.replace(/\/+$/, '')
  const isStoppedWithModel = current.status === 'Stopped' && hasStarted
  const artifact =
    input.OutputDataConfig.CompressionType === 'NONE'
      ? `${output}/${job.name}/output/model/`
      : `${output}/${job.name}/output/model.tar.gz`
  const billableShare = input.EnableManagedSpotTraining ? 0.35 : 1
  const stepsPerEpoch = Math.max(1, Math.round(job.plannedSteps / job.epochs))
  const serverless = input.ServerlessJobConfig
  if (isCompleted) publishArtifact(context, artifact)
  return {
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    TrainingJobStatus: current.status,
    SecondaryStatus: current.secondary,
    ...(current.status === 'Failed' ? { FailureReason: job.timeline.failureReason ?? '' } : {}),
    HyperParameters: input.HyperParameters ?? {},
    ...(input.AlgorithmSpecification
      ? { AlgorithmSpecification: input.AlgorithmSpecification }
      : {}),
    RoleArn: input.RoleArn,
    InputDataConfig: input.InputDataConfig,
    OutputDataConfig: input.OutputDataConfig,
    ...(input.ResourceConfig ? { ResourceConfig: input.ResourceConfig } : {}),
    StoppingCondition: input.StoppingCondition ?? { MaxRuntimeInSeconds: 86_400 },
    CreationTime: new Date(job.createdAtMs),
    LastModifiedTime: new Date(job.createdAtMs + current.fromMs),
    ...(hasStarted ? { TrainingStartTime: new Date(state.trainingStartedAtMs ?? 0) } : {}),
    ...(state.endedAtMs !== null ? { TrainingEndTime: new Date(state.endedAtMs) } : {}),
    SecondaryStatusTransitions: phases.map((one, index) => ({
      Status: one.secondary,
      StartTime: new Date(job.createdAtMs + one.fromMs),
      ...(phases[index + 1]
        ? { EndTime: new Date(job.createdAtMs + (phases[index + 1]?.fromMs ?? 0)) }
        : {}),
      StatusMessage: one.message,
    })),
    ...(hasStarted && state.trainingSeconds > 0
      ? {
          TrainingTimeInSeconds: state.trainingSeconds,
          ...(serverless
            ? {}
            : {
                BillableTimeInSeconds: Math.max(
                  1,
                  Math.round(state.trainingSeconds * billableShare),
                ),
              }),
        }
      : {}),
    EnableManagedSpotTraining: input.EnableManagedSpotTraining ?? false,
    ...(input.CheckpointConfig ? { CheckpointConfig: input.CheckpointConfig } : {}),
    ...(!serverless && (isCompleted || isStoppedWithModel)
      ? { ModelArtifacts: { S3ModelArtifacts: artifact } }
      : {}),
    ...(serverless
      ? {
          ServerlessJobConfig: serverless,
          ...(input.ModelPackageConfig ? { ModelPackageConfig: input.ModelPackageConfig } : {}),
          ...(input.MlflowConfig ? { MlflowConfig: input.MlflowConfig } : {}),
          ...(hasStarted
            ? {
                ProgressInfo: {
                  TotalStepCountPerEpoch: stepsPerEpoch,
                  CurrentStep: state.step,
                  CurrentEpoch: Math.min(job.epochs, Math.floor(state.step / stepsPerEpoch) + 1),
                  MaxEpoch: job.epochs,
                },
                MlflowDetails: { MlflowExperimentId: '7', MlflowRunId: job.innerId },
                BillableTokenCount: state.step * batchRows * 64,
              }
            : {}),
          ...(isCompleted && input.ModelPackageConfig
            ? {
                OutputModelPackageArn: packageArnOf(
                  input.ModelPackageConfig.ModelPackageGroupArn,
                  job,
                ),
              }
            : {}),
        }
      : {}),
  }
}

function packageArnOf(groupArn: string, job: DoubleJob): string {
  return `${groupArn.replace(':model-package-group/', ':model-package/')}/${(parseInt(job.innerId.slice(0, 4), 16) % 90) + 1}`
}

function requireTraining({ jobs }: DoubleContext, input: Input): DoubleJob {
  const job = jobs.find('training', String(input['TrainingJobName']))
  // SageMaker says so with this class and status.
  if (!job) throw validationFailure('Requested resource not found.')
  return job
}

export function requireBucketOf({ objects }: DoubleContext, uri: string): void {
  const { bucket } = parseUri(uri)
  if (!objects.buckets.has(bucket))
    throw validationFailure(`The S3 bucket ${bucket} does not exist.`)
}

function requireInstances({ limits, jobs, now }: DoubleContext, input: TrainingInput): void {
  const type = input.ResourceConfig?.InstanceType ?? ''
  const limit = limits.trainingInstances.get(type)
  if (limit === undefined) return
  const used = jobs.all.filter(
    (job) =>
      job.kind === 'training' &&
      (job.input as unknown as TrainingInput).ResourceConfig?.InstanceType === type &&
      stateOf(job, now()).endedAtMs === null,
  ).length
  if (used + 1 > limit)
    throw new ServiceFailure(
      'ResourceLimitExceeded',
      `The account-level service limit '${type} for training job usage' is ${limit} Instances, with current utilization of ${used} Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this quota. If AWS Service Quotas is not available, contact AWS support to request an increase for this quota.`,
    )
}

function requireSpotLimits({ EnableManagedSpotTraining, StoppingCondition }: TrainingInput): void {
  if (!EnableManagedSpotTraining) return
  const { MaxRuntimeInSeconds = 86_400, MaxWaitTimeInSeconds } = StoppingCondition ?? {}
  if (MaxWaitTimeInSeconds === undefined)
    throw validationFailure(
      'MaxWaitTimeInSeconds is required when EnableManagedSpotTraining is true.',
    )
  if (MaxWaitTimeInSeconds < MaxRuntimeInSeconds)
    throw validationFailure(
      'MaxWaitTimeInSeconds must be equal to or greater than MaxRuntimeInSeconds.',
    )
}

function isGated(baseModelArn: string): boolean {
  return /\/(meta|google)-|gemma/.test(baseModelArn)
}

function secondsOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
