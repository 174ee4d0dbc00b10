/** That a split is being looked at, once it takes longer than a moment, and the way to stop it. */
import { Button, Group, Paper, Progress, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { AppError } from '../../shared/errors.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { progressQuery } from './workbenchQueries.ts'

/** How a query for a split stands. */
export interface SplitLook {
  readonly isFetching: boolean
  readonly error: Error | null
  readonly again: () => void
}

const momentMs = 600

export function SplitProgress({ datasetId, look }: { datasetId: string; look: SplitLook }) {
  const { t } = useTranslation('workbench')
  const { isFetching, error, again } = look
  const [hasTakenLong] = useDebouncedValue(isFetching, momentMs)
  const { data: fraction } = useQuery(progressQuery(datasetId, 'split'))
  if (isFetching) {
    if (!hasTakenLong) return null
    const stop = () => invoke('workbench.cancel', { datasetId, what: 'split' }).catch(showError)
    return (
      <Paper withBorder radius="lg" p="md" mb="md">
        <Group justify="space-between" wrap="nowrap" mb="xs">
          <Text size="sm" role="status">
            {t('split.looking')}
          </Text>
          <Button
            variant="default"
            size="compact-sm"
            style={{ flexShrink: 0 }}
            onClick={() => void stop()}
          >
            {t('split.stop')}
          </Button>
        </Group>
        <Progress value={(fraction ?? 0) * 100} aria-label={t('split.looking')} animated />
      </Paper>
    )
  }
  if (!error) return null
  const isStopped = error instanceof AppError && error.code === 'Cancelled'
  if (!isStopped) return <ErrorNotice error={error} />
  return (
    <Paper withBorder radius="lg" p="md" mb="md">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{t('split.stopped')}</Text>
        <Button variant="light" size="compact-sm" style={{ flexShrink: 0 }} onClick={again}>
          {t('split.lookAgain')}
        </Button>
      </Group>
    </Paper>
  )
}
