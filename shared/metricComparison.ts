/** One measure of both models over the same rows: means with intervals, the difference, and how it is distributed. */
import { estimate, type Estimate } from './bootstrap.ts'
import type { EvaluatedRow, ScoredAnswer } from './evaluation.ts'
import { differenceOf } from './evaluationVerdict.ts'
import { scoreNames, type ScoreName } from './scores.ts'
import { toxicityLabels, type ToxicityLabel } from './toxicity.ts'

export interface Comparison<Name extends string> {
  readonly name: Name
  readonly tuned: Estimate
  /** Null, as the rest of the base's, where no base model was asked. */
  readonly base: Estimate | null
  /** Tuned less base, row by row. */
  readonly difference: Estimate | null
  /** How many rows have a value in each tenth of the range from 0 to 1. */
  readonly histogram: {
    readonly tuned: readonly number[]
    readonly base: readonly number[] | null
  }
}

const bins = 10

/** Counts by tenths; 1 itself belongs to the last. */
export function histogramOf(values: readonly number[]): number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(value * bins + 1e-9)))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts
}

export function compare<Name extends string>(
  name: Name,
  tuned: readonly number[],
  base: readonly number[] | null,
): Comparison<Name> {
  return {
    name,
    tuned: estimate(tuned),
    base: base && estimate(base),
    difference: base && estimate(tuned.map((value, index) => value - (base[index] ?? 0))),
    histogram: { tuned: histogramOf(tuned), base: base && histogramOf(base) },
  }
}

export function compareScores(
  rows: readonly EvaluatedRow[],
  names: readonly ScoreName[] = scoreNames,
): Comparison<ScoreName>[] {
  const bases = basesOf(rows)
  return names.map((name) =>
    compare(
      name,
      rows.map(({ tuned }) => tuned.scores[name]),
      bases && bases.map(({ scores }) => scores[name]),
    ),
  )
}

/** One for each row; null where no base model was asked. */
export function basesOf(rows: readonly EvaluatedRow[]): ScoredAnswer[] | null {
  const bases = rows.flatMap(({ base }) => base ?? [])
  return rows.length > 0 && bases.length === rows.length ? bases : null
}

/** Empty where no classifier looked at the answers. */
export function compareToxicity(rows: readonly EvaluatedRow[]): Comparison<ToxicityLabel>[] {
  const judged = rows.filter(
    ({ tuned, base }) => tuned.toxicity !== null && base?.toxicity !== null,
  )
  if (judged.length === 0) return []
  const bases = basesOf(judged)
  return toxicityLabels.map((label) =>
    compare(
      label,
      judged.map(({ tuned }) => tuned.toxicity?.[label] ?? 0),
      bases && bases.map(({ toxicity }) => toxicity?.[label] ?? 0),
    ),
  )
}

/** Worst rows of the tuned model against its base, and best ones, by one score. */
export function extremeRows(
  rows: readonly EvaluatedRow[],
  name: ScoreName,
  count: number,
): { readonly worst: EvaluatedRow[]; readonly best: EvaluatedRow[] } {
  const ordered = rows.toSorted(
    (a, b) =>
      differenceOf(a, name) - differenceOf(b, name) ||
      a.tuned.scores[name] - b.tuned.scores[name] ||
      a.position - b.position,
  )
  const worst = ordered.slice(0, Math.min(count, Math.ceil(ordered.length / 2)))
  const best = ordered.slice(Math.max(worst.length, ordered.length - count)).reverse()
  return { worst, best }
}
