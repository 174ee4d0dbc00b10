import { Alert, Button, Group, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { LeaderboardEntry } from '../../shared/leaderboard.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { formatMeasure, formatPercent } from '../format.ts'

/** Says that a running candidate is well behind, and offers to stop it; it can go on later. */
export function LaggingNotice({ entry }: { entry: LeaderboardEntry }) {
  const { t } = useTranslation()
  const retire = useMutation({
    mutationFn: () => invoke('candidate.stop', { candidateId: entry.candidateId }),
    onError: showError,
  })
  const { lagging } = entry
  if (!lagging) return null
  return (
    <Alert color="orange" mt="sm">
      <Group justify="space-between" gap="xs">
        <Text size="sm" flex="1 1 24rem">
          {t('analysis:leaderboard.lagging', {
            name: entry.baseModelName,
            other: lagging.behind,
            share: formatPercent(lagging.share),
            own: formatMeasure(lagging.own),
            best: formatMeasure(lagging.other),
          })}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          loading={retire.isPending}
          onClick={() => retire.mutate()}
        >
          {t('analysis:leaderboard.retire', { name: entry.baseModelName })}
        </Button>
      </Group>
    </Alert>
  )
}
