/** Compares the manner of all answers with the training answers, once they are there. */
import { getEvaluation, putEvaluationItem } from '../../db/evaluations.ts'
import { compareVoice, drawTrainingAnswers } from '../voice/compareVoice.ts'
import type { PartContext } from './partContext.ts'

export async function compareVoices({ db, evaluation, data, signal }: PartContext): Promise<void> {
  const { rows, voice } = getEvaluation(db, evaluation.id)
  if (voice !== null || signal.aborted) return
  const trained = await data.trained()
  const drawn = await trained.at(drawTrainingAnswers(trained.count))
  const answers = drawn.map(({ completion }) => completion)
  const comparison = await compareVoice(answers, rows)
  if (comparison && !signal.aborted) putEvaluationItem(db, evaluation.id, 'voice', 0, comparison)
}
