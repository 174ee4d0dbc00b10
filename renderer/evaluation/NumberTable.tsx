import { Paper, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Estimate } from '../../shared/bootstrap.ts'
import { formatMeasure } from '../format.ts'

const numbers = { fontVariantNumeric: 'tabular-nums' }

interface NumberTableProps {
  readonly label: string
  readonly head: readonly ReactNode[]
  /** The first cell names the row. */
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[]
  readonly minWidth?: number
}

/** Names on the left, numbers on the right; wide ones scroll. */
export function NumberTable({ label, head, rows, minWidth = 520 }: NumberTableProps) {
  return (
    <Paper withBorder radius="lg" p="xs">
      <Table.ScrollContainer
        minWidth={minWidth}
        scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      >
        <Table aria-label={label} style={numbers}>
          <Table.Thead>
            <Table.Tr>
              {head.map((cell, index) => (
                <Table.Th key={index}>{cell}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ key, cells }) => (
              <Table.Tr key={key}>
                {cells.map((cell, index) => (
                  <Table.Td key={index}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  )
}

interface EstimateCellProps {
  /** Null: not measured. */
  readonly value: Estimate | null
  readonly strong?: boolean
  readonly format?: (value: number) => string
}

/** The mean, and below it what holds 95 % of resampled means. */
export function EstimateCell({ value, strong = false, format = formatMeasure }: EstimateCellProps) {
  if (!value) return '–'
  return (
    <>
      <Text span size="sm" fw={strong ? 650 : 400}>
        {format(value.mean)}
      </Text>
      <Text size="xs" c="dimmed">
        {`${format(value.low)} … ${format(value.high)}`}
      </Text>
    </>
  )
}
