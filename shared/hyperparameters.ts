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
  { name: 'epoch', type: 'int', default: '8', min: 1, max: 1000, advanced: false },
  { name: 'learning_rate', type: 'float', default: '0.001', min: 1e-8, max: 1, advanced: false },
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
  { name: 'weight_decay', type: 'float', default: '0.01', min: 0, max: 1, advanced: true },
  { name: 'max_grad_norm', type: 'float', default: '1', min: 0, max: 1000, advanced: true },
  { name: 'max_input_length', type: 'int', default: '256', min: 16, max: 4096, advanced: true },
  { name: 'eval_steps', type: 'int', default: '10', min: 1, max: 100000, advanced: true },
  { name: 'seed', type: 'int', default: '10', min: 0, max: 2147483647, advanced: true },
]

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const real = (min: number, max: number) => z.coerce.number().min(min).max(max)

/** Wire map -> the trainer's own names. Unknown keys are refused, so a typo is never silently ignored. */
export const trainingHyperparametersSchema = z
  .strictObject({
    epoch: integer(1, 1000).default(8),
    learning_rate: real(1e-8, 1).default(0.001),
    per_device_train_batch_size: integer(1, 256).default(8),
    warmup_steps: integer(0, 10000).default(10),
    lr_scheduler_type: z.enum(['cosine', 'linear', 'constant']).default('cosine'),
    weight_decay: real(0, 1).default(0.01),
    max_grad_norm: real(0, 1000).default(1),
    max_input_length: integer(16, 4096).default(256),
    eval_steps: integer(1, 100000).default(10),
    seed: integer(0, 2147483647).default(10),
  })
  .transform((wire) => ({
    epochs: wire.epoch,
    learningRate: wire.learning_rate,
    batchSize: wire.per_device_train_batch_size,
    warmupSteps: wire.warmup_steps,
    schedule: wire.lr_scheduler_type,
    weightDecay: wire.weight_decay,
    /** 0 switches clipping off. */
    maxGradientNorm: wire.max_grad_norm,
    /** Longest sequence in tokens, prompt and completion together. */
    maxSequenceLength: wire.max_input_length,
    /** Steps between two evaluations on the validation share. */
    evaluationInterval: wire.eval_steps,
    seed: wire.seed,
  }))

export type TrainingHyperparameters = z.output<typeof trainingHyperparametersSchema>
