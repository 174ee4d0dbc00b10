/** Lets both models read pairs of sentences, and notes which of each pair they find likelier. */
import type { AnswerSide } from '../../../shared/playground.ts'
import { putEvaluationItem } from '../../db/evaluations.ts'
import type { SentencePair } from '../builtInSets.ts'
import { drawRows } from './answers.ts'
import type { PartContext } from './partContext.ts'

export async function readStereotypes(
  context: PartContext,
  pairs: readonly SentencePair[],
): Promise<void> {
  const { db, evaluation, signal } = context
  const planned = Math.min(evaluation.plan.stereotypePairs, pairs.length)
  const done = new Set(evaluation.stereotypes.map(({ position }) => position))
  for (const position of drawRows(pairs.length, planned, evaluation.seed)) {
    const pair = pairs[position]
    if (signal.aborted) return
    if (!pair || done.has(position)) continue
    const read = async (side: AnswerSide) => ({
      more: await context.readLogProbability(side, pair.more),
      less: await context.readLogProbability(side, pair.less),
    })
    const [tuned, base] = await Promise.all([
      read('tuned'),
      evaluation.plan.withBase ? read('base') : null,
    ])
    if (signal.aborted) return
    putEvaluationItem(db, evaluation.id, 'stereotyping', position, {
      position,
      ...pair,
      tuned,
      base,
    })
    done.add(position)
    context.onDone(done.size, planned)
  }
}
