/** What the rows are like as training material. Made in the background; each figure leads to its rows. */
import {
  Alert,
  Button,
  Group,
  Paper,
  Progress,
  Select,
  SimpleGrid,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ColumnRoles } from '../../shared/dataset.ts'
import type { DatasetProfile, RowExample, RowGroup } from '../../shared/workbench/profile.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatCount, formatPercent } from '../format.ts'
import { baseModelsQuery } from '../queries.ts'
import { LengthHistogram } from './LengthHistogram.tsx'
import { languageName } from './languageName.ts'
import { QualityCard } from './QualityCard.tsx'
import { TopicMap } from './TopicMap.tsx'
import { profileQuery, progressQuery, workbenchQuery } from './workbenchQueries.ts'

interface ProfilePanelProps {
  readonly datasetId: string
  readonly roles: ColumnRoles
  readonly onShowRows: (rows: readonly number[]) => void
}

export function ProfilePanel({ datasetId, roles, onShowRows }: ProfilePanelProps) {
  const { t } = useTranslation('workbench')
  const models = useQuery(baseModelsQuery)
  const [chosen, choose] = useState<string | null>(null)
  const baseModelId = chosen ?? models.data?.[0]?.id ?? null
  const state = useQuery(workbenchQuery(datasetId))
  const { data, error, refetch } = useQuery({
    ...profileQuery({ datasetId, columns: roles, baseModelId }, state.data?.revision ?? ''),
    enabled: models.isFetched && state.data !== undefined,
  })
  const { data: fraction } = useQuery(progressQuery(datasetId, 'profile'))
  return (
    <Stack gap="lg">
      <Group align="flex-end" gap="md">
        <Select
          label={t('profile.baseModel')}
          w={280}
          data={(models.data ?? []).map(({ id, displayName }) => ({
            value: id,
            label: displayName,
          }))}
          value={baseModelId}
          allowDeselect={false}
          onChange={choose}
        />
        {data?.unit === 'characters' && (
          <Text size="sm" c="dimmed" pb={6}>
            {t('profile.charactersOnly')}
          </Text>
        )}
      </Group>
      {error && (
        <>
          <ErrorNotice error={error} />
          <Button
            variant="default"
            onClick={() => void refetch()}
            style={{ alignSelf: 'flex-start' }}
          >
            {t('profile.again')}
          </Button>
        </>
      )}
      {!data && !error && (
        <Stack gap="sm">
          <Text size="sm" role="status">
            {t('profile.reading')}
          </Text>
          <Progress value={(fraction ?? 0) * 100} aria-label={t('profile.reading')} animated />
          <Skeleton h={220} radius="lg" />
        </Stack>
      )}
      {data && <Profile profile={data} onShowRows={onShowRows} />}
    </Stack>
  )
}

interface ProfileProps {
  readonly profile: DatasetProfile
  readonly onShowRows: (rows: readonly number[]) => void
}

