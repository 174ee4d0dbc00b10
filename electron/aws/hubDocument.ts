/** JumpStart's documents (schema 2.3.0) -> base models, and what starting a job on one needs. */
import type { DescribeHubContentCommandOutput } from '@aws-sdk/client-sagemaker'
import { z } from 'zod'
import type { MetricDefinition } from '../../shared/metrics.ts'
import type { BaseModel, HyperparameterField } from '../../shared/model.ts'
import { defaultPromptTemplate, promptTemplateSchema } from '../../shared/promptTemplate.ts'

/** What training and hosting a hub model takes. */
export interface HubModel {
  readonly baseModel: BaseModel
  readonly metricDefinitions: readonly MetricDefinition[]
  readonly trainingImage: string
  readonly trainingArtifactUri: string
  readonly trainingInstanceType: string
  readonly trainingVolumeGb: number
  readonly training: HubTraining
  readonly recipe: HubRecipe | null
  readonly hostingImage: string
  readonly hostingArtifactUri: string
  readonly hostingInstanceType: string
  readonly hosting: HubHosting
}

/** What only AWS's documents say of serving. */
export interface HubHosting {
  /** The default first. */
  readonly instanceTypes: readonly string[]
  /** What the container has to be told, as where it finds the weights. */
  readonly environment: Readonly<Record<string, string>>
  /** By family (`g5`) and by type; the type goes before its family. */
  readonly variants: Readonly<
    Record<
      string,
      { readonly image: string | null; readonly environment: Readonly<Record<string, string>> }
    >
  >
  /** Null: AWS's own. */
  readonly downloadSeconds: number | null
  readonly startSeconds: number | null
  /** The driver that the image needs; null: AWS's own. */
  readonly machineImage: string | null
}

/** What only AWS's documents say. */
export interface HubTraining {
  /** The trainer itself, as a channel. */
  readonly scriptUri: string | null
  /** By family (`g5`) and by type (`ml.g5.2xlarge`); the type goes before its family. */
  readonly variants: Readonly<Record<string, HubVariant>>
  /** What is not for the analyst to set: the container's own, and what follows from the shape of our data. */
  readonly fixedHyperparameters: Readonly<Record<string, string>>
  readonly isIsolated: boolean
  readonly encryptsTraffic: boolean
  readonly compressesOutput: boolean
  readonly maxRuntimeSeconds: number
}

export interface HubVariant {
  readonly image: string | null
  readonly artifactUri: string | null
  readonly hyperparameters: Readonly<Record<string, string>>
}

