/** Bedrock's customization jobs, deployments and throughput. */
import { checkBedrockData, type BedrockFormat } from './dataChecks.ts'
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { digestId, lossAt, stateOf, type DoubleJob } from './jobStore.ts'
import { ServiceFailure } from './serviceFailure.ts'
import { requireBucketOf } from './trainingDouble.ts'
import { trainingTimeline } from './timeline.ts'

type Input = Readonly<Record<string, unknown>>

interface BedrockInput {
  readonly jobName: string
  readonly customModelName: string
  readonly roleArn: string
  readonly clientRequestToken?: string
  readonly baseModelIdentifier: string
  readonly customizationType?: string
  readonly hyperParameters?: Readonly<Record<string, string>>
  readonly trainingDataConfig: { readonly s3Uri?: string }
  readonly validationDataConfig?: { readonly validators: readonly { readonly s3Uri: string }[] }
  readonly outputDataConfig: { readonly s3Uri: string }
}

interface FoundationModel {
  readonly id: string
  readonly name: string
  readonly provider: string
  readonly format: BedrockFormat
  readonly records: { readonly min: number; readonly max: number }
  readonly parameters: Readonly<Record<string, readonly [number, number]>>
}

/** Those of the guide's tables; ids as ListFoundationModels gives the ones that can be customized. */
const foundationModels: readonly FoundationModel[] = [
  {
    id: 'amazon.nova-micro-v1:0:128k',
    name: 'Nova Micro',
    provider: 'Amazon',
    format: 'converse',
    records: { min: 8, max: 20_000 },
    parameters: {
      epochCount: [1, 5],
      learningRate: [1e-6, 1e-4],
      learningRateWarmupSteps: [0, 100],
    },
  },
  {
    id: 'amazon.nova-lite-v1:0:300k',
    name: 'Nova Lite',
    provider: 'Amazon',
    format: 'converse',
    records: { min: 8, max: 20_000 },
    parameters: {
      epochCount: [1, 5],
      learningRate: [1e-6, 1e-4],
      learningRateWarmupSteps: [0, 100],
    },
  },
  {
    id: 'amazon.titan-text-express-v1:0:8k',
    name: 'Titan Text G1 - Express',
    provider: 'Amazon',
    format: 'pairs',
    records: { min: 1, max: 20_000 },
    parameters: {
      epochCount: [1, 10],
      batchSize: [1, 64],
      learningRate: [0, 1],
      learningRateWarmupSteps: [0, 250],
    },
  },
  {
    id: 'meta.llama3-1-8b-instruct-v1:0:128k',
    name: 'Llama 3.1 8B Instruct',
    provider: 'Meta',
    format: 'pairs',
    records: { min: 100, max: 10_000 },
    parameters: { epochCount: [1, 10], batchSize: [1, 1], learningRate: [5e-6, 0.1] },
  },
  {
    id: 'meta.llama3-3-70b-instruct-v1:0:128k',
    name: 'Llama 3.3 70B Instruct',
    provider: 'Meta',
    format: 'converse',
    records: { min: 100, max: 10_000 },
    parameters: { epochCount: [1, 10], batchSize: [1, 1], learningRate: [5e-6, 0.1] },
  },
  {
    id: 'anthropic.claude-3-haiku-20240307-v1:0:200k',
    name: 'Claude 3 Haiku',
    provider: 'Anthropic',
    format: 'claude',
    records: { min: 32, max: 10_000 },
    parameters: {
      epochCount: [1, 10],
      batchSize: [4, 256],
      learningRateMultiplier: [0.1, 2],
      earlyStoppingThreshold: [0, 0.1],
      earlyStoppingPatience: [1, 10],
    },
  },
]

