/** Which machine a base model is trained on, and what all of them cost together; without React. */
import type { BaseModel } from '../../shared/model.ts'
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
    return type === undefined ? [] : (prices[type] ?? [])
  })
  return known.length === 0 ? null : known.reduce((sum, price) => sum + price, 0)
}

/** An hour of each machine, those of a type together; how long a training takes nobody knows before. */
export function plannedMachines(
  models: readonly BaseModel[],
  choices: Readonly<Record<string, CloudChoice>>,
): { readonly instanceType: string; readonly count: number; readonly seconds: number }[] {
  const counts = new Map<string, number>()
  for (const model of models) {
    const type = machineOf(model, choices[model.id])?.type
    if (type !== undefined) counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return [...counts].map(([instanceType, count]) => ({ instanceType, count, seconds: 3600 }))
}
