import { Button, Group, SegmentedControl, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { reasonWords, type LeaderboardEntry } from '../../shared/leaderboard.ts'
import type { Model, ModelVersion } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { leaderboardQuery, modelLeaderboardQuery } from '../queries.ts'
import {
  columnGroups,
  filterEntries,
  sortEntries,
  type ColumnGroup,
  type Sorting,
} from './columns.ts'
import { CompareDialog } from './CompareDialog.tsx'
import { LaggingNotice } from './LaggingNotice.tsx'
import { LeaderboardTable } from './LeaderboardTable.tsx'
import { useRankMoves } from './useRankMoves.ts'

/** A filter is of no use for a few. */
const fewEntries = 3
const comparedCount = 2

interface LeaderboardProps {
  readonly model: Model
  readonly version: ModelVersion
}

/** The race of the candidates, while it runs and after: of this version, or of all versions of the model. */
export function Leaderboard({ model, version }: LeaderboardProps) {
  const { t, i18n } = useTranslation()
  const [scope, setScope] = useState<'version' | 'model'>('version')
  const [group, setGroup] = useState<ColumnGroup>('learning')
  const [sorting, setSorting] = useState<Sorting>({ key: 'rank', descending: false })
  const [filter, setFilter] = useState('')
  const [selected, setSelected] = useState<readonly string[]>([])
  const [comparing, setComparing] = useState(false)
  const ofVersion = useQuery(leaderboardQuery(version.id))
  const ofModel = useQuery({ ...modelLeaderboardQuery(model.id), enabled: scope === 'model' })
  const data = scope === 'version' ? ofVersion.data : ofModel.data
  const moves = useRankMoves(ofVersion.data)
  const choose = useMutation({
    mutationFn: (candidateId: string | null) =>
      invoke('candidate.choose', { versionId: version.id, candidateId }),
    onError: showError,
  })
  const say = (key: string) => t(`analysis:leaderboard.${key}`)
  const statusWord = ({ status }: LeaderboardEntry) => t(`status.${status}`)
  const suggested = data?.find((entry) => entry.suggested)
  const why = suggested && reasonWords(suggested, t, i18n.language)
  const shown = sortEntries(filterEntries(data ?? [], filter, statusWord), sorting)
  const compared = selected.flatMap((id) => data?.find((entry) => entry.candidateId === id) ?? [])
  return (
    <section aria-labelledby="leaderboard-title">
      <Title order={2} mb={4} id="leaderboard-title">
        {t('leaderboard.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {say(`rankedBy.${data?.[0]?.rankedBy ?? 'bitsPerByte'}`)}
        {scope === 'model' && !hasSameRows(model) && ` ${say('differentRows')}`}
      </Text>
      <Group mb="sm" gap="sm">
        {model.versions.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={say('scope')}
            value={scope}
            data={[
              { value: 'version', label: say('thisVersion') },
              { value: 'model', label: say('allVersions') },
            ]}
            onChange={setScope}
          />
        )}
        <SegmentedControl
          size="xs"
          aria-label={say('columnsLabel')}
          value={group}
          data={columnGroups.map((value) => ({ value, label: say(`groups.${value}`) }))}
          onChange={setGroup}
        />
        {(data?.length ?? 0) > fewEntries && (
          <TextInput
            size="xs"
            aria-label={say('filter')}
            placeholder={say('filter')}
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
        )}
        {(data?.length ?? 0) > 1 && (
          <Button
            size="xs"
            variant="default"
            disabled={compared.length !== comparedCount}
            onClick={() => setComparing(true)}
          >
            {say('compare')}
          </Button>
        )}
      </Group>
      <LeaderboardTable
        entries={shown}
        group={group}
        sorting={sorting}
        onSort={setSorting}
        moves={moves}
        withVersions={scope === 'model'}
        selected={selected}
        onSelect={(id, isSelected) =>
          // A third takes the place of the first.
          setSelected(
            isSelected
              ? [...selected, id].slice(-comparedCount)
              : selected.filter((one) => one !== id),
          )
        }
        choice={
          scope === 'version'
            ? { ownId: version.chosenCandidateId, onChoose: (id) => choose.mutate(id) }
            : null
        }
      />
      {why && (
        <Text size="sm" mt="sm">
          {t(why.key, why.values)}
        </Text>
      )}
      {data?.map(
        (entry) => entry.lagging && <LaggingNotice key={entry.candidateId} entry={entry} />,
      )}
      {comparing && compared[0] && compared[1] && (
        <CompareDialog
          model={model}
          entries={[compared[0], compared[1]]}
          onClose={() => setComparing(false)}
        />
      )}
    </section>
  )
}

/** Whether all versions were validated on the same rows: what is measured on others can't be compared. */
function hasSameRows({ versions }: Model): boolean {
  const keys = versions.map(({ datasetSha256, columns, validationFraction, splitSeed }) =>
    JSON.stringify([datasetSha256, columns, validationFraction, splitSeed]),
  )
  return new Set(keys).size <= 1
}
