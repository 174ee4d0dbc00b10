/** From CreateAutoMLJobV2's input to the training job that it asks for; what Autopilot refuses is refused here. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { trainingHyperparametersSchema } from '../../../shared/hyperparameters.ts'
import type { AutoMLJobRecord } from '../jobs/autoMLJob.ts'
import { csvContentType, type CreateAutoMLJobInput } from '../jobs/autoMLJobInput.ts'
import { parseS3Uri, type CreateTrainingJobInput } from '../jobs/trainingJobInput.ts'
import { arnOf, engineRegistry, type EngineContext } from './engineContext.ts'
import { readHubContents, type HubContent } from './hub.ts'
import { validationError } from './serviceError.ts'

type TextGenerationJobConfig = NonNullable<
  CreateAutoMLJobInput['AutoMLProblemTypeConfig']['TextGenerationJobConfig']
>

/** Seconds; the guide's for text generation, and the longest that a training job may take. */
export const defaultTrainingRuntime = 259_200
const longestTrainingRuntime = 2_419_200

/** What of a model's hub document makes a training job. */
const trainingDocument = z.object({
  TrainingEcrUri: z.string(),
  TrainingArtifactUri: z.string(),
  TrainingEnableNetworkIsolation: z.boolean(),
  DefaultTrainingInstanceType: z.string(),
  TrainingVolumeSize: z.number(),
  TrainingMetrics: z.array(z.object({ Name: z.string(), Regex: z.string() })),
  Hyperparameters: z.array(z.object({ Name: z.string(), Default: z.string() })),
  HostingEcrUri: z.string(),
})

/** @throws ServiceError ValidationException */
export async function planAutoMLJob(
  context: EngineContext,
  input: CreateAutoMLJobInput,
): Promise<Pick<AutoMLJobRecord, 'baseModelName' | 'inferenceImage' | 'training'>> {
  const config = textGenerationConfigOf(input)
  requireWhatIsOffered(input)
  requireChannels(input)
  requireCompletionCriteria(config)
  for (const uri of [
    ...input.AutoMLJobInputDataConfig.map((channel) => channel.DataSource.S3DataSource.S3Uri),
    input.OutputDataConfig.S3OutputPath,
  ]) {
    const { bucket } = parseS3Uri(uri)
    if (!(await context.objects.hasBucket(bucket)))
      throw validationError(`The S3 bucket "${bucket}" of ${uri} does not exist.`)
  }
  const model = await baseModelOf(context, config.BaseModelName)
  const document = trainingDocument.parse(model.document)
  const defaults = Object.fromEntries(
    document.Hyperparameters.map(({ Name, Default }) => [Name, Default]),
  )
  const wire = {
    ...defaults,
    ...hyperparametersOf(config.TextGenerationHyperParameters ?? {}),
  }
  const name = trainingJobName(input.AutoMLJobName)
  return {
    baseModelName: model.id,
    inferenceImage: document.HostingEcrUri,
    training: {
      name,
      arn: arnOf('training-job', name),
      request: trainingRequest(input, config, document, name, wire),
      hyperparameters: trainingHyperparametersSchema.parse(wire),
    },
  }
}

/** Of at most 52 characters; the digits keep it apart from names that people give. */
function trainingJobName(autoMLJobName: string): string {
  const digest = createHash('sha256').update(autoMLJobName).digest('hex').slice(0, 8)
  return `${autoMLJobName}-trial-1-${digest}`
}

function textGenerationConfigOf(input: CreateAutoMLJobInput): TextGenerationJobConfig {
  const given = Object.entries(input.AutoMLProblemTypeConfig)
    .filter(([, config]) => config !== undefined)
    .map(([problem]) => problem)
  if (given.length !== 1)
    throw validationError(
      'AutoMLProblemTypeConfig must have one and only one of its members; this engine supports TextGenerationJobConfig.',
    )
  const config = input.AutoMLProblemTypeConfig.TextGenerationJobConfig
  if (!config)
    throw validationError(
      `${given[0]} is not supported on this computer: it fine-tunes text generation models, so TextGenerationJobConfig is needed.`,
    )
  return config
}

function requireWhatIsOffered(input: CreateAutoMLJobInput): void {
  if (input.AutoMLJobObjective)
    throw validationError(
      'AutoMLJobObjective must not be set for text generation: the cross-entropy loss is minimized.',
    )
  const { AutoGenerateEndpointName, EndpointName } = input.ModelDeployConfig ?? {}
  if (AutoGenerateEndpointName && EndpointName)
    throw validationError(
      'EndpointName must not be specified when AutoGenerateEndpointName is true.',
    )
  if (AutoGenerateEndpointName || EndpointName)
    throw validationError(
      'ModelDeployConfig is not supported on this computer: create a model and an endpoint from the best candidate.',
    )
}

