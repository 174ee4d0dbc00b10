/** Our scores beside those that fmeval itself computed of the same answers. */
import type { Evaluation } from '../../../shared/evaluation.ts'
import { compareWithLibrary, libraryBertScore } from '../../../shared/libraryComparison.ts'
import { formatMeasure } from '../../../shared/formats.ts'
import { escapeHtml } from './escapeHtml.ts'
import { sayIn, table } from './blocks.ts'
import type { ReportWords } from './reportWords.ts'

export function libraryBlock({ library, rows }: Evaluation, words: ReportWords): string {
  if (!library) return ''
  const say = sayIn(words)
  const bert = libraryBertScore(library)
  const errors = Object.entries(library.errors)
  return `<h2>${say('library.title')}</h2>
<p class="quiet">${say('library.note', { version: library.version, job: library.jobName })}</p>
${table(
  ['score', 'ours', 'theirs', 'same', 'largest'].map((key) => say(`library.${key}`)),
  compareWithLibrary(rows, library).map(({ name, ours, theirs, same, answers, largest }) => [
    say(`evaluation.name.${name}`),
    formatMeasure(ours),
    formatMeasure(theirs),
    `${same} / ${answers}`,
    formatMeasure(largest),
  ]),
)}
${bert ? `<p>${say(bert.base === null ? 'library.bertScoreAlone' : 'library.bertScore', { tuned: formatMeasure(bert.tuned), base: bert.base === null ? '' : formatMeasure(bert.base) })}</p>` : ''}
${errors.length === 0 ? '' : `<p class="fine">${say('library.errors')} ${errors.map(([name, reason]) => `${escapeHtml(name)}: ${escapeHtml(reason)}`).join('; ')}</p>`}`
}
