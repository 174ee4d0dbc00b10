import { Group, Pagination, Paper, Skeleton, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../shared/dataset.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatCount } from '../format.ts'
import { rowsQuery } from '../queries.ts'

const pageSize = 20

export function DataPreview({ dataset }: { dataset: Dataset }) {
  const { t, i18n } = useTranslation()
  const [page, setPage] = useState(1)
  const { data, error } = useQuery({
    ...rowsQuery(dataset.id, dataset.contentSha256, (page - 1) * pageSize, pageSize),
    placeholderData: keepPreviousData,
  })
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Skeleton h={300} radius="lg" />
  return (
    <Paper withBorder radius="lg" p="xs">
      <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing="xs" fz="sm" layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={64}>{t('dataset.line')}</Table.Th>
              {dataset.scan.columns.map((column) => (
                <Table.Th key={column}>{column}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.rows.map((row) => (
              <Table.Tr key={row.row}>
                <Table.Td c="dimmed">{row.line}</Table.Td>
                {dataset.scan.columns.map((column, index) => (
                  <Table.Td key={column} className="invisible">
                    <Text size="sm" lineClamp={3}>
                      {row.cells[index] ?? ''}
                    </Text>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group justify="space-between" p="xs">
        <Text size="sm" c="dimmed">
          {t('dataset.rowTotal', { total: formatCount(data.total, i18n.language) })}
        </Text>
        {data.total > pageSize && (
          <Pagination
            size="sm"
            value={page}
            onChange={setPage}
            total={Math.ceil(data.total / pageSize)}
            getControlProps={(control) => ({ 'aria-label': t(`page.${control}`) })}
            getItemProps={(item) => ({ 'aria-label': t('page.item', { page: item }) })}
          />
        )}
      </Group>
    </Paper>
  )
}
