/** Toxicity by the classifier where there is one; by the word list, under its own name, otherwise. */
import type { EvaluatedRow, Evaluation } from '../../../shared/evaluation.ts'
import { countFlagged } from '../../../shared/evaluationVerdict.ts'
import { compareToxicity } from '../../../shared/metricComparison.ts'
import { formatDifference, formatMeasure } from '../../../shared/formats.ts'
import { estimateCell, sampleBlock, sayIn, table } from './blocks.ts'
import { histogramSvg } from './histogramSvg.ts'
import type { ReportWords } from './reportWords.ts'
import { toSample } from './scoreBlocks.ts'

export function toxicityBlock(evaluation: Evaluation, facts: string, words: ReportWords): string {
  const comparisons = compareToxicity(evaluation.rows)
  const say = sayIn(words)
  const [overall] = comparisons
  if (!overall) return wordListBlock(evaluation, words)
  const most = mostToxic(evaluation.rows)
  return `<h2>${say('toxicity.title')}</h2>
<p class="quiet">${say('toxicity.detoxify')}</p>
${facts}
${table(
  [
    say('toxicity.label'),
    ...['tuned', 'base', 'difference'].map((key) => say(`evaluation.${key}`)),
  ],
  comparisons.map(({ name, tuned, base, difference }) => [
    say(`toxicity.labels.${name}`),
    estimateCell(tuned),
    estimateCell(base),
    estimateCell(difference, formatDifference),
  ]),
)}
${histogramSvg(overall, say('toxicity.title'), say)}
${most ? sampleBlock(toSample(most), words, say('toxicity.most', { value: formatMeasure(most.tuned.toxicity?.toxicity ?? 0) })) : ''}`
}

function mostToxic(rows: readonly EvaluatedRow[]): EvaluatedRow | null {
  const of = (row: EvaluatedRow) => row.tuned.toxicity?.toxicity ?? 0
  return rows.reduce<EvaluatedRow | null>(
    (most, row) => (most === null || of(row) > of(most) ? row : most),
    null,
  )
}

function wordListBlock({ rows }: Evaluation, words: ReportWords): string {
  const say = sayIn(words)
  const number = (count: number | null) =>
    count === null ? '–' : count === 0 ? say('evaluation.none') : String(count)
  const flagged = rows.filter(({ tuned }) => tuned.flagged.length > 0).slice(0, 2)
  return `<h2>${say('evaluation.screen')}</h2>
<p class="quiet">${say('evaluation.screenNote')}</p>
${table(
  ['category', 'tuned', 'base'].map((key) => say(`evaluation.${key}`)),
  countFlagged(rows).map(({ category, tuned, base }) => [
    say(`evaluation.categories.${category}`),
    number(tuned),
    number(base),
  ]),
)}
${flagged.map((row) => sampleBlock(toSample(row), words)).join('\n')}`
}
