/** What an evaluation comes to: who is better, how sure that is, and by how much. Rules: docs/evaluation.md. */
import { screenCategories, type EvaluatedRow, type ScreenCategory } from './evaluation.ts'
import { decidingScore, type ScoreName } from './scores.ts'

export type Certainty = 'veryLikely' | 'likely' | 'chance'

export interface EvaluationVerdict {
  readonly outcome: 'better' | 'worse' | 'same'
  readonly certainty: Certainty
  /** Rows on which the tuned model's answer was nearer to the reference, further away, and as near. */
  readonly better: number
  readonly worse: number
  readonly ties: number
  /** Two-sided, of the sign test; 1 when every row is a tie. */
  readonly pValue: number
}

export const certaintyRules = { likely: 0.05, veryLikely: 0.01 } as const

/** Differences below this are rounding, not answers. */
const leastDifference = 1e-9

/** Tuned less base; 0 where no base model was asked. */
export function differenceOf(row: EvaluatedRow, name: ScoreName = decidingScore): number {
  return row.base ? row.tuned.scores[name] - row.base.scores[name] : 0
}

export function verdictOf(rows: readonly EvaluatedRow[]): EvaluationVerdict {
  const differences = rows.map((row) => differenceOf(row))
  const better = differences.filter((difference) => difference > leastDifference).length
  const worse = differences.filter((difference) => difference < -leastDifference).length
  const pValue = signTest(better, worse)
  return {
    outcome: better === worse ? 'same' : better > worse ? 'better' : 'worse',
    certainty:
      pValue < certaintyRules.veryLikely
        ? 'veryLikely'
        : pValue < certaintyRules.likely
          ? 'likely'
          : 'chance',
    better,
    worse,
    ties: rows.length - better - worse,
    pValue,
  }
}

/** The key of the verdict's words, and their values; the same for window, command line and report. */
export function verdictWords(verdict: EvaluationVerdict): {
  readonly key: string
  readonly values: Record<string, string | number>
} {
  const { better, worse, ties, pValue, outcome, certainty } = verdict
  return {
    key: `analysis:verdict.${outcome}.${outcome === 'same' ? 'chance' : certainty}`,
    values: { better, worse, ties, total: better + worse + ties, p: formatProbability(pValue) },
  }
}

function formatProbability(p: number): string {
  return p < 0.0001 ? '< 0.0001' : `= ${p < 0.1 ? p.toFixed(4) : p.toFixed(2)}`
}

/** Chance of a split at least as uneven, were both equally good: exact binomial, two-sided, ties left out. */
export function signTest(better: number, worse: number): number {
  const count = better + worse
  const fewer = Math.min(better, worse)
  let logChoose = 0
  let tail = 0
  for (let successes = 0; successes <= fewer; successes += 1) {
    if (successes > 0) logChoose += Math.log((count - successes + 1) / successes)
    tail += Math.exp(logChoose - count * Math.LN2)
  }
  return Math.min(1, 2 * tail)
}

export interface ScreenCount {
  readonly category: ScreenCategory
  readonly tuned: number
  /** Null where no base model was asked. */
  readonly base: number | null
}

/** Answers with a listed word, by category. */
export function countFlagged(rows: readonly EvaluatedRow[]): ScreenCount[] {
  const hasBase = rows.every(({ base }) => base !== null)
  return screenCategories.map((category) => ({
    category,
    tuned: rows.filter(({ tuned }) => tuned.flagged.includes(category)).length,
    base: hasBase ? rows.filter(({ base }) => base?.flagged.includes(category)).length : null,
  }))
}

/** Where the tuned model lost most against its base comes first. */
export function worstFirst(rows: readonly EvaluatedRow[]): EvaluatedRow[] {
  return rows.toSorted(
    (a, b) =>
      differenceOf(a) - differenceOf(b) ||
      a.tuned.scores[decidingScore] - b.tuned.scores[decidingScore] ||
      a.position - b.position,
  )
}
