import { Group, Mark, Pagination, Stack, Table, Tabs, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CutReason, CutRow, CutRows } from '../../shared/cutRows.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatCount } from '../format.ts'
import { reasonsOf } from '../../shared/movePlan.ts'
import { cutRowsQuery, rowsAPage } from './queries.ts'

interface CutRowsPanelProps {
  readonly versionId: string
  readonly sampleRows: number | null
  readonly mostTokens: number | null
  readonly cut: CutRows
}

/** Exactly which rows lose something: number, length, and the place where each is cut. */
export function CutRowsPanel({ versionId, sampleRows, mostTokens, cut }: CutRowsPanelProps) {
  const { t, i18n } = useTranslation('move')
  const [chosen, setChosen] = useState<CutReason | null>(null)
  const reasons = reasonsOf(cut)
  const reason = reasons.find((known) => known === chosen) ?? reasons[0]
  return (
    <Stack gap="xs">
      <Title order={3} size="h4">
        {t('cut.title')}
      </Title>
      {reason === undefined ? (
        <Text size="sm">{t('cut.none')}</Text>
      ) : (
        <Tabs value={reason} onChange={(next) => setChosen(next as CutReason | null)}>
          <Tabs.List aria-label={t('cut.title')}>
            {reasons.map((known) => (
              <Tabs.Tab key={known} value={known}>
                {t(`cut.reason.${known}`, {
                  count: cut.counts[known],
                  shown: formatCount(cut.counts[known], i18n.language),
                })}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {reasons.map((known) => (
            <Tabs.Panel key={known} value={known} pt="xs">
              {known === reason && (
                <CutRowsList
                  key={`${known} ${mostTokens} ${sampleRows}`}
                  reason={known}
                  total={cut.counts[known]}
                  {...{ versionId, sampleRows, mostTokens }}
                />
              )}
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </Stack>
  )
}

interface CutRowsListProps extends Omit<CutRowsPanelProps, 'cut'> {
  readonly reason: CutReason
  readonly total: number
}

function CutRowsList({ versionId, sampleRows, mostTokens, reason, total }: CutRowsListProps) {
  const { t, i18n } = useTranslation('move')
  const [page, setPage] = useState(1)
  const { data, error } = useQuery(
    cutRowsQuery({ versionId, sampleRows, mostTokens, reason, from: (page - 1) * rowsAPage }),
  )
  const pages = Math.ceil(total / rowsAPage)
  if (error) return <ErrorNotice error={error} />
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {t(`cut.hint.${reason}`)}
      </Text>
      <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table
          aria-label={t(`cut.reason.${reason}`, {
            count: total,
            shown: formatCount(total, i18n.language),
          })}
          verticalSpacing={4}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={80}>{t('cut.row')}</Table.Th>
              <Table.Th w={150}>{t('cut.length')}</Table.Th>
              <Table.Th>{t(reason === 'leftOut' ? 'cut.question' : 'cut.place')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {(data?.rows ?? []).map((row) => (
              <Table.Tr key={`${row.part} ${row.row}`} data-row={row.row}>
                <Table.Td>{formatCount(row.row, i18n.language)}</Table.Td>
                <Table.Td>
                  {t(reason === 'canvas' ? 'cut.characters' : 'cut.tokens', {
                    tokens: formatCount(row.tokens, i18n.language),
                    characters: formatCount(row.characters, i18n.language),
                  })}
                </Table.Td>
                <Table.Td>
                  <Place row={row} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {pages > 1 && (
        <Group justify="flex-end">
          <Pagination
            size="sm"
            total={pages}
            value={page}
            onChange={setPage}
            getControlProps={(control) => ({ 'aria-label': t(`cut.page.${control}`) })}
            getItemProps={(item) => ({ 'aria-label': t('cut.page.number', { item }) })}
          />
        </Group>
      )}
    </Stack>
  )
}

function Place({ row: { cut, beginning } }: { row: CutRow }) {
  const { t, i18n } = useTranslation('move')
  if (!cut)
    return (
      <Text size="sm" lineClamp={2}>
        {beginning}
      </Text>
    )
  return (
    <Stack gap={0}>
      <Text size="sm">{t(`cut.in.${cut.in}`, { at: formatCount(cut.at, i18n.language) })}</Text>
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {'… '}
        {cut.kept}
        <Mark color="orange" style={{ textDecoration: 'line-through' }}>
          {cut.lost}
        </Mark>
        {' …'}
      </Text>
    </Stack>
  )
}
