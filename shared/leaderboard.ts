/** Ranking of a version's candidates by validation loss; pure, so that the window and the command line agree. */
import { z } from 'zod'
import { candidateStatusSchema } from './model.ts'

export const leaderboardEntrySchema = z.object({
  candidateId: z.string(),
  baseModelId: z.string(),
  baseModelName: z.string(),
  status: candidateStatusSchema,
  /** 1 is best; null while there is no validation loss to rank by. */
  rank: z.number().int().positive().nullable(),
  trainingLoss: z.number().nullable(),
  /** Lowest validation loss seen: the weights kept are those of that step. */
  validationLoss: z.number().nullable(),
  validationLossStep: z.number().int().nullable(),
  validationBitsPerByte: z.number().nullable(),
  trainingSeconds: z.number().nullable(),
  /** Lowest validation loss among the completed ones. */
  suggested: z.boolean(),
  /** The analyst's choice, or the suggestion while they have not chosen. */
  chosen: z.boolean(),
})
export type LeaderboardEntry = z.infer<typeof leaderboardEntrySchema>

export type UnrankedEntry = Omit<LeaderboardEntry, 'rank' | 'suggested' | 'chosen'>

/**
 * Orders by validation loss, ascending; candidates without one come last in the order given.
 * Only a completed candidate can be suggested: the others have no model to use.
 */
export function rankCandidates(
  entries: readonly UnrankedEntry[],
  chosenCandidateId: string | null,
): LeaderboardEntry[] {
  const ranked = entries
    .filter((entry) => entry.validationLoss !== null)
    .sort((a, b) => (a.validationLoss ?? 0) - (b.validationLoss ?? 0))
  const unranked = entries.filter((entry) => entry.validationLoss === null)
  const suggestedId = ranked.find((entry) => entry.status === 'Completed')?.candidateId ?? null
  const chosenId = chosenCandidateId ?? suggestedId
  return [...ranked, ...unranked].map((entry, index) => ({
    ...entry,
    rank: index < ranked.length ? index + 1 : null,
    suggested: entry.candidateId === suggestedId,
    chosen: entry.candidateId === chosenId,
  }))
}

/** perplexity = exp(mean token cross-entropy in nats). */
export function perplexity(loss: number): number {
  return Math.exp(loss)
}
