/** The pieces that the report's sections are made of. */
import type { Estimate } from '../../../shared/bootstrap.ts'
import type { Sentence } from '../../../shared/evaluationSentences.ts'
import { formatMeasure } from '../../../shared/formats.ts'
import { escapeHtml } from './escapeHtml.ts'
import type { ReportWords } from './reportWords.ts'

/** The page's own words, safe in HTML; `key` without its namespace. */
export type Say = (key: string, values?: Record<string, string | number>) => string

export function sayIn(words: ReportWords): Say {
  return (key, values) => escapeHtml(words.analysis(key, values))
}

export function saySentence(say: Say, { key, values }: Sentence): string {
  return say(key.replace('analysis:', ''), { ...values })
}

/** First column in words, the others in numbers; cells are HTML. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map(
    (cell, index) => `<th scope="col"${index > 0 ? ' class="number"' : ''}>${cell}</th>`,
  )
  const lines = rows.map(
    ([name = '', ...cells]) =>
      `<tr><td>${name}</td>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`,
  )
  return `<table><thead><tr>${heads.join('')}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table>`
}

/** The mean, and below it the interval that holds 95 % of resampled means. */
export function estimateCell(
  value: Estimate | null,
  format: (value: number) => string = formatMeasure,
): string {
  if (!value) return '–'
  const { mean, low, high } = value
  return `${format(mean)}<br><span class="fine">${format(low)} … ${format(high)}</span>`
}

export interface SampleAnswer {
  readonly question: string
  readonly expected: string
  readonly tuned: string
  /** Null where no base model was asked. */
  readonly base: string | null
}

/** A question with both answers and the expected one, where there is one. */
export function sampleBlock(sample: SampleAnswer, words: ReportWords, label = ''): string {
  const answer = (name: string, text: string, kind = '') =>
    `<dt>${escapeHtml(name)}</dt><dd${kind}>${escapeHtml(text)}</dd>`
  return `<section class="sample">${label === '' ? '' : `<p class="fine">${label}</p>`}<h4>${escapeHtml(sample.question)}</h4><dl>
${answer(words.tuned, sample.tuned, ' class="tuned"')}
${sample.base === null ? '' : answer(words.base, sample.base)}
${sample.expected === '' ? '' : answer(words.expected, sample.expected)}</dl></section>`
}
