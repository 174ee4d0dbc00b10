/** Prices of an account: AWS's list, read once a day, or else the table that comes with Timbre. */
import { builtInPrices, builtInStorage } from '../../shared/builtInPrices.ts'
import type { PriceList, StoragePrices } from '../../shared/cost.ts'
import { currencyOf } from '../../shared/partition.ts'
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
  /** By the gigabyte and month. @throws AppError as opening does */
  storage(workspaceId: string): Promise<StoragePrices>
}

const keptMs = 24 * 3_600_000
/** What could not be asked is asked again soon. */
const keptAfterFailureMs = 10 * 60_000

export function createPrices({ open, now }: PricesOptions): Prices {
  const kept = new Map<string, { untilMs: number; found: Promise<unknown> }>()

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

  return {
    async list(workspaceId, use) {
      const opened = await open(workspaceId)
      const currency = currencyOf(opened.region)
      const key = `${workspaceId} ${opened.region} ${use}`
      const [hourly, tokens] = await Promise.all([
        keep(key, () => listPrices(opened, use, currency)),
        use === 'Training' ? keep(`${key} tokens`, () => listTokenPrices(opened, currency)) : null,
      ])
      const perThousandTokens = tokens ?? {}
      return hourly
        ? { currency, hourly, perThousandTokens, from: 'priceList' }
        : { currency, hourly: builtInPrices(opened.region), perThousandTokens, from: 'table' }
    },
    async storage(workspaceId) {
      const opened = await open(workspaceId)
      const currency = currencyOf(opened.region)
      const key = `${workspaceId} ${opened.region} bucket`
      const bucketPerGbMonth = await keep(key, () => findBucketPrice(opened, currency))
      const table = builtInStorage(opened.region)
      return { ...table, ...(bucketPerGbMonth === null ? {} : { bucketPerGbMonth }) }
    },
  }
}
