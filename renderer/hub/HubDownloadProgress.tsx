import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatDuration } from '../../shared/duration.ts'
import type { HubDownload } from '../../shared/hubModel.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { formatBytes } from '../format.ts'

/** How far a download is, and the way out of it. */
export function HubDownloadProgress({ download }: { download: HubDownload }) {
  const { t } = useTranslation()
  const cancel = useMutation({ mutationFn: () => invoke('hubModel.cancel'), onError: showError })
  const { repo, phase, receivedBytes, totalBytes, bytesPerSecond, secondsLeft } = download
  const facts = [
    t('hub.received', { received: formatBytes(receivedBytes), total: formatBytes(totalBytes) }),
    bytesPerSecond === null ? '' : `${formatBytes(Math.round(bytesPerSecond))}/s`,
    secondsLeft === null ? '' : t('candidate.left', { time: formatDuration(secondsLeft) }),
  ]
  return (
    <Stack gap="xs" w="100%">
      <Text size="sm" role="status" className="invisible">
        {phase === 'adding'
          ? t('wizard.checking', { name: repo })
          : t('hub.downloading', { name: repo })}
      </Text>
      <Progress
        value={totalBytes === 0 ? 0 : (100 * receivedBytes) / totalBytes}
        animated={phase === 'adding'}
        aria-label={repo}
      />
      <Group justify="space-between" mih={36}>
        <Text size="sm" c="dimmed">
          {phase === 'adding' || totalBytes === 0
            ? ''
            : facts.filter((fact) => fact !== '').join(' · ')}
        </Text>
        <Button
          variant="default"
          size="sm"
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          {t('hub.cancel')}
        </Button>
      </Group>
    </Stack>
  )
}
