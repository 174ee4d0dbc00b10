import { Paper, SimpleGrid, Text, Title } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Evaluation } from '../../shared/evaluation.ts'
import { mostChanged, summarizeRobustness } from '../../shared/robustnessSummary.ts'
import { Explained } from '../components/Explained.tsx'
import { EstimateCell, NumberTable } from './NumberTable.tsx'
import { ReportSection } from './ReportSection.tsx'

const sides = ['tuned', 'base'] as const

/** How much answers change when only the spelling of the question does. */
export function RobustnessPanel({ evaluation }: { evaluation: Evaluation }) {
  const { t } = useTranslation()
  const summaries = useMemo(() => summarizeRobustness(evaluation), [evaluation])
  const changed = useMemo(() => mostChanged(evaluation), [evaluation])
  const say = (key: string) => t(`analysis:robustness.${key}`)
  const asked = new Set(evaluation.perturbed.map(({ position }) => position)).size
  return (
    <ReportSection title={say('title')} note={t('analysis:robustness.note', { rows: asked })}>
      <NumberTable
        label={say('title')}
        minWidth={640}
        head={[
          say('kind'),
          say('rows'),
          <Explained key="wer" word={say('wordErrorRate')} meaning={say('wordErrorRateMeaning')} />,
          <Explained key="f1" word={say('f1')} meaning={say('deltaMeaning')} />,
          <Explained key="rougeL" word={say('rougeL')} meaning={say('deltaMeaning')} />,
        ]}
        rows={summaries.flatMap((summary) =>
          sides.flatMap((side) => {
            const found = summary[side]
            if (!found) return []
            return {
              key: `${summary.kind} ${side}`,
              cells: [
                `${say(`kinds.${summary.kind}`)} · ${t(`analysis:evaluation.${side}`)}`,
                summary.rows,
                <EstimateCell key="wer" value={found.wordErrorRate} strong={side === 'tuned'} />,
                <EstimateCell key="f1" value={found.f1} />,
                <EstimateCell key="rougeL" value={found.rougeL} />,
              ],
            }
          }),
        )}
      />
      {changed && (
        <Paper withBorder radius="lg" p="md">
          <Title order={3} mb="sm">
            {say('example')}
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {(
              [
                ['before', changed.before.question, changed.before.tuned.text],
                ['after', changed.after.question, changed.after.tuned.text],
              ] as const
            ).map(([key, question, answer]) => (
              <div key={key}>
                <Text size="xs" c="dimmed">
                  {say(key)}
                </Text>
                <Text size="sm" fw={600} className="invisible">
                  {question}
                </Text>
                <Text size="sm" className="invisible">
                  {answer}
                </Text>
              </div>
            ))}
          </SimpleGrid>
        </Paper>
      )}
    </ReportSection>
  )
}
