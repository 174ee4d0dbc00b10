import { Button, Collapse, Group, Menu, Paper, Table, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricPoint } from '../../shared/metrics.ts'
import type { Candidate } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { showSaved } from '../components/showSaved.ts'
import { Term } from '../components/Term.tsx'
import { formatMeasure } from '../format.ts'
import type { ChartSettings } from './ChartControls.tsx'
import { chartSvg } from './chartSvg.ts'
import { LineChart, positionText, type ChartHandle, type Zoom } from './LineChart.tsx'
import { alignSeries, columnsToCsv, positions, rangeOf, type SeriesChoice } from './series.ts'
import { useZoomedPoints } from './useZoomedPoints.ts'

interface CurveCardProps {
  readonly name: 'loss' | 'perplexity'
  readonly candidates: readonly Candidate[]
  readonly points: readonly MetricPoint[]
  readonly choices: readonly SeriesChoice[]
  readonly settings: ChartSettings
  /** Whose curves they are, where there is a chart each. */
  readonly subtitle?: string
  /** Series of all charts that share a scale; null where the chart has its own. */
  readonly comparedWith: readonly SeriesChoice[] | null
}

/** One metric's chart, with what can be done with it. */
export function CurveCard(props: CurveCardProps) {
  const { name, candidates, choices, settings, subtitle, comparedWith } = props
  const { t } = useTranslation()
  const [zoom, setZoom] = useState<Zoom | null>(null)
  const points = useZoomedPoints(candidates, props.points, settings.axis === 'step' ? zoom : null)
  const handleRef = useRef<ChartHandle>(null)
  const key = JSON.stringify([choices, settings.axis])
  const columns = useMemo(
    () => alignSeries(points, choices, positions(settings.axis, candidates, points)),
    // `choices` is made anew on every render; its content is what counts.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [points, key],
  )
  const range = useMemo(
    () => (comparedWith === null ? null : rangeOf(props.points, comparedWith)),
    [props.points, comparedWith],
  )
  const axisLabel = t(`analysis:chart.${settings.axis}`)
  const save = useMutation({
    mutationFn: (format: 'csv' | 'svg' | 'png') =>
      invoke('chart.save', {
        name,
        ...(format === 'png'
          ? { format, base64: handleRef.current?.toPng() ?? '' }
          : { format, text: textOf(format) }),
      }),
    onSuccess: showSaved,
    onError: showError,
  })
  const textOf = (format: 'csv' | 'svg') =>
    format === 'csv'
      ? columnsToCsv(axisLabel, columns, choices)
      : chartSvg({
          title: t(`term.${name}.word`),
          axisLabel,
          logarithmic: settings.logarithmic,
          columns,
          series: choices,
          formatX: (value) => positionText(settings.axis, value),
        })
  const label = [t('curves.label', { metric: t(`term.${name}.word`) }), subtitle].join(' ').trim()
  const isEmpty = columns[0].length === 0
  return (
    <Paper withBorder radius="lg" p="md">
      <Group justify="space-between" mb="xs" mih={28}>
        <Title order={3}>
          <Term name={name} />
          {subtitle !== undefined && ` · ${subtitle}`}
        </Title>
        {!isEmpty && (
          <Group gap={4}>
            {zoom && (
              <Button
                variant="light"
                size="compact-xs"
                onClick={() => handleRef.current?.resetZoom()}
              >
                {t('analysis:chart.resetZoom')}
              </Button>
            )}
            <Menu>
              <Menu.Target>
                <Button
                  variant="subtle"
                  size="compact-xs"
                  color="gray"
                  aria-label={t('analysis:chart.saveLabel', { metric: t(`term.${name}.word`) })}
                >
                  {t('analysis:chart.save')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => save.mutate('png')}>{t('analysis:chart.png')}</Menu.Item>
                <Menu.Item onClick={() => save.mutate('svg')}>{t('analysis:chart.svg')}</Menu.Item>
                <Menu.Item onClick={() => save.mutate('csv')}>{t('analysis:chart.csv')}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        )}
      </Group>
      {isEmpty ? (
        <Text c="dimmed" size="sm" h={240}>
          {t('curves.none')}
        </Text>
      ) : (
        <>
          <LineChart
            label={label}
            axis={settings.axis}
            axisLabel={axisLabel}
            logarithmic={settings.logarithmic}
            columns={columns}
            series={choices}
            handleRef={handleRef}
            range={range}
            onZoom={setZoom}
          />
          <ValueTable axisLabel={axisLabel} columns={columns} choices={choices} />
        </>
      )}
    </Paper>
  )
}

/** More rows than anyone reads; the file has them all. */
const mostRows = 500

/** Evenly spread indices, the last one included. */
function pickRows(count: number): number[] {
  const shown = Math.min(count, mostRows)
  return Array.from({ length: shown }, (_, index) =>
    Math.round((index * (count - 1)) / Math.max(1, shown - 1)),
  )
}

function positionCell(x: number): string {
  return Number.isInteger(x) ? String(x) : x.toFixed(2)
}

interface ValueTableProps {
  readonly axisLabel: string
  readonly columns: ReturnType<typeof alignSeries>
  readonly choices: readonly SeriesChoice[]
}

/** The same values for people who don't see the chart. */
function ValueTable({ axisLabel, columns: [at, ...values], choices }: ValueTableProps) {
  const { t } = useTranslation()
  const [open, { toggle }] = useDisclosure(false)
  const shown = choices.flatMap((choice, index) => (choice.faint ? [] : [{ choice, index }]))
  return (
    <>
      <Button variant="subtle" size="compact-xs" color="gray" onClick={toggle} aria-expanded={open}>
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
                <Table.Th>{axisLabel}</Table.Th>
                {shown.map(({ choice }) => (
                  <Table.Th key={choice.label}>{choice.label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {/* Rows that nobody looks at cost time as well. */}
              {(open ? pickRows(at.length) : []).map((row) => (
                <Table.Tr key={row}>
                  <Table.Td>{positionCell(at[row] ?? 0)}</Table.Td>
                  {shown.map(({ index }) => (
                    <Table.Td key={index}>{formatMeasure(values[index]?.[row])}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Collapse>
    </>
  )
}
