/** Lets a language model say which answer is better, row by row, with either answer first. */
import {
  fillJudgePrompt,
  readPreference,
  type Judgement,
  type JudgePlan,
} from '../../../shared/judge.ts'
import { getEvaluation, putEvaluationItem } from '../../db/evaluations.ts'
import type { PartContext } from './partContext.ts'

export async function judgeRows(context: PartContext, { prompt }: JudgePlan): Promise<void> {
  const { db, evaluation, signal } = context
  const { rows } = getEvaluation(db, evaluation.id)
  const done = new Set(evaluation.judgements.map(({ position }) => position))
  for (const { position, question, reference, tuned, base } of rows) {
    if (signal.aborted) return
    if (!base || done.has(position)) continue
    const ask = (first: string, second: string) =>
      context.askJudge(fillJudgePrompt(prompt, { question, reference, first, second }))
    // One after the other: accounts have few requests a minute.
    const tunedFirst = await ask(tuned.text, base.text)
    const baseFirst = await ask(base.text, tuned.text)
    if (signal.aborted) return
    const judgement: Judgement = {
      position,
      tunedFirst: readPreference(tunedFirst.text, true),
      baseFirst: readPreference(baseFirst.text, false),
      reasons: [tunedFirst.text, baseFirst.text],
      inputTokens: tunedFirst.inputTokens + baseFirst.inputTokens,
      outputTokens: tunedFirst.outputTokens + baseFirst.outputTokens,
    }
    putEvaluationItem(db, evaluation.id, 'judgement', position, judgement)
    done.add(position)
    context.onDone(done.size, rows.length)
  }
}
