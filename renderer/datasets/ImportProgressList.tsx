import { Button, Group, Paper, Progress, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDuration } from '../../shared/duration.ts'
import type { ImportProgress } from '../../shared/imports.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { formatBytes, formatPercent } from '../format.ts'
import { importsQuery } from './imports.ts'

/** What is over sooner needs no bar that flashes by. */
const shownAfterMs = 400
const shownRows = 5

/** Bars of what is being imported, on every page. */
export function ImportProgressList() {
  const { data = [] } = useQuery(importsQuery)
  return (
    <Stack gap="sm" mb={data.length > 0 ? 'md' : 0} aria-live="polite">
      {data.map((progress) => (
        <ImportCard key={progress.importId} progress={progress} />
      ))}
    </Stack>
  )
}

function ImportCard({ progress }: { progress: ImportProgress }) {
  const { t } = useTranslation()
  const { importId, name, bytes, totalBytes, elapsedMs, preview } = progress
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), shownAfterMs)
    return () => clearTimeout(timer)
  }, [])
  if (!isShown) return null
  const share = totalBytes > 0 ? Math.min(bytes / totalBytes, 1) : 0
  const seconds = Math.max(elapsedMs / 1000, 0.1)
  const text =
    bytes === 0
      ? t('intake:progressStart', { name })
      : t('intake:progress', {
          name,
          share: formatPercent(share),
          rate: formatBytes(bytes / seconds),
          left: formatDuration(share > 0 ? (seconds / share) * (1 - share) : 0),
        })
  return (
    <Paper withBorder radius="lg" p="md">
      <Group justify="space-between" wrap="nowrap" mb="xs">
        <Text size="sm" truncate>
          {text}
        </Text>
        <Button
          variant="default"
          size="xs"
          aria-label={t('intake:cancelLabel', { name })}
          onClick={() => void invoke('import.cancel', { importId }).catch(showError)}
        >
          {t('intake:cancel')}
        </Button>
      </Group>
      <Progress value={share * 100} aria-label={text} />
      {preview && (
        <Table mt="sm" fz="xs" layout="fixed" aria-label={t('intake:firstRows', { name })}>
          <Table.Thead>
            <Table.Tr>
              {preview.columns.map((column) => (
                <Table.Th key={column}>{column}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {preview.rows.slice(0, shownRows).map((row, index) => (
              <Table.Tr key={index}>
                {preview.columns.map((column, cell) => (
                  <Table.Td key={column}>
                    <Text size="xs" truncate>
                      {row[cell] ?? ''}
                    </Text>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  )
}