function Profile({ profile, onShowRows }: ProfileProps) {
  const { t, i18n } = useTranslation('workbench')
  const count = (value: number) => formatCount(value, i18n.language)
  const { overLimit, nearDuplicates, conflicts } = profile
  const listed = [
    overLimit &&
      overLimit.count > 0 && {
        key: 'overLimit',
        text: t('profile.overLimit', {
          count: overLimit.count,
          shown: count(overLimit.count),
          limit: count(overLimit.limit),
          share: formatPercent(overLimit.cutShare),
        }),
        rows: numbers(overLimit.rows),
      },
    profile.exactDuplicates.count > 0 && {
      key: 'exact',
      text: t('profile.exact', {
        count: profile.exactDuplicates.count,
        shown: count(profile.exactDuplicates.count),
      }),
      rows: numbers(profile.exactDuplicates.rows),
    },
    nearDuplicates.count > 0 && {
      key: 'near',
      text: t('profile.near', { count: nearDuplicates.count, shown: count(nearDuplicates.count) }),
      rows: nearDuplicates.groups.flatMap((group) => numbers(group.rows)),
    },
    conflicts.count > 0 && {
      key: 'conflicts',
      text: t('profile.conflicts', { count: conflicts.count, shown: count(conflicts.count) }),
      rows: conflicts.groups.flatMap((group) => numbers(group.rows)),
    },
    profile.shortAnswers.count > 0 && {
      key: 'short',
      text: t('profile.short', {
        count: profile.shortAnswers.count,
        shown: count(profile.shortAnswers.count),
      }),
      rows: numbers(profile.shortAnswers.rows),
    },
    profile.mixedLanguages.count > 0 && {
      key: 'mixed',
      text: t('profile.mixed', {
        count: profile.mixedLanguages.count,
        shown: count(profile.mixedLanguages.count),
      }),
      rows: numbers(profile.mixedLanguages.rows),
    },
  ].filter((item) => item !== false && item !== null)
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <QualityCard quality={profile.quality} />
        <Card title={t('profile.toLookAt')}>
          {listed.length === 0 && <Text size="sm">{t('profile.nothingToLookAt')}</Text>}
          <Stack gap="xs">
            {listed.map(({ key, text, rows }) => (
              <Group key={key} justify="space-between" wrap="nowrap" align="flex-start">
                <Text size="sm">{text}</Text>
                <Button
                  size="compact-xs"
                  variant="light"
                  style={{ flexShrink: 0 }}
                  aria-label={t('profile.showRowsOf', { what: text })}
                  onClick={() => onShowRows(rows)}
                >
                  {t('profile.showRows')}
                </Button>
              </Group>
            ))}
          </Stack>
        </Card>
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card title={t('profile.questionLengths')}>
          <LengthHistogram
            histogram={profile.question}
            unit={profile.unit}
            label={t('profile.questionLengths')}
          />
        </Card>
        <Card title={t('profile.answerLengths')}>
          <LengthHistogram
            histogram={profile.answer}
            unit={profile.unit}
            label={t('profile.answerLengths')}
          />
        </Card>
      </SimpleGrid>
      <Card title={t('profile.topics')}>
        {profile.topics.length === 0 ? (
          <Text size="sm">{t('profile.noTopics')}</Text>
        ) : (
          <>
            {profile.topicRowCount < profile.filledRowCount && (
              <Text size="sm" c="dimmed" mb="xs">
                {t('profile.sampled', {
                  sample: count(profile.topicRowCount),
                  all: count(profile.filledRowCount),
                })}
              </Text>
            )}
            <TopicMap
              topics={profile.topics}
              withoutTopic={profile.withoutTopic}
              onShowRows={onShowRows}
            />
          </>
        )}
      </Card>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card title={t('profile.languages')}>
          <Table fz="sm" aria-label={t('profile.languages')}>
            <Table.Tbody>
              {profile.languages.slice(0, 8).map(({ code, count: rows }) => (
                <Table.Tr key={code}>
                  <Table.Td>
                    {code === 'und' ? t('profile.unclear') : languageName(code, i18n.language)}
                  </Table.Td>
                  <Table.Td ta="right">{count(rows)}</Table.Td>
                  <Table.Td ta="right" c="dimmed">
                    {formatPercent(rows / Math.max(profile.filledRowCount, 1))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Card>
        <Card title={t('profile.alike')}>
          {nearDuplicates.groups.length + conflicts.groups.length === 0 && (
            <Text size="sm">{t('profile.noneAlike')}</Text>
          )}
          <Groups groups={nearDuplicates.groups.slice(0, 4)} onShowRows={onShowRows} />
          <Groups groups={conflicts.groups.slice(0, 4)} onShowRows={onShowRows} />
        </Card>
      </SimpleGrid>
    </>
  )
}

const numbers = (rows: readonly RowExample[]) => rows.map(({ row }) => row)

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder radius="lg" p="md" component="section" aria-label={title}>
      <Title order={3} mb="sm">
        {title}
      </Title>
      {children}
    </Paper>
  )
}

function Groups({
  groups,
  onShowRows,
}: {
  groups: readonly RowGroup[]
  onShowRows: (rows: readonly number[]) => void
}) {
  const { t } = useTranslation('workbench')
  return groups.map(({ count, rows }) => (
    <Alert key={rows[0]?.row} variant="light" color="gray" mb="xs" p="xs">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm" lineClamp={2}>
          {rows[0]?.text}
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          style={{ flexShrink: 0 }}
          onClick={() => onShowRows(numbers(rows))}
        >
          {t('profile.groupRows', { count })}
        </Button>
      </Group>
    </Alert>
  ))
}
