/** How near an answer is to the reference in meaning, by an encoder's token embeddings. Definition: docs/evaluation.md. */
import { z } from 'zod'
import { estimate, type Estimate } from './bootstrap.ts'

/** Cosines: -1 to 1, in practice near the upper end. */
export const bertScoresSchema = z.object({
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
})
export type BertScores = z.infer<typeof bertScoresSchema>

export const bertScoredRowSchema = z.object({
  position: z.number().int().nonnegative(),
  tuned: bertScoresSchema,
  /** Null where no base model was asked. */
  base: bertScoresSchema.nullable(),
})
export type BertScoredRow = z.infer<typeof bertScoredRowSchema>

export const bertScoreNames = ['f1', 'precision', 'recall'] as const

export interface BertScoreSummary {
  readonly name: (typeof bertScoreNames)[number]
  readonly tuned: Estimate
  readonly base: Estimate | null
  readonly difference: Estimate | null
}

export function summarizeBertScores(rows: readonly BertScoredRow[]): BertScoreSummary[] {
  if (rows.length === 0) return []
  const hasBase = rows.every(({ base }) => base !== null)
  return bertScoreNames.map((name) => {
    const tuned = rows.map((row) => row.tuned[name])
    const base = hasBase ? rows.map((row) => row.base?.[name] ?? 0) : null
    return {
      name,
      tuned: estimate(tuned),
      base: base && estimate(base),
      difference: base && estimate(tuned.map((value, index) => value - (base[index] ?? 0))),
    }
  })
}
