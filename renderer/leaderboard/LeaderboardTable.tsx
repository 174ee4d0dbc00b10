import { Checkbox, Group, Paper, Table, Text, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { LeaderboardEntry } from '../../shared/leaderboard.ts'
import { Explained } from '../components/Explained.tsx'
import { Tag } from '../components/Tag.tsx'
import { ChoiceCell } from './ChoiceCell.tsx'
import { leaderboardColumns, type ColumnGroup, type Sorting } from './columns.ts'

interface LeaderboardTableProps {
  readonly entries: readonly LeaderboardEntry[]
  readonly group: ColumnGroup
  readonly sorting: Sorting
  readonly onSort: (sorting: Sorting) => void
  /** Ranks gained, by candidate. */
  readonly moves: ReadonlyMap<string, number>
  readonly withVersions: boolean
  readonly selected: readonly string[]
  readonly onSelect: (candidateId: string, isSelected: boolean) => void
  /** Null where nothing can be chosen. */
  readonly choice: {
    readonly ownId: string | null
    readonly onChoose: (candidateId: string | null) => void
  } | null
}

export function LeaderboardTable(props: LeaderboardTableProps) {
  const { t, i18n } = useTranslation()
  const { entries, group, sorting, onSort, choice } = props
  const columns = leaderboardColumns.filter((column) => column.group === group)
  const say = (key: string) => t(`analysis:leaderboard.${key}`)
  const sortBy = (key: string) =>
    onSort({ key, descending: sorting.key === key ? !sorting.descending : false })
  const direction = (key: string) =>
    sorting.key !== key ? 'none' : sorting.descending ? 'descending' : 'ascending'
  return (
    <Paper withBorder radius="lg" p="xs">
      <Table.ScrollContainer minWidth={840} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table
          verticalSpacing="sm"
          aria-label={t('leaderboard.title')}
          style={{ fontVariantNumeric: 'tabular-nums' }}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={40}>
                <span className="visually-hidden">{say('compare')}</span>
              </Table.Th>
              <Table.Th w={70} aria-sort={direction('rank')}>
                <SortButton
                  word={t('leaderboard.rank')}
                  direction={direction('rank')}
                  onClick={() => sortBy('rank')}
                />
              </Table.Th>
              <Table.Th>{t('leaderboard.baseModel')}</Table.Th>
              {columns.map(({ key }) => (
                <Table.Th key={key} aria-sort={direction(key)}>
                  <SortButton
                    word={say(`columns.${key}`)}
                    meaning={say(`meanings.${key}`)}
                    direction={direction(key)}
                    onClick={() => sortBy(key)}
                  />
                </Table.Th>
              ))}
              {choice && <Table.Th miw={130}>{t('leaderboard.choice')}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Table.Tr key={entry.candidateId}>
                <Table.Td>
                  <Checkbox
                    size="xs"
                    aria-label={t('analysis:leaderboard.select', { name: nameOf(entry, props) })}
                    checked={props.selected.includes(entry.candidateId)}
                    onChange={(event) =>
                      props.onSelect(entry.candidateId, event.currentTarget.checked)
                    }
                  />
                </Table.Td>
                <Table.Td fw={650}>
                  {entry.rank ?? '–'} <RankMove ranks={props.moves.get(entry.candidateId) ?? 0} />
                </Table.Td>
                <Table.Td>
                  <Group gap="xs">
                    {nameOf(entry, props)}
                    {entry.suggested && <Tag tone="good">{t('leaderboard.suggested')}</Tag>}
                  </Group>
                </Table.Td>
                {columns.map(({ key, value, format }) => {
                  const shown = value(entry)
                  return (
                    <Table.Td key={key}>
                      {shown === null ? '–' : format(shown, i18n.language)}
                    </Table.Td>
                  )
                })}
                {choice && (
                  <Table.Td>
                    <ChoiceCell
                      entry={entry}
                      isOwn={choice.ownId === entry.candidateId}
                      onChoose={() => choice.onChoose(entry.candidateId)}
                      onReset={() => choice.onChoose(null)}
                    />
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  )
}

function nameOf(entry: LeaderboardEntry, { withVersions }: { withVersions: boolean }): string {
  return withVersions ? `V${entry.versionNumber} · ${entry.baseModelName}` : entry.baseModelName
}

interface SortButtonProps {
  readonly word: string
  readonly meaning?: string
  readonly direction: 'none' | 'ascending' | 'descending'
  readonly onClick: () => void
}

/** A column's head: its meaning on hover, its order on click. */
function SortButton({ word, meaning, direction, onClick }: SortButtonProps) {
  const mark = direction === 'ascending' ? ' ▲' : direction === 'descending' ? ' ▼' : ''
  return (
    <Group gap={5} wrap="nowrap">
      <UnstyledButton fz="sm" fw={700} onClick={onClick}>
        {word}
        <span aria-hidden>{mark}</span>
      </UnstyledButton>
      {meaning !== undefined && <Explained word="?" meaning={`${word}: ${meaning}`} />}
    </Group>
  )
}

function RankMove({ ranks }: { ranks: number }) {
  const { t } = useTranslation()
  if (ranks === 0) return null
  const key = ranks > 0 ? 'up' : 'down'
  return (
    <Text
      span
      size="xs"
      c={ranks > 0 ? 'accent.7' : 'dimmed'}
      aria-label={t(`analysis:leaderboard.${key}`, { ranks: Math.abs(ranks) })}
    >
      {ranks > 0 ? '▲' : '▼'}
      {Math.abs(ranks)}
    </Text>
  )
}
