/**
 * The settings of one trainer in the words of another: which setting there means the same, the nearest value that it allows,
 * and what has no counterpart. Names are those of JumpStart's trainers (this computer's as well), of serverless recipes, and of
 * Autopilot and Bedrock.
 */
import type { HyperparameterField } from './model.ts'

/** What a setting is about; its names with the different trainers. */
const meanings = {
  epochs: ['epoch', 'epochs', 'num_train_epochs', 'max_epochs', 'epochCount'],
  learningRate: ['learning_rate', 'learningRate'],
  batchSize: [
    'per_device_train_batch_size',
    'train_batch_size',
    'batchSize',
    'batch_size',
    'global_batch_size',
  ],
  warmup: ['warmup_steps', 'learningRateWarmupSteps', 'warmup_ratio', 'lr_warmup_steps_ratio'],
  schedule: ['lr_scheduler_type', 'lr_scheduler'],
  accumulation: ['gradient_accumulation_steps'],
  weightDecay: ['weight_decay'],
  clipping: ['max_grad_norm', 'gradient_clipping'],
  length: ['max_input_length', 'max_seq_length', 'dataset_max_len'],
  checking: ['eval_steps'],
  patience: ['early_stopping_patience', 'earlyStoppingPatience'],
  method: ['peft_type'],
  rank: ['lora_r', 'lora_rank'],
  strength: ['lora_alpha'],
  dropout: ['lora_dropout'],
  places: ['target_modules'],
  seed: ['seed'],
} as const satisfies Record<string, readonly string[]>
export type SettingMeaning = keyof typeof meanings

/** Of an adapter: without one they say nothing. */
const ofAdapter: ReadonlySet<SettingMeaning> = new Set(['rank', 'strength', 'dropout', 'places'])

export interface MovedSetting {
  readonly meaning: SettingMeaning
  readonly from: { readonly name: string; readonly value: string }
  /** Null: there is no such setting there. */
  readonly to: { readonly name: string; readonly value: string } | null
  /** Its value had to change: out of range there, or of another unit. */
  readonly isAdjusted: boolean
}

export interface MoveFacts {
  /** Rows that are trained on, for what is told in steps here and in shares there. */
  readonly trainingRows: number
}

/** In the order of the settings here; those that mean nothing in this run are left out. */
export function moveSettings(
  settings: Readonly<Record<string, string>>,
  fields: readonly HyperparameterField[],
  facts: MoveFacts,
): MovedSetting[] {
  const hasAdapter = settings['peft_type'] === 'lora'
  return Object.entries(settings).flatMap(([name, value]): MovedSetting[] => {
    const meaning = meaningOf(name)
    if (meaning === null || (ofAdapter.has(meaning) && !hasAdapter)) return []
    const field = fieldOf(fields, meaning, name)
    if (!field && losesNothing(meaning, value, fields)) return []
    if (!field || isForbidden(field, value))
      return [{ meaning, from: { name, value }, to: null, isAdjusted: false }]
    const wanted = converted(field, value, settings, facts)
    const moved = nearest(field, wanted)
    return [
      {
        meaning,
        from: { name, value },
        to: { name: field.name, value: moved },
        isAdjusted: moved !== value,
      },
    ]
  })
}

export function meaningOf(name: string): SettingMeaning | null {
  const found = Object.entries(meanings).find(([, names]) =>
    (names as readonly string[]).includes(name),
  )
  return found ? (found[0] as SettingMeaning) : null // a key of it
}

/** Its own name first. */
function fieldOf(
  fields: readonly HyperparameterField[],
  meaning: SettingMeaning,
  name: string,
): HyperparameterField | undefined {
  const names: readonly string[] = meanings[meaning]
  return (
    fields.find((field) => field.name === name) ??
    fields.find((field) => names.includes(field.name))
  )
}

/** Off here and unknown there; or batches that are added up, which are one large batch there. */
function losesNothing(
  meaning: SettingMeaning,
  value: string,
  fields: readonly HyperparameterField[],
): boolean {
  if (meaning === 'patience') return Number(value) === 0
  if (meaning !== 'accumulation') return false
  return Number(value) === 1 || fields.some(({ name }) => name === 'global_batch_size')
}

/** A choice of words that does not hold ours. */
function isForbidden({ type, options }: HyperparameterField, value: string): boolean {
  return type === 'text' && options !== undefined && !options.includes(value)
}

function converted(
  { name, min = 0, max }: HyperparameterField,
  value: string,
  settings: Readonly<Record<string, string>>,
  { trainingRows }: MoveFacts,
): string {
  // 0 never stops early; where it has to be more, the most is nearest to that.
  const isOff = meaningOf(name) === 'patience' && Number(value) === 0 && min > 0
  if (isOff && max !== undefined) return String(max)
  const number = (key: string, other: number) => Number(settings[key] ?? other)
  const batch = number('per_device_train_batch_size', 1) * number('gradient_accumulation_steps', 1)
  if (name === 'global_batch_size') return String(batch)
  if (!name.endsWith('_ratio')) return value
  const steps = Math.ceil(trainingRows / batch) * number('epoch', 1)
  const share = steps > 0 ? Number(value) / steps : 0
  return String(Math.min(1, Math.round(share * 1000) / 1000))
}

/** As it is where it is allowed. */
function nearest({ type, min, max, options }: HyperparameterField, value: string): string {
  const wanted = Number(value)
  if (type === 'text' || !Number.isFinite(wanted)) return value
  if (options) {
    const byDistance = options.toSorted(
      (a, b) => Math.abs(Number(a) - wanted) - Math.abs(Number(b) - wanted),
    )
    return byDistance[0] ?? value
  }
  const kept = Math.min(Math.max(wanted, min ?? -Infinity), max ?? Infinity)
  const whole = type === 'int' ? Math.round(kept) : kept
  return whole === wanted ? value : String(whole)
}

/** How much of a row is read: the model's own limit, or the setting's where that is lower. */
export function mostTokensOf(
  own: number | null,
  settings: Readonly<Record<string, string>>,
): number | null {
  const set = Object.entries(settings)
    .filter(([name]) => meaningOf(name) === 'length')
    .map(([, value]) => Number(value))
    .filter((value) => Number.isInteger(value) && value > 0)
  const limits = own === null ? set : [own, ...set]
  return limits.length === 0 ? null : Math.min(...limits)
}
