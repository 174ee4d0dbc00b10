import { Button, Group, Menu, Paper, Progress, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Upload } from '../../shared/upload.ts'
import { invoke } from '../api.ts'
import { ErrorDataNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { Tag, type Tone } from '../components/Tag.tsx'
import { formatBytes } from '../format.ts'
import { datasetsQuery } from '../queries.ts'
import { uploadsQuery } from './queries.ts'

const tones: Record<Upload['state'], Tone> = {
  sending: 'busy',
  paused: 'attention',
  interrupted: 'attention',
  completed: 'good',
  failed: 'bad',
}

/** What was sent to this workspace's bucket, and what is on its way. */
export function UploadsPanel({ workspaceId }: { workspaceId: string }) {
  const { t } = useTranslation('workspaces')
  const { data: uploads = [] } = useQuery(uploadsQuery)
  const { data: datasets = [] } = useQuery(datasetsQuery)
  const send = useMutation({
    mutationFn: (datasetId: string) => invoke('upload.sendDataset', { workspaceId, datasetId }),
    onError: showError,
  })
  const own = uploads.filter((upload) => upload.workspaceId === workspaceId)
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{t('uploads.title')}</Title>
        <Menu>
          <Menu.Target>
            <Button variant="default" disabled={datasets.length === 0} loading={send.isPending}>
              {t('uploads.send')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {datasets.map(({ id, name }) => (
              <Menu.Item key={id} onClick={() => send.mutate(id)}>
                {name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Group>
      {own.length === 0 ? (
        <Text c="dimmed">{t('uploads.empty')}</Text>
      ) : (
        <Stack gap="sm">
          {own.map((upload) => (
            <UploadCard key={upload.id} upload={upload} />
          ))}
        </Stack>
      )}
    </section>
  )
}

function UploadCard({ upload }: { upload: Upload }) {
  const { t } = useTranslation('workspaces')
  const client = useQueryClient()
  const { id, name, state, sentBytes, sizeBytes } = upload
  const act = useMutation({
    mutationFn: async (call: 'upload.pause' | 'upload.resume' | 'upload.cancel') => {
      await invoke(call, { id })
      if (call === 'upload.cancel')
        client.setQueryData(uploadsQuery.queryKey, (known: Upload[] | undefined) =>
          known?.filter((one) => one.id !== id),
        )
    },
    onError: showError,
  })
  const isOpen = state === 'paused' || state === 'interrupted' || state === 'failed'
  return (
    <Paper withBorder radius="lg" p="md">
      <Stack gap="xs">
        <Group justify="space-between">
          <Group gap="sm">
            <Text fw={500}>{name}</Text>
            <Tag tone={tones[state]}>
              {t(upload.wasThere ? 'uploads.wasThere' : `uploads.state.${state}`)}
            </Tag>
          </Group>
          <Group gap="xs">
            {state === 'sending' && (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t('uploads.pauseLabel', { name })}
                onClick={() => act.mutate('upload.pause')}
              >
                {t('uploads.pause')}
              </Button>
            )}
            {isOpen && (
              <Button
                size="compact-sm"
                aria-label={t('uploads.resumeLabel', { name })}
                loading={act.isPending}
                onClick={() => act.mutate('upload.resume')}
              >
                {t('uploads.resume')}
              </Button>
            )}
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={t(state === 'completed' ? 'uploads.removeLabel' : 'uploads.cancelLabel', {
                name,
              })}
              onClick={() => act.mutate('upload.cancel')}
            >
              {t(state === 'completed' ? 'uploads.remove' : 'uploads.cancel')}
            </Button>
          </Group>
        </Group>
        {state !== 'completed' && (
          <>
            <Progress
              value={sizeBytes === 0 ? 100 : (100 * sentBytes) / sizeBytes}
              aria-label={t('uploads.label', { name })}
            />
            <Text size="sm" c="dimmed">
              {t('uploads.progress', {
                sent: formatBytes(sentBytes),
                total: formatBytes(sizeBytes),
              })}
              {upload.bytesPerSecond !== null &&
                ` · ${t('uploads.rate', { rate: formatBytes(upload.bytesPerSecond) })}`}
            </Text>
          </>
        )}
        {upload.failure && <ErrorDataNotice error={upload.failure} />}
      </Stack>
    </Paper>
  )
}
