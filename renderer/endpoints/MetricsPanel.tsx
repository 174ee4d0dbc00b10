import { Group, Paper, SegmentedControl, SimpleGrid, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricSeries } from '../../shared/endpoint.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatCount } from '../format.ts'
import { endpointMetricsQuery } from '../shipQueries.ts'
import { SparkLine } from './SparkLine.tsx'

const ranges = [1, 24, 168] as const
const shown = ['invocations', 'errors', 'latencyP50', 'latencyP90'] as const

export function MetricsPanel({ name }: { name: string }) {
  const { t } = useTranslation('ship')
  const [hours, setHours] = useState<number>(1)
  const { data, error } = useQuery(endpointMetricsQuery(name, hours))
  return (
    <Stack>
      <SegmentedControl
        aria-label={t('metrics.range')}
        value={String(hours)}
        data={ranges.map((range) => ({ value: String(range), label: t(`metrics.hours.${range}`) }))}
        onChange={(value) => setHours(Number(value))}
      />
      {error && <ErrorNotice error={error} />}
      <SimpleGrid cols={2}>
        {shown.map((metric) => (
          <MetricCard
            key={metric}
            metric={metric}
            series={(data ?? []).filter((one) => one.metric === metric)}
          />
        ))}
      </SimpleGrid>
    </Stack>
  )
}

function MetricCard({
  metric,
  series,
}: {
  metric: MetricSeries['metric']
  series: readonly MetricSeries[]
}) {
  const { t, i18n } = useTranslation('ship')
  const values = series.flatMap(({ points }) => points.map(({ value }) => value))
  const isLatency = metric.startsWith('latency')
  const total = values.reduce((sum, value) => sum + value, 0)
  const figure = isLatency
    ? values.length === 0
      ? '–'
      : t('metrics.milliseconds', {
          value: formatCount(Math.round(total / values.length), i18n.language),
        })
    : formatCount(total, i18n.language)
  return (
    <Paper withBorder radius="md" p="sm">
      <Group justify="space-between">
        <Text size="sm">{t(`metrics.${metric}`)}</Text>
        <Text size="sm" fw={600}>
          {figure}
        </Text>
      </Group>
      <SparkLine
        label={t('metrics.chart', { metric: t(`metrics.${metric}`) })}
        lines={series.map(({ points }) => points)}
      />
    </Paper>
  )
}
