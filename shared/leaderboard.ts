/** Ranking of a version's candidates; pure, so that the window, the report and the command line agree. */
import { formatMeasure } from './formats.ts'
import { z } from 'zod'
import { laggingSchema } from './lagging.ts'
import { candidateStatusSchema } from './model.ts'

/**
 * bitsPerByte: of the same validation answers, comparable whatever a model's tokens are. loss: per token, of one base
 * model. lossOfDifferentTokens: per token, of several base models, whose tokens may differ: comparable only roughly.
 */
export const rankingMeasureSchema = z.enum(['bitsPerByte', 'loss', 'lossOfDifferentTokens'])
export type RankingMeasure = z.infer<typeof rankingMeasureSchema>

/** Why a candidate is suggested; the words are in the locale files under its kind. */
export const suggestionReasonSchema = z.object({
  /**
   * only: no other completed. lowest: by more than the uncertainty. smaller: another is lower, within the uncertainty, but
   * has more parameters. lowestWithin: lowest, within the uncertainty of another that is not smaller. lowestUnknown: lowest,
   * and the uncertainty is not known.
   */
  kind: z.enum(['only', 'lowest', 'smaller', 'lowestWithin', 'lowestUnknown']),
  value: z.number(),
  /** The candidate that it was weighed against. */
  otherName: z.string(),
  otherValue: z.number(),
  difference: z.number(),
  uncertainty: z.number(),
  parameterCount: z.number(),
  otherParameterCount: z.number(),
})
export type SuggestionReason = z.infer<typeof suggestionReasonSchema>

export const leaderboardEntrySchema = z.object({
  candidateId: z.string(),
  versionId: z.string(),
  versionNumber: z.number().int(),
  baseModelId: z.string(),
  baseModelName: z.string(),
  status: candidateStatusSchema,
  /** 1 is best; null while there is nothing to rank by. */
  rank: z.number().int().positive().nullable(),
  rankedBy: rankingMeasureSchema,
  trainingLoss: z.number().nullable(),
  /** Lowest validation loss seen: the weights kept are those of that step. */
  validationLoss: z.number().nullable(),
  validationLossStep: z.number().int().nullable(),
  validationBitsPerByte: z.number().nullable(),
  /** Standard error over the validation rows. */
  validationBitsPerByteError: z.number().nullable(),
  /** Of the base model. */
  parameterCount: z.number().nullable(),
  trainingSeconds: z.number().nullable(),
  /** Answer tokens that were learned from, repetitions included; null where they were not logged. */
  tokensSeen: z.number().nullable(),
  /** Of training, and of 1,000 answers; 0 on this computer, null where it is not known. */
  costUsd: z.number().nullable(),
  costPerThousandAnswersUsd: z.number().nullable(),
  /** Of its newest evaluation; null while there is none. */
  evaluation: z
    .object({
      rows: z.number().int(),
      /** Rows on which it was better than its base model; null where that was not asked. */
      better: z.number().int().nullable(),
      f1: z.number(),
      rougeL: z.number(),
      /** 0 to 1; null for data that is not the user's own. */
      voice: z.number().nullable(),
      detector: z.enum(['detoxify', 'wordList']),
      /** Share of the answers that the detector found. */
      toxic: z.number(),
      /** Median of a whole answer; null where it was not measured. */
      answerMs: z.number().nullable(),
    })
    .nullable(),
  /** While it trains well behind the best one: it may as well be stopped. */
  lagging: laggingSchema.nullable(),
  suggested: z.boolean(),
  /** Of the suggested one; null for the others. */
  reason: suggestionReasonSchema.nullable(),
  /** The analyst's choice, or the suggestion while they have not chosen. */
  chosen: z.boolean(),
})
export type LeaderboardEntry = z.infer<typeof leaderboardEntrySchema>

export type UnrankedEntry = Omit<
  LeaderboardEntry,
  'rank' | 'rankedBy' | 'suggested' | 'reason' | 'chosen'
>

/** Differences below so many standard errors may be chance: 95 of 100 lie within. */
const uncertaintyDeviations = 1.96

/** Standard error of the difference of two candidates' bits per byte; null where it is not known row by row. */
export type PairedErrorOf = (a: UnrankedEntry, b: UnrankedEntry) => number | null

/**
 * Best first; candidates without a validation loss come last in the order given. Only a completed candidate can be
 * suggested: the others have no model to use.
 */
