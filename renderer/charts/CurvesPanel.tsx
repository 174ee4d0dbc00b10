import {
  Button,
  Collapse,
  Group,
  Paper,
  SegmentedControl,
  SimpleGrid,
  Table,
  Text,
  Title,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricName, MetricPoint } from '../../shared/metrics.ts'
import type { Candidate } from '../../shared/model.ts'
import { Term } from '../components/Term.tsx'
import { formatLoss } from '../format.ts'
import { metricsQuery } from '../queries.ts'
import { seriesColours } from '../theme.ts'
import { LineChart } from './LineChart.tsx'
import { alignSeries, type SeriesChoice } from './series.ts'

const everyCandidate = 'all'

/** Loss and perplexity, training dashed and validation solid, of one candidate or all of them. */
export function CurvesPanel({ candidates }: { candidates: readonly Candidate[] }) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(everyCandidate)
  const results = useQueries({ queries: candidates.map((candidate) => metricsQuery(candidate.id)) })
  const points = results.flatMap((result) => result.data ?? [])
  const selected = candidates.filter(
    (candidate) => shown === everyCandidate || candidate.id === shown,
  )
  const choices = (training: MetricName, validation: MetricName): SeriesChoice[] =>
    selected.flatMap((candidate) => {
      const colour = seriesColours[candidates.indexOf(candidate) % seriesColours.length] ?? ''
      const make = (metric: MetricName, word: string, dashed: boolean) => ({
        label: `${candidate.baseModelName}: ${t(word)}`,
        candidateId: candidate.id,
        metric,
        colour,
        dashed,
      })
      return [make(training, 'curves.training', true), make(validation, 'curves.validation', false)]
    })

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
              ...candidates.map((candidate) => ({
                value: candidate.id,
                label: candidate.baseModelName,
              })),
            ]}
          />
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <CurveCard name="loss" points={points} choices={choices('train_loss', 'validation_loss')} />
        <CurveCard
          name="perplexity"
          points={points}
          choices={choices('train_perplexity', 'validation_perplexity')}
        />
      </SimpleGrid>
    </section>
  )
}

interface CurveCardProps {
  readonly name: 'loss' | 'perplexity'
  readonly points: readonly MetricPoint[]
  readonly choices: readonly SeriesChoice[]
}

function CurveCard({ name, points, choices }: CurveCardProps) {
  const { t } = useTranslation()
  const [open, { toggle }] = useDisclosure(false)
  const key = JSON.stringify(choices)
  // `choices` is made anew on every render; its content is what counts.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const columns = useMemo(() => alignSeries(points, choices), [points, key])
  const [steps, ...values] = columns
  return (
    <Paper withBorder radius="lg" p="md">
      <Title order={3} mb="xs">
        <Term name={name} />
      </Title>
      {steps.length === 0 ? (
        <Text c="dimmed" size="sm" h={240}>
          {t('curves.none')}
        </Text>
      ) : (
        <>
          <LineChart
            label={t('curves.label', { metric: t(`term.${name}.word`) })}
            stepLabel={t('curves.step')}
            columns={columns}
            series={choices}
          />
          <Button
            variant="subtle"
            size="compact-xs"
            color="gray"
            onClick={toggle}
            aria-expanded={open}
          >
            {t(open ? 'curves.hideTable' : 'curves.showTable')}
          </Button>
          <Collapse expanded={open}>
            <Table.ScrollContainer
              minWidth={320}
              mah={260}
              scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
            >
              <Table fz="xs" stickyHeader>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('curves.step')}</Table.Th>
                    {choices.map((choice) => (
                      <Table.Th key={choice.label}>{choice.label}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {steps.map((step, row) => (
                    <Table.Tr key={step}>
                      <Table.Td>{step}</Table.Td>
                      {values.map((column, index) => (
                        <Table.Td key={index}>{formatLoss(column[row] ?? null)}</Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </Collapse>
        </>
      )}
    </Paper>
  )
}
