/** What training in an account costs, and the arithmetic that shows it. */
import { z } from 'zod'

export const currencySchema = z.enum(['USD', 'CNY'])
export type Currency = z.infer<typeof currencySchema>

export const machineCheckSchema = z.object({
  instanceType: z.string(),
  /** Null: not offered there, or not known. */
  pricePerHour: z.number().nullable(),
  /** table: a rough figure that comes with Timbre and that nobody has checked. */
  priceFrom: z.enum(['priceList', 'table', 'unknown']),
  /** Null: the price list could not be asked. */
  isOffered: z.boolean().nullable(),
  quota: z.object({ code: z.string(), value: z.number(), isAdjustable: z.boolean() }).nullable(),
})
export type MachineCheck = z.infer<typeof machineCheckSchema>

export const preflightSchema = z.object({
  currency: currencySchema,
  machines: z.array(machineCheckSchema),
  /** Since the first of this month. */
  spent: z.number(),
  /** Of trainings that go on: what they came to until they were looked at last. */
  committed: z.number(),
  budget: z.number().nullable(),
})
export type Preflight = z.infer<typeof preflightSchema>

/** A job by the hour. Seconds are billed; storage is not counted, being small beside it. */
export interface HourlyRun {
  readonly pricePerHour: number
  readonly instances: number
  readonly seconds: number
}

export function costOf({ pricePerHour, instances, seconds }: HourlyRun): number {
  return (pricePerHour * instances * seconds) / 3600
}

export function formatMoney(amount: number, currency: Currency, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  }).format(amount)
}
