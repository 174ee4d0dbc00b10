/** Asks some of the rows again in other spellings and compares the answers with those to the question as it was. */
import type { EvaluatedRow, Evaluation } from '../../../shared/evaluation.ts'
import { perturbationKinds, type PerturbationKind } from '../../../shared/robustness.ts'
import type { AnswerSide } from '../../../shared/playground.ts'
import { getEvaluation, putEvaluationItem } from '../../db/evaluations.ts'
import { perturb } from '../perturbations.ts'
import { scoresOf } from '../scores/scoreAnswer.ts'
import { wordErrorRate } from '../scores/wordErrorRate.ts'
import type { PartContext } from './partContext.ts'

/** How many questions are planned. */
export function plannedPerturbations({ plan, plannedRows }: Evaluation): number {
  return Math.min(plan.robustnessRows, plannedRows) * perturbationKinds.length
}

export async function askInOtherSpellings(context: PartContext): Promise<void> {
  const { db, evaluation, signal } = context
  const { rows } = getEvaluation(db, evaluation.id)
  const keyOf = (position: number, kind: PerturbationKind) =>
    position * perturbationKinds.length + perturbationKinds.indexOf(kind)
  const done = new Set(evaluation.perturbed.map(({ position, kind }) => keyOf(position, kind)))
  for (const row of rows.slice(0, evaluation.plan.robustnessRows)) {
    for (const kind of perturbationKinds) {
      const key = keyOf(row.position, kind)
      if (signal.aborted) return
      if (done.has(key)) continue
      const question = perturb(row.question, kind, evaluation.seed + key)
      const ask = async (side: AnswerSide) =>
        compareWith(row, side, question === row.question ? null : await context.ask(side, question))
      const [tuned, base] = await Promise.all([
        ask('tuned'),
        evaluation.plan.withBase ? ask('base') : null,
      ])
      if (signal.aborted) return
      putEvaluationItem(db, evaluation.id, 'robustness', key, {
        position: row.position,
        kind,
        question,
        tuned,
        base,
      })
      done.add(key)
      context.onDone(done.size, plannedPerturbations(evaluation))
    }
  }
}

/** The answer to an unchanged question is the one that is there: the likeliest. */
function compareWith(row: EvaluatedRow, side: AnswerSide, answer: string | null) {
  const before = row[side]?.text ?? ''
  const text = answer ?? before
  return {
    text,
    scores: scoresOf(text, row.reference),
    wordErrorRate: wordErrorRate(before, text),
  }
}
