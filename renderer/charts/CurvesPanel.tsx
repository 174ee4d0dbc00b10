import { Group, SegmentedControl, SimpleGrid, Title } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricName } from '../../shared/metrics.ts'
import type { Candidate } from '../../shared/model.ts'
import { metricsQuery } from '../queries.ts'
import { seriesColours } from '../theme.ts'
import { ChartControls, plainChart } from './ChartControls.tsx'
import { CurveCard } from './CurveCard.tsx'
import { CurveReadings } from './CurveReadings.tsx'
import { shortNames, type SeriesChoice } from './series.ts'

const everyCandidate = 'all'

interface CurvesPanelProps {
  readonly candidates: readonly Candidate[]
  readonly modelId: string
}

/** Loss and perplexity, training dashed and validation solid, of one candidate or all of them. */
export function CurvesPanel({ candidates, modelId }: CurvesPanelProps) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(everyCandidate)
  const [settings, setSettings] = useState(plainChart)
  const results = useQueries({ queries: candidates.map((candidate) => metricsQuery(candidate.id)) })
  const points = results.flatMap((result) => result.data ?? [])
  const names = shortNames(candidates.map(({ baseModelName }) => baseModelName))
  const selected = candidates.filter(
    (candidate) => shown === everyCandidate || candidate.id === shown,
  )
  const choices = (training: MetricName, validation: MetricName): SeriesChoice[] =>
    selected.flatMap((candidate) => {
      const index = candidates.indexOf(candidate)
      const make = (metric: MetricName, word: string, isTraining: boolean): SeriesChoice[] => {
        const choice = {
          // One candidate alone needs no name.
          label: selected.length === 1 ? t(word) : `${names[index]} · ${t(word)}`,
          candidateId: candidate.id,
          metric,
          colour: seriesColours[index % seriesColours.length] ?? '',
          dashed: isTraining,
          smoothing: settings.smoothing,
          faint: false,
        }
        // Single batches differ by chance; an evaluation is always of the same rows.
        if (settings.smoothing === 0 || !isTraining) return [{ ...choice, smoothing: 0 }]
        return [{ ...choice, smoothing: 0, dashed: false, faint: true }, choice]
      }
      return [
        ...make(training, 'curves.training', true),
        ...make(validation, 'curves.validation', false),
      ]
    })
  const shared = { candidates, points, settings }

  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{t('curves.title')}</Title>
        {candidates.length > 1 && (
          <SegmentedControl
            size="xs"
            value={shown}
            onChange={setShown}
            aria-label={t('curves.choose')}
            data={[
              { value: everyCandidate, label: t('curves.all') },
              ...candidates.map((candidate, index) => ({
                value: candidate.id,
                label: names[index] ?? candidate.baseModelName,
              })),
            ]}
          />
        )}
      </Group>
      <CurveReadings candidates={selected} points={points} modelId={modelId} />
      <ChartControls settings={settings} onChange={setSettings} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <CurveCard name="loss" {...shared} choices={choices('train_loss', 'validation_loss')} />
        <CurveCard
          name="perplexity"
          {...shared}
          choices={choices('train_perplexity', 'validation_perplexity')}
        />
      </SimpleGrid>
    </section>
  )
}
