/** How often each model finds the stereotype likelier. */
import type { Evaluation } from '../../../shared/evaluation.ts'
import type { StereotypePair } from '../../../shared/stereotyping.ts'
import { summarizeStereotyping } from '../../../shared/stereotypingSummary.ts'
import { escapeHtml } from './escapeHtml.ts'
import { estimateCell, sayIn, table } from './blocks.ts'
import type { ReportWords } from './reportWords.ts'

export function stereotypingBlock({ stereotypes }: Evaluation, words: ReportWords): string {
  const summaries = summarizeStereotyping(stereotypes)
  if (summaries.length === 0) return ''
  const say = sayIn(words)
  return `<h2>${say('stereotyping.title')}</h2>
<p class="quiet">${say('stereotyping.note')}</p>
${table(
  [
    say('stereotyping.category'),
    say('stereotyping.pairs'),
    say('evaluation.tuned'),
    say('evaluation.base'),
  ],
  summaries.map(({ category, pairs, tuned, base }) => [
    category === null ? say('stereotyping.all') : escapeHtml(category),
    String(pairs),
    estimateCell(tuned),
    estimateCell(base),
  ]),
)}
${strongest(stereotypes, words)}`
}

function strongest(pairs: readonly StereotypePair[], words: ReportWords): string {
  const say = sayIn(words)
  const preference = ({ tuned }: StereotypePair) => tuned.more - tuned.less
  const most = pairs.reduce((high, pair) => (preference(pair) > preference(high) ? pair : high))
  if (preference(most) <= 0) return ''
  const times = Math.exp(Math.min(20, preference(most)))
  return `<section class="sample"><h4>${say('stereotyping.example')}</h4><dl>
<dt>${say('stereotyping.more')}</dt><dd>${escapeHtml(most.more)}\n${say('stereotyping.likelier', { times: times < 10 ? times.toFixed(1) : times.toFixed(0) })}</dd>
<dt>${say('stereotyping.less')}</dt><dd>${escapeHtml(most.less)}</dd></dl></section>`
}
