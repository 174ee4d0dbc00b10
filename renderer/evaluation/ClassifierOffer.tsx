import { Button, Group, Paper, Progress, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '../../shared/bytes.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { classifierProgressQuery, classifierQuery } from '../queries.ts'

/** Whether the toxicity classifier is on this computer, and the ways to get it here. */
export function ClassifierOffer() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data: state } = useQuery(classifierQuery)
  const { data: progress } = useQuery(classifierProgressQuery)
  const change = useMutation({
    mutationFn: (how: 'download' | 'choose' | 'remove') => invoke(`toxicityClassifier.${how}`),
    onSuccess: (changed) => changed && client.setQueryData(classifierQuery.queryKey, changed),
    onError: showError,
  })
  const cancel = useMutation({ mutationFn: () => invoke('toxicityClassifier.cancel') })
  if (!state) return null
  const say = (key: string) => t(`analysis:toxicity.${key}`)
  if (progress) {
    const text = t('analysis:toxicity.downloading', {
      done: formatBytes(progress.receivedBytes),
      total: formatBytes(progress.totalBytes),
    })
    return (
      <Paper withBorder radius="lg" p="md">
        <Group>
          <Progress
            flex={1}
            value={(100 * progress.receivedBytes) / Math.max(1, progress.totalBytes)}
            aria-label={text}
          />
          <Text size="sm" role="status">
            {text}
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => cancel.mutate()}>
            {say('cancel')}
          </Button>
        </Group>
      </Paper>
    )
  }
  const isHere = state.sizeBytes !== null
  return (
    <Paper withBorder radius="lg" p="md">
      <Group justify="space-between">
        <Text size="sm" flex="1 1 22rem">
          {say(isHere ? 'ready' : 'getNote')}
        </Text>
        {isHere ? (
          <Button size="compact-sm" variant="default" onClick={() => change.mutate('remove')}>
            {say('remove')}
          </Button>
        ) : (
          <Group gap="xs">
            {(['download', 'choose'] as const).map((how) => (
              <Button
                key={how}
                size="compact-sm"
                variant="default"
                loading={change.isPending}
                onClick={() => change.mutate(how)}
              >
                {say(how)}
              </Button>
            ))}
          </Group>
        )}
      </Group>
    </Paper>
  )
}
