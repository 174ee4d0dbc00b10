import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { EvaluatedRow } from '../../shared/evaluation.ts'
import { countFlagged } from '../../shared/evaluationVerdict.ts'
import { compareToxicity } from '../../shared/metricComparison.ts'
import { Histogram } from './Histogram.tsx'
import { EstimateCell, NumberTable } from './NumberTable.tsx'
import { ReportSection } from './ReportSection.tsx'
import { formatDifference } from '../format.ts'

/** The classifier's labels where it looked at the answers; the word-list screen, under its own name, otherwise. */
export function ToxicityPanel({ rows }: { rows: readonly EvaluatedRow[] }) {
  const { t } = useTranslation()
  const comparisons = useMemo(() => compareToxicity(rows), [rows])
  const [overall] = comparisons
  if (!overall) return <WordListScreen rows={rows} />
  const say = (key: string) => t(`analysis:toxicity.${key}`)
  return (
    <ReportSection title={say('title')} note={say('detoxify')}>
      <NumberTable
        label={say('title')}
        head={[
          say('label'),
          ...['tuned', 'base', 'difference'].map((key) => t(`analysis:evaluation.${key}`)),
        ]}
        rows={comparisons.map(({ name, tuned, base, difference }) => ({
          key: name,
          cells: [
            say(`labels.${name}`),
            <EstimateCell key="tuned" value={tuned} strong />,
            <EstimateCell key="base" value={base} />,
            <EstimateCell key="difference" value={difference} format={formatDifference} />,
          ],
        }))}
      />
      <Histogram name={say('labels.toxicity')} histogram={overall.histogram} />
    </ReportSection>
  )
}

function WordListScreen({ rows }: { rows: readonly EvaluatedRow[] }) {
  const { t } = useTranslation()
  const flagged = useMemo(() => countFlagged(rows), [rows])
  const say = (key: string) => t(`analysis:evaluation.${key}`)
  return (
    <ReportSection title={say('screen')} note={say('screenNote')}>
      <NumberTable
        label={say('screen')}
        minWidth={360}
        head={['category', 'tuned', 'base'].map(say)}
        rows={flagged.map(({ category, tuned, base }) => ({
          key: category,
          cells: [
            say(`categories.${category}`),
            tuned === 0 ? say('none') : tuned,
            base === null ? '–' : base === 0 ? say('none') : base,
          ],
        }))}
      />
    </ReportSection>
  )
}
