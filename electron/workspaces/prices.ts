/** Prices of an account: AWS's list, read once a day, or else the table that comes with Timbre. */
import { reckonedHourly, reckonedStorage } from '../../shared/builtInPrices.ts'
import type { PriceList, StoragePrices } from '../../shared/cost.ts'
import type { Price } from '../../shared/endpoint.ts'
import { currencyOf, hasPriceList } from '../../shared/partition.ts'
import {
  findBucketPrice,
  listPrices,
  listTokenPrices,
  type MachineUse,
} from '../aws/preflight/prices.ts'
import type { OpenAccount } from '../aws/workspace.ts'

export interface PricesOptions {
  readonly open: (workspaceId: string) => Promise<OpenAccount>
  readonly now: () => number
}

export interface Prices {
  /** Of machines by the hour, and of tokens that are trained on. Without the right to ask it is the table. @throws AppError as opening does */
  list(workspaceId: string, use: MachineUse): Promise<PriceList>
  /** Of one machine by the hour; null: not known. @throws AppError as opening does */
  machine(workspaceId: string, instanceType: string, use: MachineUse): Promise<Price | null>
  /** By the gigabyte and month. @throws AppError as opening does */
  storage(workspaceId: string): Promise<StoragePrices>
}

const keptMs = 24 * 3_600_000
/** What could not be asked is asked again soon. */
const keptAfterFailureMs = 10 * 60_000

export function createPrices({ open, now }: PricesOptions): Prices {
  const kept = new Map<string, { untilMs: number; found: Promise<unknown> }>()
  /** By region; some hundred machines, and the table does not change. */
  const reckoned = new Map<string, PriceList['hourly']>()

  function reckonedIn(region: string): PriceList['hourly'] {
    const hourly = reckoned.get(region) ?? reckonedHourly(region)
    reckoned.set(region, hourly)
    return hourly
  }

  /** @param read null: it could not be asked */
  function keep<T>(key: string, read: () => Promise<T | null>): Promise<T | null> {
    const known = kept.get(key)
    if (known && now() < known.untilMs) return known.found as Promise<T | null> // of this key
    const found = read().catch(() => null)
    const entry = { untilMs: now() + keptMs, found }
    kept.set(key, entry)
    void found.then((value) => {
      if (value === null) entry.untilMs = now() + keptAfterFailureMs
    })
    return found
  }

  async function list(workspaceId: string, use: MachineUse): Promise<PriceList> {
    const opened = await open(workspaceId)
    const { region } = opened
    const currency = currencyOf(region)
    const key = `${workspaceId} ${region} ${use}`
    const [listed, tokens] = hasPriceList(region)
      ? await Promise.all([
          keep(key, () => listPrices(opened, use, currency).then(unlessEmpty)),
          use === 'Training'
            ? keep(`${key} tokens`, () => listTokenPrices(opened, currency))
            : null,
        ])
      : [null, null]
    return {
      currency,
      region,
      hourly: listed ?? reckonedIn(region),
      perThousandTokens: tokens ?? {},
      from: listed ? 'priceList' : 'table',
    }
  }

  return {
    list,
    async machine(workspaceId, instanceType, use) {
      const { hourly, currency, from, region } = await list(workspaceId, use)
      const perHour = hourly[instanceType]
      if (perHour === undefined) return null
      return { perHour, currency, reckonedIn: from === 'table' ? region : null }
    },
    async storage(workspaceId) {
      const opened = await open(workspaceId)
      const { region } = opened
      const listed = hasPriceList(region)
        ? await keep(`${workspaceId} ${region} bucket`, () =>
            findBucketPrice(opened, currencyOf(region)),
          )
        : null
      const table = reckonedStorage(region)
      return listed === null
        ? table
        : { ...table, bucketPerGbMonth: listed, bucketFrom: 'priceList' }
    },
  }
}

/** A region where SageMaker rents out nothing is none: rather the list was asked in other words than AWS's. */
function unlessEmpty(hourly: Record<string, number>): Record<string, number> | null {
  return Object.keys(hourly).length > 0 ? hourly : null
}