export const bedrockDouble: ServiceDouble = {
  ListFoundationModels: (context, input) => ({
    modelSummaries: foundationModels
      .filter(() =>
        [undefined, 'FINE_TUNING'].includes(input['byCustomizationType'] as string | undefined),
      )
      .map(({ id, name, provider }) => ({
        modelArn: foundationArn(context, id),
        modelId: id,
        modelName: name,
        providerName: provider,
        inputModalities: ['TEXT'],
        outputModalities: ['TEXT'],
        customizationsSupported: ['FINE_TUNING'],
        inferenceTypesSupported: ['PROVISIONED'],
        modelLifecycle: { status: 'ACTIVE' },
      })),
  }),
  CreateModelCustomizationJob: (context, input) => {
    const job = planCustomization(context, input as unknown as BedrockInput) // validated against the model
    if (!context.jobs.all.includes(job)) context.jobs.add(job)
    return { jobArn: job.arn }
  },
  GetModelCustomizationJob: (context, input) => {
    const job = requireCustomization(context, input)
    publishMetrics(context, job)
    return describe(context, job)
  },
  ListModelCustomizationJobs: (context, input) => {
    const contains = String(input['nameContains'] ?? '')
    return {
      modelCustomizationJobSummaries: context.jobs.all
        .filter(({ kind, name }) => kind === 'customization' && name.includes(contains))
        .map((job) => {
          const { current, endedAtMs } = stateOf(job, context.now())
          const request = job.input as unknown as BedrockInput
          return {
            jobArn: job.arn,
            jobName: job.name,
            baseModelArn: foundationArn(context, request.baseModelIdentifier),
            status: current.status,
            creationTime: new Date(job.createdAtMs),
            customModelName: request.customModelName,
            ...(endedAtMs === null ? {} : { endTime: new Date(endedAtMs) }),
          }
        }),
    }
  },
  StopModelCustomizationJob: (context, input) => {
    const job = requireCustomization(context, input)
    if (stateOf(job, context.now()).current.status !== 'InProgress')
      throw new ServiceFailure('ConflictException', 'The job has ended already.', 409)
    job.stoppedAtMs = context.now()
    return {}
  },
}

function planCustomization(context: DoubleContext, input: BedrockInput): DoubleJob {
  const same = context.jobs.find('customization', input.jobName)
  if (same) {
    // The same token is the same request: AWS answers as it did the first time.
    if (same.input['clientRequestToken'] === input.clientRequestToken) return same
    throw new ServiceFailure('ConflictException', 'The job name is taken.', 409)
  }
  const model = foundationModels.find(({ id }) => id === input.baseModelIdentifier)
  if (!model)
    throw new ServiceFailure('ValidationException', 'The provided model identifier is invalid.')
  if ((input.customizationType ?? 'FINE_TUNING') !== 'FINE_TUNING')
    throw new ServiceFailure(
      'ValidationException',
      'The customization type is not supported by the model.',
    )
  for (const [key, value] of Object.entries(input.hyperParameters ?? {})) {
    const range = model.parameters[key]
    const number = Number(value)
    if (!range || !(number >= range[0] && number <= range[1]))
      throw new ServiceFailure(
        'ValidationException',
        `The hyperparameter ${key}=${value} is not valid for the model.`,
      )
  }
  const uri = input.trainingDataConfig.s3Uri
  if (uri === undefined)
    throw new ServiceFailure('ValidationException', 'The training data is missing.')
  for (const one of [uri, input.outputDataConfig.s3Uri]) requireBucketOf(context, one)
  const data = checkBedrockData(context.objects, uri, model.format, model.records)
  const epochs = Number(input.hyperParameters?.['epochCount'] ?? 2)
  const steps = Math.max(1, data.rows) * epochs
  const scenario =
    data.reason === null ? context.jobs.scenarioFor([input.jobName, model.id]) : 'badData'
  const innerId = digestId(input.jobName)
  return {
    kind: 'customization',
    name: input.jobName,
    arn: `arn:aws:bedrock:${context.region}:${context.account}:model-customization-job/${model.id}/${innerId}`,
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
    innerId,
    stoppedAtMs: null,
  }
}

