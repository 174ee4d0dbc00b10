/** Autopilot's jobs for text generation: what CreateAutoMLJobV2 refuses, what fails later, and the one candidate. */
import { checkAutopilotData } from './dataChecks.ts'
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { digestId, lossAt, stateOf, type DoubleJob } from './jobStore.ts'
import { publishArtifact } from './trainingDouble.ts'
import { ServiceFailure, validationFailure } from './serviceFailure.ts'
import { requireBucketOf } from './trainingDouble.ts'
import { trainingTimeline } from './timeline.ts'

type Input = Readonly<Record<string, unknown>>

interface AutoMLInput {
  readonly AutoMLJobName: string
  readonly AutoMLJobInputDataConfig: readonly {
    readonly ChannelType?: 'training' | 'validation'
    readonly ContentType?: string
    readonly DataSource: {
      readonly S3DataSource: { readonly S3DataType: string; readonly S3Uri: string }
    }
  }[]
  readonly OutputDataConfig: { readonly S3OutputPath: string }
  readonly AutoMLProblemTypeConfig: {
    readonly TextGenerationJobConfig?: {
      readonly BaseModelName?: string
      readonly TextGenerationHyperParameters?: Readonly<Record<string, string>>
      readonly ModelAccessConfig?: { readonly AcceptEula: boolean }
      readonly CompletionCriteria?: { readonly MaxCandidates?: number }
    }
  }
  readonly AutoMLJobObjective?: unknown
  readonly DataSplitConfig?: { readonly ValidationFraction?: number }
  readonly RoleArn: string
}

/** Rows by base model; the guide's table. */
const rowLimits: Readonly<Record<string, number>> = {
  Falcon7B: 1000,
  Falcon7BInstruct: 1000,
  'Llama2-13B': 7000,
  'Llama2-13BChat': 7000,
}
const knownModels = [
  'Dolly3B',
  'Dolly7B',
  'Dolly12B',
  'Falcon7B',
  'Falcon7BInstruct',
  'Falcon40B',
  'Falcon40BInstruct',
  'FlanT5L',
  'FlanT5XL',
  'FlanT5XXL',
  'Llama2-7B',
  'Llama2-7BChat',
  'Llama2-13B',
  'Llama2-13BChat',
  'Mistral7B',
  'Mistral7BInstruct',
  'MPT7B',
  'MPT7BInstruct',
]
const ranges: Readonly<Record<string, { min: number; max: number; isInteger: boolean }>> = {
  epochCount: { min: 1, max: 10, isInteger: true },
  batchSize: { min: 1, max: 64, isInteger: true },
  learningRate: { min: 0, max: 1, isInteger: false },
  learningRateWarmupSteps: { min: 0, max: 250, isInteger: true },
}

export const autoMLDouble: ServiceDouble = {
  CreateAutoMLJobV2: (context, input) => {
    const job = planAutoML(context, input as unknown as AutoMLInput) // validated against the model
    context.jobs.add(job)
    return { AutoMLJobArn: job.arn }
  },
  DescribeAutoMLJobV2: (context, input) => {
    const job = requireAutoML(context, input)
    const request = job.input as unknown as AutoMLInput
    const state = stateOf(job, context.now())
    const { current } = state
    return {
      AutoMLJobName: job.name,
      AutoMLJobArn: job.arn,
      AutoMLJobInputDataConfig: request.AutoMLJobInputDataConfig,
      OutputDataConfig: request.OutputDataConfig,
      RoleArn: request.RoleArn,
      AutoMLProblemTypeConfig: request.AutoMLProblemTypeConfig,
      AutoMLProblemTypeConfigName: 'TextGeneration',
      CreationTime: new Date(job.createdAtMs),
      LastModifiedTime: new Date(job.createdAtMs + current.fromMs),
      ...(state.endedAtMs === null ? {} : { EndTime: new Date(state.endedAtMs) }),
      AutoMLJobStatus: current.status,
      AutoMLJobSecondaryStatus: secondaryOf(current.secondary),
      ...(current.status === 'Failed' ? { FailureReason: job.timeline.failureReason ?? '' } : {}),
      ResolvedAttributes: {
        AutoMLProblemTypeResolvedAttributes: {
          TextGenerationResolvedAttributes: { BaseModelName: baseModelOf(request) },
        },
      },
      ...(current.status === 'Completed' ? { BestCandidate: candidateOf(context, job) } : {}),
    }
  },
  ListCandidatesForAutoMLJob: (context, input) => {
    const job = requireAutoML(context, input)
    const hasCandidate = stateOf(job, context.now()).trainingStartedAtMs !== null
    return { Candidates: hasCandidate ? [candidateOf(context, job)] : [] }
  },
  ListAutoMLJobs: (context, input) => {
    const contains = String(input['NameContains'] ?? '')
    return {
      AutoMLJobSummaries: context.jobs.all
        .filter(({ kind, name }) => kind === 'autoML' && name.includes(contains))
        .map((job) => {
          const { current, endedAtMs } = stateOf(job, context.now())
          return {
            AutoMLJobName: job.name,
            AutoMLJobArn: job.arn,
            AutoMLJobStatus: current.status,
            AutoMLJobSecondaryStatus: secondaryOf(current.secondary),
            CreationTime: new Date(job.createdAtMs),
            LastModifiedTime: new Date(job.createdAtMs + current.fromMs),
            ...(endedAtMs === null ? {} : { EndTime: new Date(endedAtMs) }),
          }
        }),
    }
  },
  StopAutoMLJob: (context, input) => {
    const job = requireAutoML(context, input)
    const { current } = stateOf(job, context.now())
    if (current.status !== 'InProgress')
      throw validationFailure(
        `The request was rejected because the AutoML job is in status ${current.status}.`,
      )
    job.stoppedAtMs = context.now()
    return {}
  },
}

