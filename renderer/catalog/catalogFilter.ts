/** Which base models of a long list are shown, and in which order; without React. */
import type { BaseModel } from '../../shared/model.ts'
import { machineOf, type StartPrices } from '../../shared/startCost.ts'
import type { TrainingWay } from '../../shared/trainingWay.ts'

export const sizes = ['small', 'middle', 'large'] as const
export type Size = (typeof sizes)[number]

export interface CatalogFilter {
  readonly text: string
  readonly way: TrainingWay | null
  readonly provider: string | null
  readonly task: string | null
  readonly size: Size | null
  readonly license: string | null
  /** Most an hour, in the prices' currency; null: any. */
  readonly mostHourly: number | null
  readonly order: 'name' | 'size' | 'price'
}

export const noFilter: CatalogFilter = {
  text: '',
  way: null,
  provider: null,
  task: null,
  size: null,
  license: null,
  mostHourly: null,
  order: 'name',
}

/** Parameters: up to 4, up to 15, and more billions. Null: nobody says how many. */
export function sizeOf({ parameterCount }: BaseModel): Size | null {
  if (parameterCount === null) return null
  if (parameterCount < 4e9) return 'small'
  return parameterCount <= 15e9 ? 'middle' : 'large'
}

export const noPrices: StartPrices = {
  currency: 'USD',
  hourly: {},
  perThousandTokens: {},
  from: 'priceList',
  region: '',
}

/** A base model's default machine counts. Null: not known, or not by the hour. */
export function hourlyPriceOf(model: BaseModel, prices: StartPrices): number | null {
  const type = machineOf(model, undefined)?.type
  return type === undefined ? null : (prices.hourly[type] ?? null)
}

/** All words of the search have to be in its name, provider, licence or task. */
export function filterCatalog(
  models: readonly BaseModel[],
  filter: CatalogFilter,
  prices: StartPrices,
): BaseModel[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const shown = models.filter((model) => {
    const text = [model.displayName, model.id, model.provider, model.license, model.cloud?.task]
      .join(' ')
      .toLowerCase()
    const price = hourlyPriceOf(model, prices)
    return (
      words.every((word) => text.includes(word)) &&
      (filter.way === null || model.way === filter.way) &&
      (filter.provider === null || model.provider === filter.provider) &&
      (filter.task === null || model.cloud?.task === filter.task) &&
      (filter.size === null || sizeOf(model) === filter.size) &&
      (filter.license === null || model.license === filter.license) &&
      (filter.mostHourly === null || (price !== null && price <= filter.mostHourly))
    )
  })
  const last = Number.POSITIVE_INFINITY
  const byName = (a: BaseModel, b: BaseModel) => a.displayName.localeCompare(b.displayName)
  const keyOf = (model: BaseModel) =>
    filter.order === 'size'
      ? (model.parameterCount ?? last)
      : filter.order === 'price'
        ? (hourlyPriceOf(model, prices) ?? last)
        : 0
  return shown.toSorted((a, b) => {
    const [first, second] = [keyOf(a), keyOf(b)]
    return first === second ? byName(a, b) : first - second
  })
}

/** What can be chosen in a filter, in order, each once. */
export function valuesOf(
  models: readonly BaseModel[],
  read: (model: BaseModel) => string | undefined,
): string[] {
  return [...new Set(models.flatMap((model) => read(model) ?? []))]
    .filter((value) => value !== '')
    .sort((a, b) => a.localeCompare(b))
}