export function rankCandidates(
  entries: readonly UnrankedEntry[],
  chosenCandidateId: string | null,
  pairedErrorOf: PairedErrorOf = () => null,
): LeaderboardEntry[] {
  const measured = entries.filter((entry) => entry.validationLoss !== null)
  const rankedBy = measureFor(measured)
  const valueOf = (entry: UnrankedEntry) => measureOf(entry, rankedBy)
  const ranked = measured.toSorted((a, b) => valueOf(a) - valueOf(b))
  const unranked = entries.filter((entry) => entry.validationLoss === null)
  const suggestion = suggest(
    ranked.filter((entry) => entry.status === 'Completed'),
    valueOf,
    (a, b) => uncertaintyOf(a, b, rankedBy, pairedErrorOf),
  )
  const chosenId = chosenCandidateId ?? suggestion?.candidateId ?? null
  return [...ranked, ...unranked].map((entry, index) => ({
    ...entry,
    rank: index < ranked.length ? index + 1 : null,
    rankedBy,
    suggested: entry.candidateId === suggestion?.candidateId,
    reason: entry.candidateId === suggestion?.candidateId ? suggestion.reason : null,
    chosen: entry.candidateId === chosenId,
  }))
}

function measureFor(entries: readonly UnrankedEntry[]): RankingMeasure {
  if (entries.every(({ validationBitsPerByte }) => validationBitsPerByte !== null))
    return 'bitsPerByte'
  const bases = new Set(entries.map(({ baseModelId }) => baseModelId))
  return bases.size <= 1 ? 'loss' : 'lossOfDifferentTokens'
}

/** Of an entry that has a validation loss. */
export function measureOf(entry: UnrankedEntry, measure: RankingMeasure): number {
  const value = measure === 'bitsPerByte' ? entry.validationBitsPerByte : entry.validationLoss
  return value ?? Infinity
}

/** The lowest, or the smallest of those that may be as good. */
function suggest(
  completed: readonly UnrankedEntry[],
  valueOf: (entry: UnrankedEntry) => number,
  uncertaintyBetween: (a: UnrankedEntry, b: UnrankedEntry) => number | null,
): { candidateId: string; reason: SuggestionReason } | null {
  const [lowest, ...others] = completed
  if (!lowest) return null
  const reasonOf = (
    kind: SuggestionReason['kind'],
    entry: UnrankedEntry,
    other: UnrankedEntry,
  ): { candidateId: string; reason: SuggestionReason } => ({
    candidateId: entry.candidateId,
    reason: {
      kind,
      value: valueOf(entry),
      otherName: other.baseModelName,
      otherValue: valueOf(other),
      difference: Math.abs(valueOf(other) - valueOf(entry)),
      uncertainty: uncertaintyBetween(entry, other) ?? 0,
      parameterCount: entry.parameterCount ?? 0,
      otherParameterCount: other.parameterCount ?? 0,
    },
  })
  const [second] = others
  if (!second) return reasonOf('only', lowest, lowest)
  const within = others.filter((other) => {
    const uncertainty = uncertaintyBetween(lowest, other)
    return uncertainty !== null && valueOf(other) - valueOf(lowest) <= uncertainty
  })
  const smaller = within
    .filter((other) => isSmaller(other, lowest))
    .sort((a, b) => (a.parameterCount ?? 0) - (b.parameterCount ?? 0))[0]
  if (smaller) return reasonOf('smaller', smaller, lowest)
  if (uncertaintyBetween(lowest, second) === null) return reasonOf('lowestUnknown', lowest, second)
  return reasonOf(within.length > 0 ? 'lowestWithin' : 'lowest', lowest, second)
}

/**
 * Of the difference of two candidates, row by row where that is known. Otherwise of two that have nothing in common, which
 * is too large: both were measured on the same rows.
 */
function uncertaintyOf(
  a: UnrankedEntry,
  b: UnrankedEntry,
  measure: RankingMeasure,
  pairedErrorOf: PairedErrorOf,
): number | null {
  const first = measure === 'bitsPerByte' ? a.validationBitsPerByteError : null
  const second = b.validationBitsPerByteError
  // No spread at all is that of a single row, which says nothing.
  if (first === null || second === null || first + second === 0) return null
  return uncertaintyDeviations * (pairedErrorOf(a, b) ?? Math.hypot(first, second))
}

function isSmaller(a: UnrankedEntry, b: UnrankedEntry): boolean {
  return (
    a.parameterCount !== null && b.parameterCount !== null && a.parameterCount < b.parameterCount
  )
}

/** perplexity = exp(mean token cross-entropy in nats). */
export function perplexity(loss: number): number {
  return Math.exp(loss)
}

/** The key of the reason's words, and their values; null for an entry that is not suggested. */
export function reasonWords(
  entry: LeaderboardEntry,
  translate: (key: string) => string,
  language: string,
): { readonly key: string; readonly values: Record<string, string> } | null {
  const { reason, rankedBy, baseModelName } = entry
  if (!reason) return null
  const count = (value: number) =>
    new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }).format(value)
  return {
    key: `analysis:leaderboard.reason.${reason.kind}`,
    values: {
      name: baseModelName,
      measure: translate(`analysis:leaderboard.measure.${rankedBy}`),
      value: formatMeasure(reason.value),
      otherName: reason.otherName,
      otherValue: formatMeasure(reason.otherValue),
      difference: formatMeasure(reason.difference),
      uncertainty: formatMeasure(reason.uncertainty),
      size: count(reason.parameterCount),
      otherSize: count(reason.otherParameterCount),
    },
  }
}
