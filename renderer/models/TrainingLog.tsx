import { Alert, Code, Stack, Text, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { findTroubleLines, searchLines } from '../../shared/logReading.ts'
import { logQuery } from '../queries.ts'

interface TrainingLogProps {
  readonly candidateId: string
  readonly hasFailed: boolean
}

/** What a job wrote, to be searched; of one that failed, the lines that say why come first. */
export function TrainingLog({ candidateId, hasFailed }: TrainingLogProps) {
  const { t } = useTranslation()
  const { data } = useQuery({ ...logQuery(candidateId), staleTime: 0 })
  const [search, setSearch] = useState('')
  if (!data) return null
  if (data.length === 0) return <Text c="dimmed">{t('candidate.logEmpty')}</Text>
  const lines = data.map(({ line }) => line)
  const trouble = hasFailed ? findTroubleLines(lines) : []
  const found = searchLines(lines, search)
  return (
    <Stack gap="sm">
      {trouble.length > 0 && (
        <Alert
          color="red"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          title={t('workspaces:log.whatWentWrong')}
          role="note"
        >
          <Stack gap={4}>
            {trouble.map(({ index, kind }) => (
              <div key={index}>
                <Text size="sm">{t(`workspaces:log.kinds.${kind}`)}</Text>
                <Code block>{lines[index]}</Code>
              </div>
            ))}
          </Stack>
        </Alert>
      )}
      <TextInput
        label={t('workspaces:log.search')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {search.trim() !== '' && (
        <Text size="sm" c="dimmed" role="status">
          {t('workspaces:log.found', { count: found.length })}
        </Text>
      )}
      <Text component="pre" fz="xs" ff="monospace" className="invisible" tabIndex={0}>
        {found.map((index) => lines[index]).join('\n')}
      </Text>
    </Stack>
  )
}
