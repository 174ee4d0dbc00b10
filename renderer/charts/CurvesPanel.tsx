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

const metricPairs = [
  { name: 'loss', training: 'train_loss', validation: 'validation_loss' },
  { name: 'perplexity', training: 'train_perplexity', validation: 'validation_perplexity' },
] as const

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
  const choices = (
    training: MetricName,
    validation: MetricName,
    drawn: readonly Candidate[],
  ): SeriesChoice[] =>
    drawn.flatMap((candidate) => {
      const index = candidates.indexOf(candidate)
      const make = (metric: MetricName, word: string, isTraining: boolean): SeriesChoice[] => {
        const choice = {
          // One candidate alone needs no name.
          label: drawn.length === 1 ? t(word) : `${names[index]} · ${t(word)}`,
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
  const isSideBySide = settings.layout === 'sideBySide' && selected.length > 1
  const groups: [Candidate, ...Candidate[]][] = isSideBySide
    ? selected.map((candidate) => [candidate])
    : selected[0]
      ? [[selected[0], ...selected.slice(1)]]
      : []

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
      <ChartControls settings={settings} onChange={setSettings} hasSeveral={selected.length > 1} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {metricPairs.flatMap(({ name, training, validation }) =>
          groups.map((drawn) => (
            <CurveCard
              key={`${name} ${drawn.map(({ id }) => id).join(' ')}`}
              name={name}
              {...(groups.length > 1
                ? { subtitle: names[candidates.indexOf(drawn[0])] ?? '' }
                : {})}
              candidates={drawn}
              points={points}
              settings={settings}
              choices={choices(training, validation, drawn)}
              // On one scale, so that the eye can compare.
              comparedWith={groups.length > 1 ? choices(training, validation, selected) : null}
            />
          )),
        )}
      </SimpleGrid>
    </section>
  )
}
