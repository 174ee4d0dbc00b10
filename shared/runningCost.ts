/** What costs money at AWS now, open window or not: endpoints, trainings and transform jobs, and what they come to. */
import { z } from 'zod'
import type { Amount } from './cost.ts'
import {
  costSoFar,
  isAsleep,
  isBillable,
  priceNow,
  priceSchema,
  type Endpoint,
  type Price,
} from './endpoint.ts'

/** A job at AWS that ends by itself, and is paid for until then. */
export const paidJobSchema = z.object({
  kind: z.enum(['training', 'transform']),
  id: z.string(),
  /** Of its machines, 0 where it is billed by the token; null: not known. */
  price: priceSchema.nullable(),
  /** Until the last look, in the currency of its price. */
  soFar: z.number(),
})
export type PaidJob = z.infer<typeof paidJobSchema>

export const paidKinds = ['endpoint', 'training', 'transform'] as const
export type PaidKind = (typeof paidKinds)[number]

export interface RunningCost {
  /** Without kinds of which there is none. */
  readonly counts: readonly { readonly kind: PaidKind; readonly count: number }[]
  /** As far as they are known. */
  readonly prices: readonly Price[]
  readonly soFar: readonly Amount[]
  /** A price among them was reckoned without AWS's list. */
  readonly isReckoned: boolean
  /** Of everything: the sums are whole. */
  readonly isKnown: boolean
  /** Nothing of it runs until someone ends it. */
  readonly endsByItself: boolean
}

/** Null while nothing costs; an endpoint that sleeps does not. */
export function runningCostOf(
  endpoints: readonly Endpoint[],
  jobs: readonly PaidJob[],
  nowMs: number,
): RunningCost | null {
  const billable = endpoints.filter((endpoint) => isBillable(endpoint) && !isAsleep(endpoint))
  const paid: Pick<PaidJob, 'price' | 'soFar'>[] = [
    ...billable.map((endpoint) => ({
      price: priceNow(endpoint),
      soFar: costSoFar(endpoint, nowMs) ?? 0,
    })),
    ...jobs,
  ]
  if (paid.length === 0) return null
  const counts = { endpoint: billable.length, training: 0, transform: 0 }
  for (const { kind } of jobs) counts[kind] += 1
  const known = paid.flatMap(({ price, soFar }) => (price ? [{ price, soFar }] : []))
  return {
    counts: paidKinds.flatMap((kind) =>
      counts[kind] === 0 ? [] : [{ kind, count: counts[kind] }],
    ),
    prices: known.map(({ price }) => price),
    soFar: known.map(({ price, soFar }) => ({ amount: soFar, currency: price.currency })),
    isReckoned: known.some(({ price }) => price.reckonedIn !== null),
    isKnown: known.length === paid.length,
    endsByItself: billable.every(({ isGuarded }) => isGuarded),
  }
}

/** “1 endpoint and 2 trainings”, from the words for each. */
export function paidWords(
  { counts }: Pick<RunningCost, 'counts'>,
  wordOf: (kind: PaidKind, count: number) => string,
  language: string,
): string {
  const words = counts.map(({ kind, count }) => wordOf(kind, count))
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(words)
}