function requireChannels(input: CreateAutoMLJobInput): void {
  const channels = input.AutoMLJobInputDataConfig
  const types = channels.map(({ ChannelType }) => ChannelType)
  if (!types.includes('training')) throw validationError('The training channel is missing.')
  if (new Set(types).size !== types.length)
    throw validationError('There can be one training channel and one validation channel.')
  for (const channel of channels) {
    const { ContentType, CompressionType, DataSource, ChannelType } = channel
    if ((ContentType ?? csvContentType).replaceAll(' ', '').toLowerCase() !== csvContentType)
      throw validationError(
        `The content type of the ${ChannelType} channel must be ${csvContentType} on this computer.`,
      )
    if (CompressionType === 'Gzip')
      throw validationError('The compression type must be None for text generation.')
    if (DataSource.S3DataSource.S3DataType !== 'S3Prefix')
      throw validationError('The S3 data type must be S3Prefix for text generation.')
  }
  if (!input.DataSplitConfig) return
  if (types.includes('validation'))
    throw validationError('DataSplitConfig must not be set when there is a validation channel.')
  const fraction = input.DataSplitConfig.ValidationFraction
  if (fraction === 0 || fraction === 1)
    throw validationError('ValidationFraction must be greater than 0 and less than 1.')
}

function requireCompletionCriteria({ CompletionCriteria }: TextGenerationJobConfig): void {
  if ((CompletionCriteria?.MaxCandidates ?? 1) !== 1)
    throw validationError('MaxCandidates must be 1 for text generation.')
}

/** The one that is asked for, or the first of the public hub, as Autopilot has a default too. */
async function baseModelOf(context: EngineContext, name: string | undefined): Promise<HubContent> {
  const contents = [
    ...(await readHubContents(context.library.bundled, engineRegistry)),
    ...(await readHubContents(context.library.imported, engineRegistry)),
  ]
  const found = name === undefined ? contents[0] : contents.find(({ id }) => id === name)
  if (found) return found
  const ids = contents.map(({ id }) => id).join(', ')
  throw validationError(
    `BaseModelName ${name ?? ''} is not one of the base models of this computer: [${ids}].`,
  )
}

/** Autopilot's names and ranges -> the trainer's names. Its learning rate must be more than nothing. */
const autopilotHyperparameters: Readonly<
  Record<string, { name: string; min: number; max: number; isInteger: boolean }>
> = {
  epochCount: { name: 'epoch', min: 1, max: 10, isInteger: true },
  batchSize: { name: 'per_device_train_batch_size', min: 1, max: 64, isInteger: true },
  learningRate: { name: 'learning_rate', min: 1e-8, max: 1, isInteger: false },
  learningRateWarmupSteps: { name: 'warmup_steps', min: 0, max: 250, isInteger: true },
}

function hyperparametersOf(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const known = Object.hasOwn(autopilotHyperparameters, key)
        ? autopilotHyperparameters[key]
        : undefined
      if (!known)
        throw validationError(
          `TextGenerationHyperParameters: ${key} is not one of [${Object.keys(autopilotHyperparameters).join(', ')}].`,
        )
      const { name, min, max, isInteger } = known
      const form = isInteger ? /^\d+$/ : /^(\d+\.?\d*|\.\d+)([eE]-?\d+)?$/
      const number = form.test(value) ? Number(value) : NaN
      if (!(number >= min && number <= max))
        throw validationError(
          `TextGenerationHyperParameters: ${key} must be ${isInteger ? 'an integer' : 'a number'} from ${min} to ${max}, not ${value}.`,
        )
      return [name, String(number)]
    }),
  )
}

function trainingRequest(
  input: CreateAutoMLJobInput,
  config: TextGenerationJobConfig,
  document: z.output<typeof trainingDocument>,
  name: string,
  hyperparameters: Record<string, string>,
): CreateTrainingJobInput {
  const { S3OutputPath, KmsKeyId } = input.OutputDataConfig
  const root = `${S3OutputPath.replace(/\/+$/, '')}/${input.AutoMLJobName}`
  const channel = (ChannelName: string, S3Uri: string) => ({
    ChannelName,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri } },
  })
  const model = channel('model', document.TrainingArtifactUri)
  const access = config.ModelAccessConfig
  const criteria = config.CompletionCriteria
  return {
    TrainingJobName: name,
    HyperParameters: hyperparameters,
    AlgorithmSpecification: {
      TrainingImage: document.TrainingEcrUri,
      TrainingInputMode: 'File',
      MetricDefinitions: document.TrainingMetrics,
    },
    RoleArn: input.RoleArn,
    InputDataConfig: [
      channel('training', `${root}/preprocessed-data/training/training.jsonl`),
      channel('validation', `${root}/preprocessed-data/validation/validation.jsonl`),
      access
        ? {
            ...model,
            DataSource: {
              S3DataSource: { ...model.DataSource.S3DataSource, ModelAccessConfig: access },
            },
          }
        : model,
    ],
    OutputDataConfig: { S3OutputPath: root, ...(KmsKeyId === undefined ? {} : { KmsKeyId }) },
    ResourceConfig: {
      InstanceType: document.DefaultTrainingInstanceType,
      InstanceCount: 1,
      VolumeSizeInGB: document.TrainingVolumeSize,
    },
    StoppingCondition: {
      MaxRuntimeInSeconds: Math.min(
        criteria?.MaxRuntimePerTrainingJobInSeconds ?? defaultTrainingRuntime,
        criteria?.MaxAutoMLJobRuntimeInSeconds ?? longestTrainingRuntime,
        longestTrainingRuntime,
      ),
    },
    EnableNetworkIsolation: document.TrainingEnableNetworkIsolation,
    EnableInterContainerTrafficEncryption:
      input.SecurityConfig?.EnableInterContainerTrafficEncryption ?? false,
  }
}
