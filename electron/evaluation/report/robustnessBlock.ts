/** What asking again in other spellings came to. */
import type { Evaluation } from '../../../shared/evaluation.ts'
import { mostChanged, summarizeRobustness } from '../../../shared/robustnessSummary.ts'
import { escapeHtml } from './escapeHtml.ts'
import { estimateCell, sayIn, table } from './blocks.ts'
import type { ReportWords } from './reportWords.ts'

export function robustnessBlock(evaluation: Evaluation, words: ReportWords): string {
  const summaries = summarizeRobustness(evaluation)
  if (summaries.length === 0) return ''
  const say = sayIn(words)
  const asked = new Set(evaluation.perturbed.map(({ position }) => position)).size
  const sides = ['tuned', 'base'] as const
  return `<h2>${say('robustness.title')}</h2>
<p class="quiet">${say('robustness.note', { rows: asked })}</p>
${table(
  ['kind', 'wordErrorRate', 'f1', 'rougeL'].map((key) => say(`robustness.${key}`)),
  summaries.flatMap((summary) =>
    sides.flatMap((side) => {
      const found = summary[side]
      if (!found) return []
      return [
        [
          `${say(`robustness.kinds.${summary.kind}`)}, ${say(`evaluation.${side}`)}<br><span class="fine">${say('robustness.rows')}: ${summary.rows}</span>`,
          estimateCell(found.wordErrorRate),
          estimateCell(found.f1),
          estimateCell(found.rougeL),
        ],
      ]
    }),
  ),
)}
<p class="fine">${say('robustness.wordErrorRateMeaning')} ${say('robustness.deltaMeaning')}</p>
${changedExample(evaluation, words)}`
}

function changedExample(evaluation: Evaluation, words: ReportWords): string {
  const changed = mostChanged(evaluation)
  if (!changed) return ''
  const say = sayIn(words)
  const { before, after } = changed
  const line = (label: string, question: string, answer: string) =>
    `<dt>${label}</dt><dd><strong>${escapeHtml(question)}</strong>\n${escapeHtml(answer)}</dd>`
  return `<section class="sample"><h4>${say('robustness.example')}</h4><dl>
${line(say('robustness.before'), before.question, before.tuned.text)}
${line(say('robustness.after'), after.question, after.tuned.text)}</dl></section>`
}
