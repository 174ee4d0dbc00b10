/** `timbre evaluate`: a candidate against its base model on unseen rows. */
import { AppError } from '../../shared/errors.ts'
import { mostEvaluationRows, type Evaluation } from '../../shared/evaluation.ts'
import {
  compareMetrics,
  verdictOf,
  verdictWords,
  worstFirst,
} from '../../shared/evaluationVerdict.ts'
import { evaluationDocument } from '../evaluation/evaluationDocument.ts'
import type { Translate } from '../translate.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import { untilInterrupted } from './interruption.ts'

const shownRows = 3

/** Goes on with one that was interrupted. */
export function evaluate(
  context: CommandContext,
  candidateId: string,
  rows: number,
): Promise<void> {
  const { t, print, json } = context
  const onTerminal = process.stderr.isTTY && !json
  return withServices(
    context,
    async ({ engine, evaluator }) => {
      await engine.start()
      const started = await evaluator.start(candidateId, Math.min(rows, mostEvaluationRows))
      // Closing the services stops it in order, and keeps the rows that are there.
      const evaluation = await untilInterrupted(evaluator.ended(started.id))
      if (onTerminal) process.stderr.write('\n')
      if (evaluation.failure) throw AppError.fromData(evaluation.failure)
      if (json) print(evaluationDocument(evaluation))
      else printEvaluation(t, print, evaluation)
    },
    (event, payload) => {
      if (event !== 'evaluation.progressed' || !onTerminal || !payload || !('planned' in payload))
        return
      process.stderr.write(`\r${t('cli:evaluate.progress', { ...payload })}`)
    },
  )
}

function printEvaluation(t: Translate, print: (line: string) => void, { rows }: Evaluation): void {
  const { key, values } = verdictWords(verdictOf(rows))
  print(t(key, values))
  print('')
  print(t('cli:evaluate.head'))
  for (const { name, tuned, base, difference, low, high } of compareMetrics(rows)) {
    print(
      [
        t(`analysis:evaluation.name.${name}`).padEnd(26),
        tuned.toFixed(3).padEnd(11),
        base.toFixed(3).padEnd(11),
        difference.toFixed(3).padEnd(11),
        `${low.toFixed(3)} … ${high.toFixed(3)}`,
      ].join(' '),
    )
  }
  print('')
  print(t('cli:evaluate.worst'))
  for (const { question, reference, tuned, base } of worstFirst(rows).slice(0, shownRows)) {
    print('')
    print(`? ${question}`)
    print(`  ${t('analysis:evaluation.expected')}: ${reference}`)
    print(`  ${t('analysis:evaluation.tuned')}: ${tuned.text}`)
    print(`  ${t('analysis:evaluation.base')}: ${base.text}`)
  }
}
