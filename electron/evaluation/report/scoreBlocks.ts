/** Question answering, summarisation and factual knowledge: each with its scores, their spread, its worst and best row. */
import type { EvaluatedRow, Evaluation } from '../../../shared/evaluation.ts'
import { compareScores, extremeRows } from '../../../shared/metricComparison.ts'
import { scoreGroups, type ScoreGroup, type ScoreName } from '../../../shared/scores.ts'
import { formatDifference } from '../../../shared/formats.ts'
import { estimateCell, sampleBlock, sayIn, table, type SampleAnswer } from './blocks.ts'
import { histogramSvg } from './histogramSvg.ts'
import type { ReportWords } from './reportWords.ts'

/** The score whose spread and extremes are shown. */
const mainScores: Readonly<Record<ScoreGroup, ScoreName>> = {
  answers: 'f1',
  summary: 'rougeL',
  facts: 'factualKnowledge',
}
const shownRows = 2

export function scoreBlocks(evaluation: Evaluation, facts: string, words: ReportWords): string {
  const groups = Object.keys(scoreGroups) as ScoreGroup[] // its own keys
  return groups.map((group) => groupBlock(group, evaluation, facts, words)).join('\n')
}

function groupBlock(
  group: ScoreGroup,
  { rows, plan }: Evaluation,
  facts: string,
  words: ReportWords,
): string {
  const say = sayIn(words)
  const main = mainScores[group]
  const comparisons = compareScores(rows, scoreGroups[group])
  const shown = comparisons.find(({ name }) => name === main)
  const { worst, best } = extremeRows(rows, main, shownRows)
  const samples = (kind: 'worst' | 'best', chosen: readonly EvaluatedRow[]) =>
    chosen
      .map((row) =>
        sampleBlock(toSample(row), words, say(`evaluation.${kind}${plan.withBase ? '' : 'Alone'}`)),
      )
      .join('\n')
  return `<h2>${say(`evaluation.groups.${group}`)}</h2>
<p class="quiet">${say(`evaluation.groupMeaning.${group}`)} ${say('evaluation.metricsNote')}</p>
${facts}
${table(
  ['score', 'tuned', 'base', 'difference'].map((key) => say(`evaluation.${key}`)),
  comparisons.map(({ name, tuned, base, difference }) => [
    `${say(`evaluation.name.${name}`)}<br><span class="fine">${say(`evaluation.meaning.${name}`)}</span>`,
    estimateCell(tuned),
    estimateCell(base),
    estimateCell(difference, formatDifference),
  ]),
)}
${shown ? histogramSvg(shown, say(`evaluation.name.${main}`), say) : ''}
${samples('worst', worst)}
${samples('best', best)}`
}

export function toSample({ question, reference, tuned, base }: EvaluatedRow): SampleAnswer {
  return { question, expected: reference, tuned: tuned.text, base: base?.text ?? null }
}
