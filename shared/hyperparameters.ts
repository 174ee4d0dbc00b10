/**
 * The training container's published hyperparameters: one record, with range, default and unit per line.
 * On the wire every value is a string, as SageMaker demands; the names are JumpStart's.
 */
import { z } from 'zod'

export interface HyperparameterDefinition {
  /** The name on the wire. */
  readonly name: string
  readonly type: 'int' | 'float' | 'text'
  readonly default: string
  readonly min?: number
  readonly max?: number
  readonly options?: readonly string[]
  /** Hidden behind "Advanced" in forms. */
  readonly advanced: boolean
}

/** What the engine's trainer understands; published in each hub document. */
export const engineHyperparameters: readonly HyperparameterDefinition[] = [
  { name: 'epoch', type: 'int', default: '5', min: 1, max: 1000, advanced: false },
  { name: 'learning_rate', type: 'float', default: '0.0005', min: 1e-8, max: 1, advanced: false },
  {
    name: 'per_device_train_batch_size',
    type: 'int',
    default: '8',
    min: 1,
    max: 256,
    advanced: false,
  },
  { name: 'warmup_steps', type: 'int', default: '10', min: 0, max: 10000, advanced: false },
  {
    name: 'lr_scheduler_type',
    type: 'text',
    default: 'cosine',
    options: ['cosine', 'linear', 'constant'],
    advanced: true,
  },
  {
    name: 'gradient_accumulation_steps',
    type: 'int',
    default: '1',
    min: 1,
    max: 256,
    advanced: true,
  },
  { name: 'weight_decay', type: 'float', default: '0.01', min: 0, max: 1, advanced: true },
  { name: 'max_grad_norm', type: 'float', default: '1', min: 0, max: 1000, advanced: true },
  { name: 'max_input_length', type: 'int', default: '256', min: 16, max: 4096, advanced: true },
  { name: 'eval_steps', type: 'int', default: '10', min: 1, max: 100000, advanced: true },
  { name: 'early_stopping_patience', type: 'int', default: '0', min: 0, max: 1000, advanced: true },
  { name: 'peft_type', type: 'text', default: 'None', options: ['None', 'lora'], advanced: true },
  { name: 'lora_r', type: 'int', default: '8', min: 1, max: 256, advanced: true },
  { name: 'lora_alpha', type: 'float', default: '16', min: 0.001, max: 1024, advanced: true },
  { name: 'lora_dropout', type: 'float', default: '0.05', min: 0, max: 0.9, advanced: true },
  {
    name: 'target_modules',
    type: 'text',
    default: 'q_proj,v_proj',
    options: ['q_proj,v_proj', 'q_proj,k_proj,v_proj,o_proj', 'all-linear'],
    advanced: true,
  },
  { name: 'seed', type: 'int', default: '10', min: 0, max: 2147483647, advanced: true },
]

/** The matrices of a layer that an adapter can stand beside. */
export const loraTargets = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const
export type LoraTarget = (typeof loraTargets)[number]

/** A comma-separated list of them, or PEFT's word for all. */
const targetModules = z.string().transform((text, context): LoraTarget[] => {
  if (text === 'all-linear') return [...loraTargets]
  const list = z
    .array(z.enum(loraTargets))
    .min(1)
    .safeParse(text.split(',').map((name) => name.trim()))
  if (list.success) return [...new Set(list.data)]
  context.addIssue({
    code: 'custom',
    message: `must be all-linear or some of ${loraTargets.join(',')}`,
  })
  return z.NEVER
})

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const real = (min: number, max: number) => z.coerce.number().min(min).max(max)

/** Wire map -> the trainer's own names. Unknown keys are refused, so a typo is never silently ignored. */
export const trainingHyperparametersSchema = z
  .strictObject({
    epoch: integer(1, 1000).default(5),
    learning_rate: real(1e-8, 1).default(0.0005),
    per_device_train_batch_size: integer(1, 256).default(8),
    warmup_steps: integer(0, 10000).default(10),
    lr_scheduler_type: z.enum(['cosine', 'linear', 'constant']).default('cosine'),
    gradient_accumulation_steps: integer(1, 256).default(1),
    weight_decay: real(0, 1).default(0.01),
    max_grad_norm: real(0, 1000).default(1),
    max_input_length: integer(16, 4096).default(256),
    eval_steps: integer(1, 100000).default(10),
    early_stopping_patience: integer(0, 1000).default(0),
    peft_type: z.enum(['None', 'lora']).default('None'),
    lora_r: integer(1, 256).default(8),
    lora_alpha: real(0.001, 1024).default(16),
    lora_dropout: real(0, 0.9).default(0.05),
    target_modules: targetModules.default(['q_proj', 'v_proj']),
    seed: integer(0, 2147483647).default(10),
  })
  .transform((wire) => ({
    epochs: wire.epoch,
    learningRate: wire.learning_rate,
    batchSize: wire.per_device_train_batch_size,
    /** Batches whose gradients make one step. */
    accumulatedBatches: wire.gradient_accumulation_steps,
    warmupSteps: wire.warmup_steps,
    schedule: wire.lr_scheduler_type,
    weightDecay: wire.weight_decay,
    /** 0 switches clipping off. */
    maxGradientNorm: wire.max_grad_norm,
    /** Longest sequence in tokens, prompt and completion together. */
    maxSequenceLength: wire.max_input_length,
    /** Steps between two evaluations on the validation share. */
    evaluationInterval: wire.eval_steps,
    /** Evaluations in a row without a better one before training ends; 0 never ends it. */
    patience: wire.early_stopping_patience,
    /** Null: all weights are trained. */
    lora:
      wire.peft_type === 'lora'
        ? {
            rank: wire.lora_r,
            alpha: wire.lora_alpha,
            dropout: wire.lora_dropout,
            targets: wire.target_modules,
          }
        : null,
    seed: wire.seed,
  }))

export type TrainingHyperparameters = z.output<typeof trainingHyperparametersSchema>

/** Whether a base model takes this value, as it is typed. */
export function isValidSetting(
  field: Omit<HyperparameterDefinition, 'advanced'>,
  value: string,
): boolean {
  if (field.options) return field.options.includes(value)
  if (field.type === 'text') return true
  const number = Number(value)
  return (
    value.trim() !== '' &&
    Number.isFinite(number) &&
    (field.type !== 'int' || Number.isInteger(number)) &&
    number >= (field.min ?? -Infinity) &&
    number <= (field.max ?? Infinity)
  )
}