/** How AWS trains it when it chooses the machines itself. */
export interface HubRecipe {
  readonly name: string
  readonly isLora: boolean
  readonly sequenceLength: string | null
  /** JSON: parameter -> type, default, range. */
  readonly parametersUri: string
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const hyperparameter = z.looseObject({
  Name: z.string(),
  Type: z.string().default('text'),
  Default: scalar.default(''),
  Min: z.number().optional(),
  Max: z.number().optional(),
  Options: z.array(scalar).optional(),
  Scope: z.string().default('algorithm'),
  Advanced: z.boolean().optional(),
})

/** What differs from one type of machine, or family of them, to another. */
const byInstanceType = <Properties extends z.ZodType>(properties: Properties) =>
  z
    .looseObject({
      Variants: z
        .record(z.string(), z.looseObject({ Properties: properties.optional() }))
        .default({}),
    })
    .nullish()

/** The parts that are used; documents hold many more. */
const documentSchema = z.looseObject({
  Provider: z.string().default(''),
  License: z.string().default(''),
  Task: z.string().default(''),
  Languages: z.array(z.string()).default([]),
  ParameterCount: z.number().nullable().default(null),
  ContextTokens: z.number().nullable().default(null),
  TrainingEcrUri: z.string().default(''),
  TrainingArtifactUri: z.string().default(''),
  TrainingScriptUri: z.string().nullable().default(null),
  TrainingEnableNetworkIsolation: z.boolean().default(true),
  EncryptInterContainerTraffic: z.boolean().default(false),
  DisableOutputCompression: z.boolean().default(false),
  MaxRuntimeInSeconds: z.number().default(360_000),
  DefaultTrainingInstanceType: z.string().default(''),
  SupportedTrainingInstanceTypes: z.array(z.string()).default([]),
  TrainingVolumeSize: z.number().default(30),
  TrainingInstanceTypeVariants: byInstanceType(
    z.looseObject({
      ImageUri: z.string().optional(),
      GatedModelEnvVarUri: z.string().optional(),
      TrainingArtifactUri: z.string().optional(),
      Hyperparameters: z.array(hyperparameter).default([]),
    }),
  ),
  RecipeCollection: z
    .array(
      z.looseObject({
        Name: z.string().default(''),
        Type: z.string().default('FineTuning'),
        CustomizationTechnique: z.string().nullish(),
        Peft: z.string().nullish(),
        SequenceLength: z.string().nullish(),
        IsSubscriptionModel: z.boolean().nullish(),
        SmtjOverrideParamsS3Uri: z.string().nullish(),
      }),
    )
    .nullish(),
  GatedBucket: z.boolean().default(false),
  HostingEulaUri: z.string().nullish(),
  HostingEcrUri: z.string().default(''),
  HostingArtifactUri: z.string().default(''),
  DefaultInferenceInstanceType: z.string().default(''),
  SupportedInferenceInstanceTypes: z.array(z.string()).default([]),
  InferenceEnvironmentVariables: z
    .array(z.looseObject({ Name: z.string(), Default: scalar.default('') }))
    .default([]),
  HostingInstanceTypeVariants: byInstanceType(
    z.looseObject({
      ImageUri: z.string().optional(),
      EnvironmentVariables: z.record(z.string(), scalar).default({}),
    }),
  ),
  ModelDataDownloadTimeout: z.number().nullish(),
  ContainerStartupHealthCheckTimeout: z.number().nullish(),
  InferenceAmiVersion: z.string().nullish(),
  Hyperparameters: z.array(hyperparameter).default([]),
  PromptTemplate: promptTemplateSchema.default(defaultPromptTemplate),
  TrainingMetrics: z.array(z.object({ Name: z.string(), Regex: z.string() })).default([]),
})

/** Whether it is a language model that can be fine-tuned with questions and answers. */
export function isFineTunable(document: unknown): boolean {
  const parsed = z
    .looseObject({
      Task: z.string().default(''),
      TrainingSupported: z.boolean().default(false),
      RecipeCollection: z.array(z.unknown()).nullish(),
    })
    .safeParse(document)
  if (!parsed.success) return false
  const { Task, TrainingSupported, RecipeCollection } = parsed.data
  const isLanguageModel = /text.?2.?text|text.?generation|chat|reasoning|language/i.test(Task)
  return isLanguageModel && (TrainingSupported || (RecipeCollection ?? []).length > 0)
}

export type HubContent = Pick<
  DescribeHubContentCommandOutput,
  | 'HubContentName'
  | 'HubContentVersion'
  | 'HubContentDisplayName'
  | 'HubContentDescription'
  | 'HubContentMarkdown'
  | 'HubContentDocument'
>

export interface ReadOptions {
  readonly isImported: boolean
  /** In an account at AWS, where machines cost and licences are asked for. */
  readonly isCloud: boolean
}

/** What a document with a recipe alone does not say is empty. @throws ZodError, SyntaxError when it is no such document */
export function readHubModel(
  id: string,
  content: HubContent,
  { isImported, isCloud }: ReadOptions,
): HubModel {
  const document = documentSchema.parse(JSON.parse(content.HubContentDocument ?? '{}'))
  const fields = document.Hyperparameters.filter((field) => field.Scope === 'algorithm')
  const isFixed = ({ Name }: { Name: string }) => isCloud && Name in pairSettings
  return {
    baseModel: {
      id,
      version: content.HubContentVersion ?? '',
      displayName: content.HubContentDisplayName ?? id,
      provider: document.Provider,
      license: document.License,
      description: content.HubContentDescription ?? '',
      languages: document.Languages,
      parameterCount: document.ParameterCount ?? (isCloud ? countInName(id) : null),
      contextTokens: document.ContextTokens,
      card: content.HubContentMarkdown ?? '',
      promptTemplate: document.PromptTemplate,
      isImported,
      way: 'jumpStart',
      cloud: isCloud
        ? {
            task: document.Task,
            eula: document.HostingEulaUri ? { uri: document.HostingEulaUri } : null,
            rows: { min: 1, max: null },
            tokens: document.ContextTokens,
            instanceTypes: instanceTypesOf(document),
            canUseSpot: true,
            volumeGb: document.TrainingVolumeSize,
            hostingInstanceType: document.DefaultInferenceInstanceType || null,
            billing: 'instanceHours',
            serving: 'endpoint',
          }
        : null,
      hyperparameters: fields.filter((field) => !isFixed(field)).map(toField),
    },
    metricDefinitions: document.TrainingMetrics.map(({ Name, Regex }) => ({
      name: Name,
      regex: Regex,
    })),
    trainingImage: document.TrainingEcrUri,
    trainingArtifactUri: document.TrainingArtifactUri,
    trainingInstanceType: document.DefaultTrainingInstanceType,
    trainingVolumeGb: document.TrainingVolumeSize,
    training: {
      scriptUri: document.TrainingScriptUri,
      variants: variantsOf(document),
      fixedHyperparameters: {
        ...Object.fromEntries(
          fields.filter(isFixed).map(({ Name }) => [Name, pairSettings[Name] ?? '']),
        ),
        ...Object.fromEntries(
          document.Hyperparameters.filter(({ Scope }) => Scope !== 'algorithm').map(
            ({ Name, Default }) => [Name, String(Default ?? '')],
          ),
        ),
      },
      isIsolated: document.TrainingEnableNetworkIsolation,
      encryptsTraffic: document.EncryptInterContainerTraffic,
      compressesOutput: !document.DisableOutputCompression,
      maxRuntimeSeconds: document.MaxRuntimeInSeconds,
    },
    recipe: recipeOf(document),
    hostingImage: document.HostingEcrUri,
    hostingArtifactUri: document.HostingArtifactUri,
    hostingInstanceType: document.DefaultInferenceInstanceType,
    hosting: hostingOf(document),
  }
}

type HubDocument = z.output<typeof documentSchema>

/**
 * Ours are pairs of a question and an answer with a template, and the validation rows are a channel of their own. JumpStart's
 * trainers have to be told so.
 */
const pairSettings: Readonly<Record<string, string>> = {
  instruction_tuned: 'True',
  chat_dataset: 'False',
  validation_split_ratio: '0.2',
  train_data_split_seed: '0',
}

/** What most people set; the rest is behind "Advanced" unless the document says otherwise. */
const plainSettings = new Set([
  'epoch',
  'learning_rate',
  'per_device_train_batch_size',
  'max_input_length',
])

function toField(field: z.output<typeof hyperparameter>): HyperparameterField {
  const type = field.Type.toLowerCase()
  const isNumber = type === 'int' || type === 'float'
  const options =
    field.Options?.map(String) ?? (type.startsWith('bool') ? ['True', 'False'] : undefined)
  return {
    name: field.Name,
    type: isNumber ? (type as 'int' | 'float') : 'text', // one of the two, as was just seen
    default: String(field.Default ?? ''),
    ...(field.Min === undefined ? {} : { min: field.Min }),
    ...(field.Max === undefined ? {} : { max: field.Max }),
    ...(options === undefined ? {} : { options }),
    advanced: field.Advanced ?? !plainSettings.has(field.Name),
  }
}

function instanceTypesOf(document: HubDocument): string[] {
  const { DefaultTrainingInstanceType: standard, SupportedTrainingInstanceTypes: all } = document
  return [standard, ...all.filter((type) => type !== standard)]
}

function variantsOf({ TrainingInstanceTypeVariants }: HubDocument): Record<string, HubVariant> {
  return Object.fromEntries(
    Object.entries(TrainingInstanceTypeVariants?.Variants ?? {}).map(([name, { Properties }]) => [
      name,
      {
        image: Properties?.ImageUri ?? null,
        artifactUri: Properties?.GatedModelEnvVarUri ?? Properties?.TrainingArtifactUri ?? null,
        hyperparameters: Object.fromEntries(
          (Properties?.Hyperparameters ?? []).map(({ Name, Default }) => [
            Name,
            String(Default ?? ''),
          ]),
        ),
      },
    ]),
  )
}

function hostingOf(document: HubDocument): HubHosting {
  const { DefaultInferenceInstanceType: standard, SupportedInferenceInstanceTypes: all } = document
  const variants = Object.entries(document.HostingInstanceTypeVariants?.Variants ?? {})
  return {
    instanceTypes: [standard, ...all.filter((type) => type !== standard)].filter((one) => one),
    environment: Object.fromEntries(
      document.InferenceEnvironmentVariables.map(({ Name, Default }) => [Name, wordOf(Default)]),
    ),
    variants: Object.fromEntries(
      variants.map(([name, { Properties }]) => [
        name,
        {
          // `$alias` stands for an address by region, which is not read: the document's own image serves.
          image: Properties?.ImageUri?.startsWith('$') ? null : (Properties?.ImageUri ?? null),
          environment: Object.fromEntries(
            Object.entries(Properties?.EnvironmentVariables ?? {}).map(([key, value]) => [
              key,
              wordOf(value),
            ]),
          ),
        },
      ]),
    ),
    downloadSeconds: document.ModelDataDownloadTimeout ?? null,
    startSeconds: document.ContainerStartupHealthCheckTimeout ?? null,
    machineImage: document.InferenceAmiVersion ?? null,
  }
}

function wordOf(value: z.output<typeof scalar>): string {
  return String(value ?? '')
}

/** Supervised fine-tuning: with an adapter if there is such a recipe, and without a subscription. */
function recipeOf({ RecipeCollection }: HubDocument): HubRecipe | null {
  const usable = (RecipeCollection ?? []).filter(
    ({ Type, CustomizationTechnique, SmtjOverrideParamsS3Uri, IsSubscriptionModel }) =>
      Type === 'FineTuning' &&
      CustomizationTechnique === 'SFT' &&
      !!SmtjOverrideParamsS3Uri &&
      !IsSubscriptionModel,
  )
  const chosen = usable.find(({ Peft }) => Peft === 'LORA') ?? usable[0]
  if (!chosen) return null
  return {
    name: chosen.Name,
    isLora: chosen.Peft === 'LORA',
    sequenceLength: chosen.SequenceLength ?? null,
    parametersUri: chosen.SmtjOverrideParamsS3Uri ?? '',
  }
}

/** Sizes with a fraction; `2-7b` of Llama 2 is none of them. */
const fractions = ['0-5', '0-6', '1-1', '1-3', '1-5', '1-6', '1-7', '6-9']

/** AWS's documents don't tell the size, but the ids do: `...-7b-...`, `...-560m`, `...-1-7b`, `...-06b`. */
export function countInName(id: string): number | null {
  const match = /(?:^|-)((?:\d-)?\d+)(b|m)(?=-|$)/.exec(id.toLowerCase())
  if (!match) return null
  const [, digits = '', unit] = match
  const whole = digits.split('-').at(-1) ?? ''
  const value = fractions.includes(digits)
    ? Number(digits.replace('-', '.'))
    : /^0\d$/.test(whole)
      ? Number(whole) / 10
      : Number(whole)
  return Math.round(value * (unit === 'b' ? 1e9 : 1e6))
}
