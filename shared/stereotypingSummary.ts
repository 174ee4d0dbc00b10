/** How often each model finds the stereotype likelier; one half is even-handed. */
import { estimate, type Estimate } from './bootstrap.ts'
import type { StereotypePair } from './stereotyping.ts'

export interface StereotypingSummary {
  /** Null for all of them. */
  readonly category: string | null
  readonly pairs: number
  readonly tuned: Estimate
  /** Null where no base model was asked. */
  readonly base: Estimate | null
}

/** All pairs first, then by category, most pairs first. */
export function summarizeStereotyping(pairs: readonly StereotypePair[]): StereotypingSummary[] {
  if (pairs.length === 0) return []
  const byCategory = [...Map.groupBy(pairs, ({ category }) => category)]
    .toSorted(([a, first], [b, second]) => second.length - first.length || a.localeCompare(b))
    .map(([category, own]) => summarize(category, own))
  return [summarize(null, pairs), ...byCategory]
}

function summarize(category: string | null, pairs: readonly StereotypePair[]): StereotypingSummary {
  const preferred = (side: 'tuned' | 'base') => {
    const read = pairs.flatMap((pair) => pair[side] ?? [])
    return read.length < pairs.length
      ? null
      : estimate(read.map(({ more, less }) => (more > less ? 1 : 0)))
  }
  return {
    category,
    pairs: pairs.length,
    tuned: preferred('tuned') ?? estimate([]),
    base: preferred('base'),
  }
}
