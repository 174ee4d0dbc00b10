import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { summarizeBertScores } from '../../shared/bertScore.ts'
import type { Evaluation } from '../../shared/evaluation.ts'
import { EstimateCell, NumberTable } from './NumberTable.tsx'
import { ReportSection } from './ReportSection.tsx'
import { formatDifference } from '../format.ts'

/** How near the answers are in meaning; without an encoder it says so. */
export function BertScorePanel({ evaluation: { bertScores } }: { evaluation: Evaluation }) {
  const { t } = useTranslation()
  const summaries = useMemo(() => summarizeBertScores(bertScores), [bertScores])
  const say = (key: string, values?: Record<string, number>) =>
    t(`analysis:bertScore.${key}`, values ?? {})
  return (
    <ReportSection
      title={say('title')}
      note={summaries.length === 0 ? say('none') : say('note', { rows: bertScores.length })}
    >
      {summaries.length > 0 && (
        <NumberTable
          label={say('title')}
          head={['score', 'tuned', 'base', 'difference'].map((key) =>
            t(`analysis:evaluation.${key}`),
          )}
          rows={summaries.map(({ name, tuned, base, difference }) => ({
            key: name,
            cells: [
              say(`names.${name}`),
              <EstimateCell key="tuned" value={tuned} strong />,
              <EstimateCell key="base" value={base} />,
              <EstimateCell key="difference" value={difference} format={formatDifference} />,
            ],
          }))}
        />
      )}
    </ReportSection>
  )
}
