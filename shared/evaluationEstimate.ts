/** What a report takes, said before it begins. */
import { z } from 'zod'
import {
  asReckoned,
  currencySchema,
  formatSums,
  sumsOf,
  type Amount,
  type Currency,
} from './cost.ts'
import { evaluationRequestSchema } from './evaluation.ts'

const rangeSchema = z.object({ low: z.number(), high: z.number() })
export type Range = z.infer<typeof rangeSchema>

export const evaluationEstimateSchema = z.object({
  /** Who answers: this computer, endpoints at AWS, or Bedrock by the token. */
  place: z.enum(['local', 'endpoint', 'bedrock']),
  /** A finished report gets what is new; the answers that it has are not asked for again. */
  isAddition: z.boolean(),
  /** As many as there are to choose from. */
  availableRows: z.number().int(),
  /** Of both models together. */
  answers: z.number().int(),
  /** Minutes of asking; null where nobody has measured it yet. */
  minutes: rangeSchema.nullable(),
  /** Whether the time of an answer was measured in an earlier report, or is assumed. */
  isMeasured: z.boolean(),
  /** Minutes until endpoints answer, which are not paid; null: none has to start. */
  startMinutes: rangeSchema.nullable(),
  /** Endpoints go on for so long after their last answer, unless they are deleted. */
  idleMinutes: z.number().nullable(),
  /** What is paid by the hour meanwhile. */
  machines: z.array(
    z.object({
      side: z.enum(['tuned', 'base']),
      instanceType: z.string(),
      pricePerHour: z.number().nullable(),
    }),
  ),
  currency: currencySchema,
  /** The region for which their prices were reckoned without AWS's list; null: AWS's list told them. */
  reckonedIn: z.string().nullable(),
  /** Of the machines; null: a price is not known. */
  cost: rangeSchema.nullable(),
  /** Of Bedrock's answers, by the token; null: it gives none. */
  bedrock: z
    .object({
      inputTokens: z.number().int(),
      /** At most. */
      outputTokens: z.number().int(),
      /** US dollars, at most. */
      cost: z.number(),
      /** Reckoned with the dearest price that is known, for none of this model is. */
      isSimilar: z.boolean(),
    })
    .nullable(),
  /** Whether there is a base model to ask. */
  hasBase: z.boolean(),
  /** Whether it tells how likely it finds a sentence; in AWS that is not asked for. */
  tellsProbabilities: z.boolean(),
  /** Null without a judge. */
  judge: z
    .object({
      calls: z.number().int(),
      inputTokens: z.number().int(),
      /** At most. */
      outputTokens: z.number().int(),
      /** US dollars, at most; null: its price is not known here. */
      cost: z.number().nullable(),
    })
    .nullable(),
  /** Of the library's processing job; null where it is not asked for, and its figures where no price is known. */
  library: z
    .object({
      low: z.number().nullable(),
      high: z.number().nullable(),
      currency: currencySchema,
      reckonedIn: z.string().nullable(),
    })
    .nullable(),
})
export type EvaluationEstimate = z.infer<typeof evaluationEstimateSchema>

/** A judge whose prompt is being written has no estimate yet: hence the same rules as for the start. */
export const evaluationEstimateRequestSchema = evaluationRequestSchema

export interface HighestCost {
  /** At most, in each currency; empty where no price is known. */
  readonly sums: readonly Amount[]
  /** False: something is paid whose price is not known. */
  readonly isWhole: boolean
  /** A price was reckoned without AWS's list. */
  readonly isReckoned: boolean
}

/** What a report costs at most: endpoints, judge and processing job together. Null: nothing is paid. */
export function highestCost(estimate: EvaluationEstimate): HighestCost | null {
  const { bedrock, machines, cost, currency, reckonedIn, judge, library } = estimate
  const parts: readonly { readonly currency: Currency; readonly amount: number | null }[] = [
    ...(machines.length > 0 ? [{ currency, amount: cost?.high ?? null }] : []),
    ...(bedrock ? [{ currency: 'USD' as const, amount: bedrock.cost }] : []),
    ...(judge ? [{ currency: 'USD' as const, amount: judge.cost }] : []),
    ...(library ? [{ currency: library.currency, amount: library.high }] : []),
  ]
  if (parts.length === 0) return null
  return {
    sums: sumsOf(
      parts.flatMap((part) =>
        part.amount === null ? [] : [{ currency: part.currency, amount: part.amount }],
      ),
    ),
    isWhole: parts.every(({ amount }) => amount !== null),
    isReckoned:
      (machines.length > 0 && reckonedIn !== null) || (library?.reckonedIn ?? null) !== null,
  }
}

/** The sums, such as `$35.92`; '' where no price is known. */
export function formatHighestCost({ sums, isReckoned }: HighestCost, language: string): string {
  const rounded = sums.map(({ amount, currency }) => ({ amount: roundedUp(amount), currency }))
  return sums.length === 0 ? '' : asReckoned(formatSums(rounded, language), isReckoned)
}

/** A judge's few tokens must not look as if they cost nothing. */
function roundedUp(amount: number): number {
  return amount < 1 ? Math.ceil(amount * 1000) / 1000 : amount
}