function planAutoML(context: DoubleContext, input: AutoMLInput): DoubleJob {
  if (context.jobs.find('autoML', input.AutoMLJobName))
    throw new ServiceFailure(
      'ResourceInUse',
      'AutoML job names must be unique within an account and region.',
    )
  const config = input.AutoMLProblemTypeConfig.TextGenerationJobConfig
  if (!config) throw validationFailure('TextGenerationJobConfig is needed.')
  if (input.AutoMLJobObjective)
    throw validationFailure('AutoMLJobObjective must not be set for text generation.')
  const baseModel = baseModelOf(input)
  if (!knownModels.includes(baseModel))
    throw validationFailure(`BaseModelName ${baseModel} is not supported.`)
  if (baseModel.startsWith('Llama2') && config.ModelAccessConfig?.AcceptEula !== true)
    throw validationFailure(
      `You must accept the end-user license agreement (EULA) of ${baseModel}.`,
    )
  if ((config.CompletionCriteria?.MaxCandidates ?? 1) !== 1)
    throw validationFailure('MaxCandidates must be 1 for text generation.')
  for (const [key, value] of Object.entries(config.TextGenerationHyperParameters ?? {})) {
    const range = ranges[key]
    const number = Number(value)
    if (
      !range ||
      !(number >= range.min && number <= range.max) ||
      (range.isInteger && !Number.isInteger(number))
    )
      throw validationFailure(`TextGenerationHyperParameters: ${key}=${value} is not allowed.`)
  }
  const types = input.AutoMLJobInputDataConfig.map(({ ChannelType }) => ChannelType ?? 'training')
  if (!types.includes('training') || new Set(types).size !== types.length)
    throw validationFailure(
      'There must be one training channel and at most one validation channel.',
    )
  if (input.DataSplitConfig && types.includes('validation'))
    throw validationFailure('DataSplitConfig must not be set when there is a validation channel.')
  const uris = input.AutoMLJobInputDataConfig.map(({ DataSource, ContentType }) => {
    if (DataSource.S3DataSource.S3DataType !== 'S3Prefix')
      throw validationFailure('S3DataType must be S3Prefix.')
    if (ContentType !== undefined && ContentType !== 'text/csv;header=present')
      throw validationFailure(`ContentType ${ContentType} is not supported.`)
    return DataSource.S3DataSource.S3Uri
  })
  for (const uri of [...uris, input.OutputDataConfig.S3OutputPath]) requireBucketOf(context, uri)
  const running = context.jobs.all.filter(
    (job) => job.kind === 'autoML' && stateOf(job, context.now()).endedAtMs === null,
  ).length
  if (running >= context.limits.autoMLJobs)
    throw new ServiceFailure(
      'ResourceLimitExceeded',
      `The account-level service limit 'Maximum number of concurrent AutoML Jobs' is ${context.limits.autoMLJobs} AutoML Jobs, with current utilization of ${running} AutoML Jobs and a request delta of 1 AutoML Jobs.`,
    )
  const data = checkAutopilotData(context.objects, uris, rowLimits[baseModel] ?? 10_000)
  const epochs = Number(config.TextGenerationHyperParameters?.['epochCount'] ?? 5)
  const batch = Number(config.TextGenerationHyperParameters?.['batchSize'] ?? 1)
  const steps = Math.max(1, Math.ceil(data.rows / batch)) * epochs
  const scenario =
    data.reason === null ? context.jobs.scenarioFor([input.AutoMLJobName, baseModel]) : 'badData'
  return {
    kind: 'autoML',
    name: input.AutoMLJobName,
    arn: `arn:aws:sagemaker:${context.region}:${context.account}:automl-job/${input.AutoMLJobName}`,
    input: input as unknown as Input,
    createdAtMs: context.now(),
    scenario,
    timeline: trainingTimeline(
      scenario,
      steps * 1000,
      ...(data.reason === null ? [] : [data.reason]),
    ),
    plannedSteps: steps,
    epochs,
    rowCount: data.rows,
    innerId: `${input.AutoMLJobName}-t1-${digestId(input.AutoMLJobName)}`,
    stoppedAtMs: null,
  }
}

