import { Button, Group, Paper, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { perplexity, reasonWords, type LeaderboardEntry } from '../../shared/leaderboard.ts'
import type { ModelVersion } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { Explained } from '../components/Explained.tsx'
import { Tag } from '../components/Tag.tsx'
import { Term } from '../components/Term.tsx'
import { formatDuration, formatLoss } from '../format.ts'
import { leaderboardQuery } from '../queries.ts'

export function Leaderboard({ version }: { version: ModelVersion }) {
  const { t, i18n } = useTranslation()
  const { data } = useQuery(leaderboardQuery(version.id))
  const choose = useMutation({
    mutationFn: (candidateId: string | null) =>
      invoke('candidate.choose', { versionId: version.id, candidateId }),
    onError: showError,
  })
  const suggested = data?.find((entry) => entry.suggested)
  const why = suggested && reasonWords(suggested, t, i18n.language)
  return (
    <section aria-labelledby="leaderboard-title">
      <Title order={2} mb={4} id="leaderboard-title">
        {t('leaderboard.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t(`analysis:leaderboard.rankedBy.${data?.[0]?.rankedBy ?? 'bitsPerByte'}`)}
      </Text>
      <Paper withBorder radius="lg" p="xs">
        <Table.ScrollContainer minWidth={840} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table verticalSpacing="sm" aria-label={t('leaderboard.title')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={60}>{t('leaderboard.rank')}</Table.Th>
                <Table.Th>{t('leaderboard.baseModel')}</Table.Th>
                <Table.Th>
                  <Explained
                    word={t('analysis:leaderboard.bitsPerByte')}
                    meaning={t('analysis:leaderboard.bitsPerByteMeaning')}
                  />
                </Table.Th>
                <Table.Th>
                  <Term name="validationLoss" />
                </Table.Th>
                <Table.Th>
                  <Term name="perplexity" />
                </Table.Th>
                <Table.Th>
                  <Term name="trainingLoss" />
                </Table.Th>
                <Table.Th>{t('leaderboard.time')}</Table.Th>
                <Table.Th miw={130}>{t('leaderboard.choice')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data?.map((entry) => (
                <Table.Tr key={entry.candidateId}>
                  <Table.Td fw={650}>{entry.rank ?? '–'}</Table.Td>
                  <Table.Td>
                    <Group gap="xs">
                      {entry.baseModelName}
                      {entry.suggested && (
                        <Tag tone='good'>{t('leaderboard.suggested')}</Tag>
                      )}
                    </Group>
                  </Table.Td>
                  <Table.Td>{formatLoss(entry.validationBitsPerByte)}</Table.Td>
                  <Table.Td>{formatLoss(entry.validationLoss)}</Table.Td>
                  <Table.Td>
                    {entry.validationLoss === null
                      ? '–'
                      : formatLoss(perplexity(entry.validationLoss))}
                  </Table.Td>
                  <Table.Td>{formatLoss(entry.trainingLoss)}</Table.Td>
                  <Table.Td>
                    {entry.trainingSeconds === null ? '–' : formatDuration(entry.trainingSeconds)}
                  </Table.Td>
                  <Table.Td>
                    <Choice
                      entry={entry}
                      isOwn={version.chosenCandidateId === entry.candidateId}
                      onChoose={() => choose.mutate(entry.candidateId)}
                      onReset={() => choose.mutate(null)}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
      {why && (
        <Text size="sm" mt="sm">
          {t(why.key, why.values)}
        </Text>
      )}
    </section>
  )
}

interface ChoiceProps {
  readonly entry: LeaderboardEntry
  /** Chosen by the analyst, not only suggested. */
  readonly isOwn: boolean
  readonly onChoose: () => void
  readonly onReset: () => void
}

function Choice({ entry, isOwn, onChoose, onReset }: ChoiceProps) {
  const { t } = useTranslation()
  if (isOwn) {
    return (
      <Group gap="xs">
        <Tag tone='good'>{t('leaderboard.own')}</Tag>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onReset}>
          {t('leaderboard.reset')}
        </Button>
      </Group>
    )
  }
  if (entry.chosen) return <Tag tone='neutral'>{t('leaderboard.chosen')}</Tag>
  if (entry.status !== 'Completed') return null
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={onChoose}
      aria-label={t('leaderboard.chooseLabel', { name: entry.baseModelName })}
    >
      {t('leaderboard.choose')}
    </Button>
  )
}
