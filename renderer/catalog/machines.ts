/** Which machine a base model is trained on, and what all of them cost together; without React. */
import type { BaseModel } from '../../shared/model.ts'
import { meaningOf } from '../../shared/moveSettings.ts'
import type { SecondsRange } from '../../shared/duration.ts'
import type { CloudChoice } from '../../shared/trainingWay.ts'
import type { HourlyPrices } from './catalogFilter.ts'

/** Null: AWS chooses one. */
export function machineOf(
  { cloud }: BaseModel,
  choice: CloudChoice | undefined,
): { readonly type: string; readonly isSpot: boolean } | null {
  const type = choice?.instanceType ?? cloud?.instanceTypes[0]
  return type === undefined ? null : { type, isSpot: choice?.spot === true }
}

/** Of the machines whose price is known; null: of none. */
export function hourlyTotal(
  models: readonly BaseModel[],
  choices: Readonly<Record<string, CloudChoice>>,
  prices: HourlyPrices,
): number | null {
  const known = models.flatMap((model) => {
    const type = machineOf(model, choices[model.id])?.type
    return type === undefined ? [] : (prices.hourly[type] ?? [])
  })
  return known.length === 0 ? null : known.reduce((sum, price) => sum + price, 0)
}

/** How often all training rows are read. */
export function epochsOf(
  settings: Readonly<Record<string, string>>,
  { hyperparameters }: BaseModel,
): number {
  const field = hyperparameters.find(({ name }) => meaningOf(name) === 'epochs')
  return field ? Number(settings[field.name] ?? field.default) : 1
}

/** What AWS is going to bill by the token: the training rows, as often as each such model reads them. */
export function billedTokens(
  models: readonly BaseModel[],
  settingsOf: (model: BaseModel) => Readonly<Record<string, string>>,
  trainingTokens: number,
): number {
  return models
    .filter(({ cloud }) => cloud?.billing === 'tokens')
    .reduce((sum, model) => sum + trainingTokens * epochsOf(settingsOf(model), model), 0)
}

/** A machine that is going to be rented. */
export interface PlannedMachine {
  readonly instanceType: string
  /** Trainings on such a machine. */
  readonly count: number
  /** Of all of them together. */
  readonly seconds: SecondsRange
  /** Gigabytes, of one machine's disk; null: not known. */
  readonly diskGb: number | null
}

/** What is going to be paid for: machines, what lies in S3 afterwards, and endpoints if there are any. */
export interface CostPlan {
  readonly machines: readonly PlannedMachine[]
  /** Reckoned from model and data; otherwise an hour of each stands for what nobody knows before. */
  readonly isReckoned: boolean
  /** Bytes; null: not known. */
  readonly storedBytes: number | null
  readonly hostingTypes: readonly string[]
}

const anHour = { low: 3600, high: 3600 }

/**
 * Machines of a type together.
 *
 * @param dataBytes of the dataset
 * @param secondsOf what a training takes; null: not known
 */
export function costPlan(
  models: readonly BaseModel[],
  choices: Readonly<Record<string, CloudChoice>>,
  dataBytes: number,
  secondsOf: (model: BaseModel) => SecondsRange | null = () => null,
): CostPlan {
  const machines = new Map<string, PlannedMachine>()
  let isReckoned = true
  for (const model of models) {
    const instanceType = machineOf(model, choices[model.id])?.type
    if (instanceType === undefined) continue
    const known = machines.get(instanceType)
    const reckoned = secondsOf(model)
    isReckoned &&= reckoned !== null
    const { low, high } = reckoned ?? anHour
    machines.set(instanceType, {
      instanceType,
      count: (known?.count ?? 0) + 1,
      seconds: { low: (known?.seconds.low ?? 0) + low, high: (known?.seconds.high ?? 0) + high },
      diskGb: model.cloud?.volumeGb ?? known?.diskGb ?? null,
    })
  }
  return {
    machines: [...machines.values()],
    isReckoned,
    storedBytes: models.reduce<number | null>((sum, model) => {
      const own = weightBytes(model)
      return sum === null || own === null ? null : sum + own
    }, dataBytes),
    hostingTypes: [...new Set(models.flatMap(({ cloud }) => cloud?.hostingInstanceType ?? []))],
  }
}

/** Of the result in S3, in half precision; what Bedrock makes stays there. */
function weightBytes({ way, parameterCount }: BaseModel): number | null {
  if (way === 'bedrock') return 0
  return parameterCount === null ? null : parameterCount * 2
}
