/** What training in an account costs, and the arithmetic that shows it. */
import { z } from 'zod'

export const currencySchema = z.enum(['USD', 'CNY'])
export type Currency = z.infer<typeof currencySchema>

export const quotaSchema = z.object({
  code: z.string(),
  value: z.number(),
  isAdjustable: z.boolean(),
})
export type Quota = z.infer<typeof quotaSchema>

export const machineCheckSchema = z.object({
  instanceType: z.string(),
  /** Spare machines have a quota of their own. */
  isSpot: z.boolean(),
  /** Null: not offered there, or not known. */
  pricePerHour: z.number().nullable(),
  /** table: reckoned without AWS's list (shared/builtInPrices.ts). */
  priceFrom: z.enum(['priceList', 'table', 'unknown']),
  /** Null: the price list could not be asked. */
  isOffered: z.boolean().nullable(),
  quota: quotaSchema.nullable(),
})
export type MachineCheck = z.infer<typeof machineCheckSchema>

/** Of machines by the hour. */
export const priceListSchema = z.object({
  currency: currencySchema,
  hourly: z.record(z.string(), z.number()),
  /** For training, by the model's family (shared/tokenPrices.ts); without those that the list does not have. */
  perThousandTokens: z.record(z.string(), z.number()).default({}),
  /** table: the machines' are reckoned without AWS's list (shared/builtInPrices.ts). */
  from: z.enum(['priceList', 'table']),
  region: z.string(),
})
export type PriceList = z.infer<typeof priceListSchema>

/** By the gigabyte and month. */
export const storagePricesSchema = z.object({
  bucketPerGbMonth: z.number(),
  bucketFrom: z.enum(['priceList', 'table']),
  /** Of a training machine, while it is rented; from the table alone. */
  diskPerGbMonth: z.number(),
})
export type StoragePrices = z.infer<typeof storagePricesSchema>

export const preflightSchema = z.object({
  currency: currencySchema,
  machines: z.array(machineCheckSchema),
  /** Of an endpoint by the hour, by machine; without those whose price is not known. */
  hosting: z.record(z.string(), z.number()),
  hostingFrom: z.enum(['priceList', 'table']),
  /** Of endpoints, by machine; without those that can't be looked up. */
  hostingQuotas: z.record(z.string(), quotaSchema),
  storage: storagePricesSchema,
  /** Since the first of this month, on trainings and endpoints. */
  spent: z.number(),
  /** Of trainings and endpoints that go on: what they came to until they were looked at last. */
  committed: z.number(),
  budget: z.number().nullable(),
})
export type Preflight = z.infer<typeof preflightSchema>

/** Of one candidate in an account at AWS, as it accrues: what was reckoned until AWS tells what it billed. */
export const candidateCostSchema = z.object({
  candidateId: z.string(),
  amount: z.number(),
  currency: currencySchema,
  isEnded: z.boolean(),
})
export type CandidateCost = z.infer<typeof candidateCostSchema>

/** A job by the hour. Seconds are billed; its disk and what it leaves in S3 come on top, see below. */
export interface HourlyRun {
  readonly pricePerHour: number
  readonly instances: number
  readonly seconds: number
}

export function costOf({ pricePerHour, instances, seconds }: HourlyRun): number {
  return (pricePerHour * instances * seconds) / 3600
}

const hoursAMonth = 730

/** Of a machine's disk while it is rented. */
export function diskCostOf(disk: {
  readonly gigabytes: number
  readonly perGbMonth: number
  readonly seconds: number
}): number {
  return (disk.gigabytes * disk.perGbMonth * disk.seconds) / 3600 / hoursAMonth
}

/** Of what lies in S3 for a month; AWS counts gigabytes of 1024 each. */
export function bucketCostOf(sizeBytes: number, perGbMonth: number): number {
  return (sizeBytes / 2 ** 30) * perGbMonth
}

export function formatMoney(amount: number, currency: Currency, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  }).format(amount)
}

/** A price that was reckoned without AWS's list says so. */
export function asReckoned(words: string, isReckoned: boolean): string {
  return isReckoned ? `≈ ${words}` : words
}

export interface Amount {
  readonly currency: Currency
  readonly amount: number
}

/** Yuan and dollars are never added up. */
export function sumsOf(amounts: readonly Amount[]): Amount[] {
  const sums = new Map<Currency, number>()
  for (const { currency, amount } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + amount)
  return [...sums].map(([currency, amount]) => ({ currency, amount }))
}

/** Such as `$35.92 + ¥4`; '' for none. */
export function formatSums(amounts: readonly Amount[], language: string): string {
  return sumsOf(amounts)
    .map(({ amount, currency }) => formatSmallMoney(amount, currency, language))
    .join(' + ')
}

/** With the digits that a small amount needs. */
export function formatSmallMoney(amount: number, currency: string, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: amount > 0 && amount < 1 ? 3 : 2,
  }).format(amount)
}
