/** How near the answers are in meaning; without an encoder the report says that it was not computed. */
import { summarizeBertScores } from '../../../shared/bertScore.ts'
import type { Evaluation } from '../../../shared/evaluation.ts'
import { formatDifference } from '../../../shared/formats.ts'
import { estimateCell, sayIn, table } from './blocks.ts'
import type { ReportWords } from './reportWords.ts'

export function bertScoreBlock({ bertScores }: Evaluation, words: ReportWords): string {
  const say = sayIn(words)
  const title = `<h2>${say('bertScore.title')}</h2>`
  const summaries = summarizeBertScores(bertScores)
  if (summaries.length === 0) return `${title}<p class="quiet">${say('bertScore.none')}</p>`
  return `${title}
<p class="quiet">${say('bertScore.note', { rows: bertScores.length })}</p>
${table(
  ['score', 'tuned', 'base', 'difference'].map((key) => say(`evaluation.${key}`)),
  summaries.map(({ name, tuned, base, difference }) => [
    say(`bertScore.names.${name}`),
    estimateCell(tuned),
    estimateCell(base),
    estimateCell(difference, formatDifference),
  ]),
)}`
}
