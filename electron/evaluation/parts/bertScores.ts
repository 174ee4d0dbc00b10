/** How near the answers are in meaning, where there is an encoder; a row without an expected answer has none. */
import { getEvaluation, putEvaluationItem } from '../../db/evaluations.ts'
import type { PartContext } from './partContext.ts'

export async function scoreMeaning(context: PartContext): Promise<void> {
  const { db, evaluation, signal } = context
  const { rows, bertScores } = getEvaluation(db, evaluation.id)
  const done = new Set(bertScores.map(({ position }) => position))
  for (const { position, reference, tuned, base } of rows) {
    if (signal.aborted) return
    if (reference === '' || done.has(position)) continue
    const answers = [tuned.text, ...(base ? [base.text] : [])]
    const scores = await context.scoreMeaning(answers, reference)
    // No encoder on this computer: the report says so.
    if (!scores) return
    const [ofTuned, ofBase] = scores
    if (!ofTuned) continue
    putEvaluationItem(db, evaluation.id, 'bertScore', position, {
      position,
      tuned: ofTuned,
      base: ofBase ?? null,
    })
  }
}
