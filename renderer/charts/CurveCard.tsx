import { Button, Collapse, Group, Menu, Paper, Table, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MetricPoint } from '../../shared/metrics.ts'
import type { Candidate } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { Term } from '../components/Term.tsx'
import { formatLoss } from '../format.ts'
import type { ChartSettings } from './ChartControls.tsx'
import { LineChart, type ChartHandle } from './LineChart.tsx'
import { alignSeries, columnsToCsv, positions, type SeriesChoice } from './series.ts'

interface CurveCardProps {
  readonly name: 'loss' | 'perplexity'
  readonly candidates: readonly Candidate[]
  readonly points: readonly MetricPoint[]
  readonly choices: readonly SeriesChoice[]
  readonly settings: ChartSettings
}

/** One metric's chart, with what can be done with it. */
export function CurveCard({ name, candidates, points, choices, settings }: CurveCardProps) {
  const { t } = useTranslation()
  const [zoomed, setZoomed] = useState(false)
  const handleRef = useRef<ChartHandle>(null)
  const key = JSON.stringify([choices, settings.axis])
  const columns = useMemo(
    () => alignSeries(points, choices, positions(settings.axis, candidates, points)),
    // `choices` is made anew on every render; its content is what counts.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [points, key],
  )
  const axisLabel = t(`analysis:chart.${settings.axis}`)
  const save = useMutation({
    mutationFn: (format: 'csv' | 'png') =>
      invoke('chart.save', {
        name,
        ...(format === 'csv'
          ? { format, text: columnsToCsv(axisLabel, columns, choices) }
          : { format, base64: handleRef.current?.toPng() ?? '' }),
      }),
    onSuccess: (saved) => {
      if (saved)
        notifications.show({
          message: t('report.saved', saved),
          color: 'accent',
          closeButtonProps: { 'aria-label': t('action.close') },
        })
    },
    onError: showError,
  })
  const isEmpty = columns[0].length === 0
  return (
    <Paper withBorder radius="lg" p="md">
      <Group justify="space-between" mb="xs" mih={28}>
        <Title order={3}>
          <Term name={name} />
        </Title>
        {!isEmpty && (
          <Group gap={4}>
            {zoomed && (
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
            label={t('curves.label', { metric: t(`term.${name}.word`) })}
            axis={settings.axis}
            axisLabel={axisLabel}
            logarithmic={settings.logarithmic}
            columns={columns}
            series={choices}
            handleRef={handleRef}
            onZoom={setZoomed}
          />
          <ValueTable axisLabel={axisLabel} columns={columns} choices={choices} />
        </>
      )}
    </Paper>
  )
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
              {at.map((x, row) => (
                <Table.Tr key={x}>
                  <Table.Td>{Number.isInteger(x) ? x : x.toFixed(2)}</Table.Td>
                  {shown.map(({ index }) => (
                    <Table.Td key={index}>{formatLoss(values[index]?.[row] ?? null)}</Table.Td>
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
