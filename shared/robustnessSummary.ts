/** What asking again in other spellings came to, by kind. */
import { estimate, type Estimate } from './bootstrap.ts'
import type { Evaluation } from './evaluation.ts'
import { perturbationKinds, type PerturbationKind, type PerturbedRow } from './robustness.ts'

export interface RobustnessSummary {
  readonly kind: PerturbationKind
  /** Rows whose question was changed; the others say nothing. */
  readonly rows: number
  readonly tuned: RobustnessOfSide
  /** Null where no base model was asked. */
  readonly base: RobustnessOfSide | null
}

export interface RobustnessOfSide {
  /** Of words, between the answers before and after. */
  readonly wordErrorRate: Estimate
  /** Means of |score before - score after|. */
  readonly f1: Estimate
  readonly rougeL: Estimate
}

type Rows = Pick<Evaluation, 'rows' | 'perturbed'>

export function summarizeRobustness(evaluation: Rows): RobustnessSummary[] {
  if (evaluation.perturbed.length === 0) return []
  return perturbationKinds.map((kind) => {
    const changed = changedRows(evaluation, kind)
    return {
      kind,
      rows: changed.length,
      tuned: side(changed, 'tuned'),
      base: changed.every(({ after }) => after.base !== null) ? side(changed, 'base') : null,
    }
  })
}

interface ChangedRow {
  readonly before: Rows['rows'][number]
  readonly after: PerturbedRow
}

export function changedRows({ rows, perturbed }: Rows, kind: PerturbationKind): ChangedRow[] {
  const byPosition = new Map(rows.map((row) => [row.position, row]))
  return perturbed.flatMap((after) => {
    const before = byPosition.get(after.position)
    return before && after.kind === kind && after.question !== before.question
      ? [{ before, after }]
      : []
  })
}

function side(rows: readonly ChangedRow[], name: 'tuned' | 'base'): RobustnessOfSide {
  const delta = (score: 'f1' | 'rougeL') =>
    estimate(
      rows.map(({ before, after }) =>
        Math.abs((before[name]?.scores[score] ?? 0) - (after[name]?.scores[score] ?? 0)),
      ),
    )
  return {
    wordErrorRate: estimate(rows.map(({ after }) => after[name]?.wordErrorRate ?? 0)),
    f1: delta('f1'),
    rougeL: delta('rougeL'),
  }
}

/** The pair whose answer the spelling changed most; null when there is none. */
export function mostChanged(evaluation: Rows): ChangedRow | null {
  const all = perturbationKinds.flatMap((kind) => changedRows(evaluation, kind))
  return all.reduce<ChangedRow | null>(
    (most, row) =>
      most === null || row.after.tuned.wordErrorRate > most.after.tuned.wordErrorRate ? row : most,
    null,
  )
}
