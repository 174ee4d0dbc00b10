/**
 * What Bedrock's base models ask for, family by family: the form of a record, the limits, the settings, and how the result
 * can be asked. First match counts; a model of no family here is not offered.
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-prepare.html
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/custom-models-hp.html
 */
import type { TrainingExample } from '../../../shared/dataset.ts'
import type { HyperparameterField } from '../../../shared/model.ts'

export interface BedrockFamily {
  readonly pattern: RegExp
  readonly rows: { readonly min: number; readonly max: number | null }
  readonly tokens: number | null
  readonly toRecord: (example: TrainingExample) => unknown
  readonly hyperparameters: readonly HyperparameterField[]
  /** On-demand deployments are limited to these two regions. */
  readonly servesOnDemand: boolean
}

const int = (name: string, standard: number, min: number, max: number): HyperparameterField => ({
  name,
  type: 'int',
  default: String(standard),
  min,
  max,
  advanced: false,
})
const float = (
  name: string,
  standard: string,
  min: number,
  max: number,
  advanced = false,
): HyperparameterField => ({ name, type: 'float', default: standard, min, max, advanced })

const pair = ({ prompt, completion }: TrainingExample) => ({ prompt, completion })

/** One line of text a turn; `content` holds parts. */
const conversation = ({ prompt, completion }: TrainingExample) => ({
  schemaVersion: 'bedrock-conversation-2024',
  messages: [
    { role: 'user', content: [{ text: prompt }] },
    { role: 'assistant', content: [{ text: completion }] },
  ],
})

/** One line of text a turn; `content` is text. */
const claudeMessages = ({ prompt, completion }: TrainingExample) => ({
  messages: [
    { role: 'user', content: prompt },
    { role: 'assistant', content: completion },
  ],
})

const llamaSettings = [
  int('epochCount', 5, 1, 10),
  int('batchSize', 1, 1, 1),
  float('learningRate', '0.0001', 0.000005, 0.1),
]
const llamaRows = { min: 100, max: 10_000 }

export const bedrockFamilies: readonly BedrockFamily[] = [
  {
    pattern: /^amazon\.nova-(2-)?(micro|lite|pro)/,
    rows: { min: 8, max: 20_000 },
    tokens: 32_000,
    toRecord: conversation,
    hyperparameters: [
      int('epochCount', 2, 1, 5),
      float('learningRate', '0.00001', 0.000001, 0.0001),
      int('learningRateWarmupSteps', 10, 0, 100),
    ],
    servesOnDemand: true,
  },
  {
    pattern: /^amazon\.titan-text-(lite|express)/,
    rows: { min: 1, max: 20_000 },
    tokens: 4_096,
    toRecord: pair,
    hyperparameters: [
      int('epochCount', 5, 1, 10),
      int('batchSize', 1, 1, 64),
      float('learningRate', '0.00001', 0, 1),
      int('learningRateWarmupSteps', 5, 0, 250),
    ],
    servesOnDemand: false,
  },
  {
    pattern: /^amazon\.titan-text-premier/,
    rows: { min: 1, max: 20_000 },
    tokens: 4_096,
    toRecord: pair,
    hyperparameters: [
      int('epochCount', 2, 1, 5),
      int('batchSize', 1, 1, 1),
      float('learningRate', '0.000001', 0.0000001, 0.00001),
      int('learningRateWarmupSteps', 5, 0, 20),
    ],
    servesOnDemand: false,
  },
  {
    pattern: /^meta\.llama3-1-/,
    rows: llamaRows,
    tokens: 16_000,
    toRecord: pair,
    hyperparameters: llamaSettings,
    servesOnDemand: false,
  },
  {
    pattern: /^meta\.llama3-3-70b/,
    rows: llamaRows,
    tokens: 16_000,
    toRecord: conversation,
    hyperparameters: llamaSettings,
    servesOnDemand: true,
  },
  {
    pattern: /^meta\.llama3-[23]-/,
    rows: llamaRows,
    tokens: 16_000,
    toRecord: conversation,
    hyperparameters: llamaSettings,
    servesOnDemand: false,
  },
  {
    pattern: /^anthropic\.claude-3-haiku/,
    rows: { min: 32, max: 10_000 },
    tokens: 32_000,
    toRecord: claudeMessages,
    hyperparameters: [
      int('epochCount', 2, 1, 10),
      int('batchSize', 32, 4, 256),
      float('learningRateMultiplier', '1', 0.1, 2),
      float('earlyStoppingThreshold', '0.001', 0, 0.1, true),
      { ...int('earlyStoppingPatience', 2, 1, 10), advanced: true },
    ],
    servesOnDemand: false,
  },
]

const onDemandRegions: ReadonlySet<string> = new Set(['us-east-1', 'us-west-2'])

export function bedrockFamilyOf(modelId: string): BedrockFamily | undefined {
  return bedrockFamilies.find(({ pattern }) => pattern.test(modelId))
}

export function servesOnDemand(family: BedrockFamily, region: string): boolean {
  return family.servesOnDemand && onDemandRegions.has(region)
}
