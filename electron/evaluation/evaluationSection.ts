/** The evaluation in the report: verdict first, then scores, the screen, and the worst and best rows. */
import {
  maxTokensOfEvaluation,
  type EvaluatedRow,
  type Evaluation,
} from '../../shared/evaluation.ts'
import {
  compareMetrics,
  countFlagged,
  verdictOf,
  verdictWords,
  worstFirst,
} from '../../shared/evaluationVerdict.ts'
import { escapeHtml } from './escapeHtml.ts'
import type { ReportWords } from './reportWords.ts'

export interface SampleAnswer {
  readonly question: string
  readonly expected: string
  readonly tuned: string
  readonly base: string
}

const shownRows = 3

export function evaluationSection(evaluation: Evaluation | null, words: ReportWords): string {
  if (!evaluation || evaluation.rows.length === 0) return ''
  const { rows } = evaluation
  const say = (key: string, values?: Record<string, string | number>) =>
    escapeHtml(words.analysis(key, values))
  const verdict = verdictWords(verdictOf(rows))
  const ordered = worstFirst(rows)
  const chosen =
    ordered.length <= 2 * shownRows
      ? ordered
      : [...ordered.slice(0, shownRows), ...ordered.slice(-shownRows)]
  return `<h2>${say('evaluation.verdictTitle')}</h2>
<p class="verdict">${escapeHtml(words.analysis(verdict.key.replace('analysis:', ''), verdict.values))}</p>
<p class="quiet">${say('evaluation.facts', {
    count: rows.length,
    available: evaluation.availableRows,
    seed: evaluation.seed,
    tokens: maxTokensOfEvaluation,
  })} ${say('evaluation.verdictRule')}</p>
${evaluation.status === 'Completed' ? '' : `<p>${say('evaluation.stopped', { done: rows.length, planned: evaluation.plannedRows })}</p>`}
<h2>${say('evaluation.metrics')}</h2>
<p class="quiet">${say('evaluation.metricsNote')}</p>
<table><thead>${headRow(['score', 'tuned', 'base', 'difference', 'interval'].map((key) => say(`evaluation.${key}`)))}</thead><tbody>
${compareMetrics(rows)
  .map(({ name, tuned, base, difference, low, high }) =>
    numberRow(say(`evaluation.name.${name}`), [
      tuned.toFixed(3),
      base.toFixed(3),
      signed(difference),
      `${signed(low)} … ${signed(high)}`,
    ]),
  )
  .join('\n')}
</tbody></table>
<h2>${say('evaluation.screen')}</h2>
<p class="quiet">${say('evaluation.screenNote')}</p>
<table><thead>${headRow(['category', 'tuned', 'base'].map((key) => say(`evaluation.${key}`)))}</thead><tbody>
${countFlagged(rows)
  .map(({ category, tuned, base }) =>
    numberRow(say(`evaluation.categories.${category}`), [String(tuned), String(base)]),
  )
  .join('\n')}
</tbody></table>
<h2>${say('evaluation.rowsTitle')}</h2>
${chosen.map((row) => sampleBlock(toSample(row), words)).join('\n')}`
}

export function sampleBlock(sample: SampleAnswer, words: ReportWords): string {
  return `<section class="sample"><h3>${escapeHtml(sample.question)}</h3><dl>
<dt>${escapeHtml(words.tuned)}</dt><dd class="tuned">${escapeHtml(sample.tuned)}</dd>
<dt>${escapeHtml(words.base)}</dt><dd>${escapeHtml(sample.base)}</dd>
<dt>${escapeHtml(words.expected)}</dt><dd>${escapeHtml(sample.expected)}</dd></dl></section>`
}

function toSample({ question, reference, tuned, base }: EvaluatedRow): SampleAnswer {
  return { question, expected: reference, tuned: tuned.text, base: base.text }
}

function headRow(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr>`
}

function numberRow(name: string, cells: readonly string[]): string {
  return `<tr><td>${name}</td>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
}
