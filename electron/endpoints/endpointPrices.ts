/** What an endpoint's machine costs by the hour, asked once a day. */
import type { Price } from '../../shared/endpoint.ts'
import { currencyOf } from '../../shared/partition.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { findPrice } from '../aws/preflight/prices.ts'
import type { Connection } from '../aws/workspace.ts'

const keptMs = 24 * 3_600_000

/** Of one machine. Null: not offered there, or the price list may not be asked; that is no reason to stop anything. */
export type PriceOf = (workspaceId: string, instanceType: string) => Promise<Price | null>

export function createEndpointPrices(options: {
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly now: () => number
}): PriceOf {
  const known = new Map<string, { readonly price: Price; readonly atMs: number }>()
  return async (workspaceId, instanceType) => {
    // On this computer nothing is paid.
    if (workspaceId === localWorkspaceId) return { perHour: 0, currency: 'USD' }
    const key = `${workspaceId} ${instanceType}`
    const kept = known.get(key)
    if (kept && options.now() - kept.atMs < keptMs) return kept.price
    try {
      const connection = await options.connect(workspaceId)
      const currency = currencyOf(connection.region)
      const perHour = await findPrice(connection, instanceType, 'Hosting', currency)
      if (perHour === null) return null
      const price = { perHour, currency }
      known.set(key, { price, atMs: options.now() })
      return price
    } catch {
      return kept?.price ?? null
    }
  }
}
