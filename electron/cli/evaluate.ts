/** `timbre evaluate`: a candidate against its base model on unseen rows. */
import { AppError } from '../../shared/errors.ts'
import type { Evaluation } from '../../shared/evaluation.ts'
import {
  adviceSentence,
  summarySentences,
  verdictSentence,
} from '../../shared/evaluationSentences.ts'
import { formatMeasure } from '../../shared/formats.ts'
import { worstFirst } from '../../shared/evaluationVerdict.ts'
import { compareScores } from '../../shared/metricComparison.ts'
import { evaluationDocument } from '../evaluation/report/evaluationDocument.ts'
import type { Translate } from '../translate.ts'
import { requireAgreement } from './agreedCost.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import { toEvaluationRequest, type EvaluateOptions } from './evaluateOptions.ts'
import { untilInterrupted } from './interruption.ts'

const shownRows = 3

/** Goes on with one that was interrupted. */
export function evaluate(context: CommandContext, options: EvaluateOptions): Promise<void> {
  const { t, print, json } = context
  const onTerminal = process.stderr.isTTY && !json
  return withServices(
    context,
    async ({ engine, workspaces, language, evaluation: { evaluator, estimate } }) => {
      const request = await toEvaluationRequest(options, () => workspaces.list())
      await engine.start()
      requireAgreement(context, await estimate(request), language(), options.yes ?? false)
      const started = await evaluator.start(request)
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
      process.stderr.write(
        `\r${t(`analysis:evaluation.progressPart.${payload.part}`, { done: payload.done, planned: payload.planned })} `,
      )
    },
  )
}

function printEvaluation(
  t: Translate,
  print: (line: string) => void,
  evaluation: Evaluation,
): void {
  const { rows } = evaluation
  const sentences = [
    verdictSentence(evaluation),
    adviceSentence(evaluation),
    ...summarySentences(evaluation),
  ]
  for (const sentence of sentences) if (sentence) print(t(sentence.key, { ...sentence.values }))
  print('')
  print(t('cli:evaluate.head'))
  for (const { name, tuned, base, difference } of compareScores(rows)) {
    print(
      [
        t(`analysis:evaluation.name.${name}`).padEnd(26),
        formatMeasure(tuned.mean).padEnd(11),
        (base ? formatMeasure(base.mean) : '').padEnd(11),
        (difference ? formatMeasure(difference.mean) : '').padEnd(11),
        difference ? `${formatMeasure(difference.low)} … ${formatMeasure(difference.high)}` : '',
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
    if (base) print(`  ${t('analysis:evaluation.base')}: ${base.text}`)
  }
}
