import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '../../shared/bytes.ts'
import type { ScoringModelState } from '../../shared/scoringModel.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { showMessage } from '../components/showMessage.ts'
import { useDiskChange } from '../disk/diskQueries.ts'
import { scoringModelProgressQuery, scoringModelsQuery } from '../queries.ts'

/** The models that score answers where they are on this computer, and the ways to get them here. */
export function ScoringModelsChoice() {
  const { t } = useTranslation()
  const id = useId()
  const { data: models = [] } = useQuery(scoringModelsQuery)
  return (
    <section aria-labelledby={id}>
      <Text size="sm" fw={500} id={id}>
        {t('analysis:scoringModel.title')}
      </Text>
      <Stack gap="xs" mt={6}>
        {models.map((model) => (
          <ScoringModelRow key={model.name} model={model} />
        ))}
      </Stack>
    </section>
  )
}

function ScoringModelRow({ model: { name, sizeBytes } }: { readonly model: ScoringModelState }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data: progress } = useQuery(scoringModelProgressQuery(name))
  const say = (key: string, values?: Record<string, string>) =>
    t(`analysis:scoringModel.${name}.${key}`, values ?? {})
  const get = useMutation({
    mutationFn: (how: 'download' | 'choose') => invoke(`scoringModel.${how}`, { name }),
    onSuccess(listed) {
      if (!listed) return
      client.setQueryData(scoringModelsQuery.queryKey, listed)
      // A finished report may get more with it.
      void client.invalidateQueries({ queryKey: ['evaluationEstimate'] })
    },
    onError: showError,
  })
  const cancel = useMutation({ mutationFn: () => invoke('scoringModel.cancel', { name }) })
  const remove = useDiskChange(() => showMessage({ message: t('disk:deleted') }))
  if (progress) {
    const text = say('downloading', {
      done: formatBytes(progress.receivedBytes),
      total: formatBytes(progress.totalBytes),
    })
    return (
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
          {t('analysis:scoringModel.cancel')}
        </Button>
      </Group>
    )
  }
  if (sizeBytes !== null)
    return (
      <Group justify="space-between">
        <Text size="sm" flex="1 1 22rem">
          {say('ready', { size: formatBytes(sizeBytes) })}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          loading={remove.isPending}
          onClick={() =>
            remove.mutate({ type: 'delete', item: { kind: 'scoringModel', id: name } })
          }
        >
          {say('remove')}
        </Button>
      </Group>
    )
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed" flex="1 1 22rem">
        {say('getNote')}
      </Text>
      <Group gap="xs">
        {(['download', 'choose'] as const).map((how) => (
          <Button
            key={how}
            size="compact-sm"
            variant="default"
            loading={get.isPending && get.variables === how}
            disabled={get.isPending}
            onClick={() => get.mutate(how)}
          >
            {say(how)}
          </Button>
        ))}
      </Group>
    </Group>
  )
}
