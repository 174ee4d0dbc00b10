/** Which machines are going to be rented, and what is left afterwards; without React. */
import type { BaseModel } from '../../shared/model.ts'
import type { SecondsRange } from '../../shared/duration.ts'
import { machineOf } from '../../shared/startCost.ts'
import type { CloudChoice } from '../../shared/trainingWay.ts'

/** A machine that is going to be rented. */
export interface PlannedMachine {
  readonly instanceType: string
  /** AWS chooses it and does not say which: this is one that would do. */
  readonly isAssumed: boolean
  readonly isSpot: boolean
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
    const rented = machineOf(model, choices[model.id])
    if (!rented) continue
    const { type: instanceType, isAssumed, isSpot } = rented
    const key = `${instanceType} ${isAssumed} ${isSpot}`
    const known = machines.get(key)
    const reckoned = secondsOf(model)
    isReckoned &&= reckoned !== null
    const { low, high } = reckoned ?? anHour
    machines.set(key, {
      instanceType,
      isAssumed,
      isSpot,
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
