import { Tabs } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { EvaluatedRow } from '../../shared/evaluation.ts'
import { compareScores } from '../../shared/metricComparison.ts'
import { scoreGroups, type ScoreGroup, type ScoreName } from '../../shared/scores.ts'
import { Explained } from '../components/Explained.tsx'
import { Histogram } from './Histogram.tsx'
import { EstimateCell, NumberTable } from './NumberTable.tsx'
import { ReportSection } from './ReportSection.tsx'
import { formatDifference } from '../format.ts'

const groups = Object.keys(scoreGroups) as ScoreGroup[] // its own keys
const mainScores: Readonly<Record<ScoreGroup, ScoreName>> = {
  answers: 'f1',
  summary: 'rougeL',
  facts: 'factualKnowledge',
}

/** Every score of both models with its interval, by the question that it answers. */
export function ScoresPanel({ rows }: { rows: readonly EvaluatedRow[] }) {
  const { t } = useTranslation()
  const comparisons = useMemo(() => compareScores(rows), [rows])
  const say = (key: string) => t(`analysis:evaluation.${key}`)
  return (
    <ReportSection title={say('metrics')} note={say('metricsNote')}>
      <Tabs defaultValue="summary" keepMounted={false}>
        <Tabs.List aria-label={say('metrics')}>
          {groups.map((group) => (
            <Tabs.Tab key={group} value={group}>
              {say(`groups.${group}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {groups.map((group) => {
          const names: readonly ScoreName[] = scoreGroups[group]
          const own = comparisons.filter(({ name }) => names.includes(name))
          const main = own.find(({ name }) => name === mainScores[group])
          return (
            <Tabs.Panel key={group} value={group} pt="md">
              <ReportSection title={say(`groups.${group}`)} note={say(`groupMeaning.${group}`)}>
                <NumberTable
                  label={say('metrics')}
                  head={['score', 'tuned', 'base', 'difference'].map(say)}
                  rows={own.map(({ name, tuned, base, difference }) => ({
                    key: name,
                    cells: [
                      <Explained
                        key="name"
                        word={say(`name.${name}`)}
                        meaning={say(`meaning.${name}`)}
                      />,
                      <EstimateCell key="tuned" value={tuned} strong />,
                      <EstimateCell key="base" value={base} />,
                      <EstimateCell
                        key="difference"
                        value={difference}
                        format={formatDifference}
                      />,
                    ],
                  }))}
                />
                {main && <Histogram name={say(`name.${main.name}`)} histogram={main.histogram} />}
              </ReportSection>
            </Tabs.Panel>
          )
        })}
      </Tabs>
    </ReportSection>
  )
}