function describe(context: DoubleContext, job: DoubleJob): Record<string, unknown> {
  const request = job.input as unknown as BedrockInput
  const state = stateOf(job, context.now())
  const { current, endedAtMs } = state
  const isCompleted = current.status === 'Completed'
  const started = state.trainingStartedAtMs !== null
  const part = (status: string) => ({
    status,
    creationTime: new Date(job.createdAtMs),
    lastModifiedTime: new Date(job.createdAtMs + current.fromMs),
  })
  const ended =
    current.status === 'Failed' || current.status === 'Stopped' ? current.status : 'InProgress'
  return {
    jobArn: job.arn,
    jobName: job.name,
    outputModelName: request.customModelName,
    ...(isCompleted
      ? {
          outputModelArn: `arn:aws:bedrock:${context.region}:${context.account}:custom-model/${request.baseModelIdentifier}/${job.innerId}`,
        }
      : {}),
    roleArn: request.roleArn,
    status: current.status,
    statusDetails: {
      validationDetails: part(state.elapsedMs > 40_000 ? 'Completed' : ended),
      dataProcessingDetails: part(
        started ? 'Completed' : state.elapsedMs > 40_000 ? ended : 'NotStarted',
      ),
      trainingDetails: part(isCompleted ? 'Completed' : started ? ended : 'NotStarted'),
    },
    ...(current.status === 'Failed' ? { failureMessage: job.timeline.failureReason ?? '' } : {}),
    creationTime: new Date(job.createdAtMs),
    lastModifiedTime: new Date(job.createdAtMs + current.fromMs),
    ...(endedAtMs === null ? {} : { endTime: new Date(endedAtMs) }),
    baseModelArn: foundationArn(context, request.baseModelIdentifier),
    hyperParameters: request.hyperParameters ?? {},
    trainingDataConfig: request.trainingDataConfig,
    validationDataConfig: request.validationDataConfig ?? { validators: [] },
    outputDataConfig: request.outputDataConfig,
    customizationType: 'FINE_TUNING',
    ...(isCompleted
      ? {
          trainingMetrics: { trainingLoss: lossAt(job, job.plannedSteps, 'train') },
          validationMetrics: request.validationDataConfig
            ? [{ validationLoss: lossAt(job, job.plannedSteps, 'eval') }]
            : [],
        }
      : {}),
  }
}

/** Bedrock writes its curves when the job has completed. */
function publishMetrics(context: DoubleContext, job: DoubleJob): void {
  if (stateOf(job, context.now()).current.status !== 'Completed') return
  const request = job.input as unknown as BedrockInput
  const base = `${request.outputDataConfig.s3Uri.replace(/\/+$/, '')}/model-customization-job-${job.innerId}`
  const perEpoch = Math.max(1, Math.round(job.plannedSteps / job.epochs))
  const rows = (kind: 'train' | 'eval', everySteps: number) =>
    Array.from({ length: Math.floor(job.plannedSteps / everySteps) }, (_, index) => {
      const step = index * everySteps
      const loss = lossAt(job, step, kind)
      return `${step},${Math.floor(step / perEpoch)},${loss.toFixed(6)},${Math.exp(loss).toFixed(6)}`
    })
  context.objects.put(
    `${base}/training_artifacts/step_wise_training_metrics.csv`,
    `step_number,epoch_number,training_loss,perplexity\n${rows('train', 1).join('\n')}\n`,
  )
  if (request.validationDataConfig)
    context.objects.put(
      `${base}/validation_artifacts/post_fine_tuning_validation/validation_metrics.csv`,
      `step_number,epoch_number,validation_loss,perplexity\n${rows('eval', perEpoch).join('\n')}\n`,
    )
}

function foundationArn({ region }: DoubleContext, id: string): string {
  return `arn:aws:bedrock:${region}::foundation-model/${id}`
}

function requireCustomization({ jobs }: DoubleContext, input: Input): DoubleJob {
  const identifier = String(input['jobIdentifier'])
  const job = jobs.all.find(
    ({ kind, name, arn }) =>
      kind === 'customization' && (name === identifier || arn === identifier),
  )
  if (!job)
    throw new ServiceFailure('ResourceNotFoundException', 'The job could not be found.', 404)
  return job
}