function candidateOf(context: DoubleContext, job: DoubleJob): Record<string, unknown> {
  const { current, endedAtMs } = stateOf(job, context.now())
  const request = job.input as unknown as AutoMLInput
  const output = request.OutputDataConfig.S3OutputPath.replace(/\/+$/, '')
  const isCompleted = current.status === 'Completed'
  const artifact = `${output}/${job.name}/${job.innerId}/output/model.tar.gz`
  if (isCompleted) publishArtifact(context, artifact)
  const loss = lossAt(job, job.plannedSteps, 'eval')
  const metric = (name: string, Value: number, Set: 'Train' | 'Validation') => ({
    StandardMetricName: name,
    Value,
    Set,
  })
  return {
    CandidateName: job.innerId.slice(0, 64),
    CandidateStatus: current.status,
    ObjectiveStatus: isCompleted ? 'Succeeded' : 'Pending',
    CandidateSteps: [
      {
        CandidateStepType: 'AWS::SageMaker::TrainingJob',
        CandidateStepArn: `arn:aws:sagemaker:${context.region}:${context.account}:training-job/${job.innerId}`,
        CandidateStepName: job.innerId,
      },
    ],
    CreationTime: new Date(job.createdAtMs),
    LastModifiedTime: new Date(job.createdAtMs + current.fromMs),
    ...(endedAtMs === null ? {} : { EndTime: new Date(endedAtMs) }),
    ...(isCompleted
      ? {
          FinalAutoMLJobObjectiveMetric: { Type: 'Minimize', Value: loss },
          InferenceContainers: [
            {
              Image: `763104351884.dkr.ecr.${context.region}.amazonaws.com/djl-inference:0.22.1-fastertransformer5.3.0-cu118`,
              ModelDataUrl: artifact,
              Environment: {},
            },
          ],
          CandidateProperties: {
            CandidateMetrics: [
              metric('TrainingLoss', lossAt(job, job.plannedSteps, 'train'), 'Train'),
              metric('ValidationLoss', loss, 'Validation'),
              metric('Perplexity', Math.exp(loss), 'Validation'),
              metric('Rouge1', 0.42, 'Validation'),
              metric('Rouge2', 0.21, 'Validation'),
              metric('RougeL', 0.37, 'Validation'),
              metric('RougeLSum', 0.38, 'Validation'),
            ],
          },
        }
      : {}),
  }
}

/** Autopilot's own words for what its training job does. */
function secondaryOf(secondary: string): string {
  const words: Readonly<Record<string, string>> = {
    Pending: 'Starting',
    Downloading: 'AnalyzingData',
    Training: 'TrainingModels',
    Interrupted: 'TrainingModels',
    Restarting: 'TrainingModels',
    Uploading: 'TrainingModels',
    MaxRuntimeExceeded: 'MaxAutoMLJobRuntimeReached',
  }
  return words[secondary] ?? secondary
}

function baseModelOf({ AutoMLProblemTypeConfig }: AutoMLInput): string {
  return AutoMLProblemTypeConfig.TextGenerationJobConfig?.BaseModelName ?? 'Falcon7BInstruct'
}

function requireAutoML({ jobs }: DoubleContext, input: Input): DoubleJob {
  const job = jobs.find('autoML', String(input['AutoMLJobName']))
  if (!job)
    throw new ServiceFailure(
      'ResourceNotFound',
      `Could not find AutoML job ${String(input['AutoMLJobName'])}.`,
    )
  return job
}
