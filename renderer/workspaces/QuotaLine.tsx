import { Alert, Button, Group, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Quota } from '../../shared/cost.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'

interface QuotaLineProps {
  readonly workspaceId: string
  readonly instanceType: string
  readonly quota: Quota | null
  /** Machines that are wanted at once. */
  readonly count: number
  /** Each has a quota of its own. */
  readonly use: 'training' | 'spot' | 'endpoint'
}

/** Whether the account may run as many, and a button to ask AWS for more. */
export function QuotaLine({ workspaceId: id, instanceType, quota, count, use }: QuotaLineProps) {
  const { t } = useTranslation('workspaces')
  const ask = useMutation({
    mutationFn: (quotaCode: string) =>
      invoke('preflight.requestIncrease', { id, quotaCode, wanted: count }),
    onError: showError,
  })
  if (!quota)
    return (
      <Text size="sm" c="dimmed">
        {t('cost.quotaUnknown')}
      </Text>
    )
  if (quota.value >= count)
    return <Text size="sm">{t(`cost.quotaOk.${use}`, { limit: quota.value, instanceType })}</Text>
  return (
    <Alert color="orange" role="note">
      <Group justify="space-between">
        <Text size="sm">
          {quota.value === 0
            ? t(`cost.quotaZero.${use}`, { instanceType })
            : t(`cost.quotaOk.${use}`, { limit: quota.value, instanceType })}
        </Text>
        {ask.data ? (
          <Text size="sm">{t('cost.increased', { status: ask.data.status })}</Text>
        ) : (
          <Button
            size="compact-sm"
            disabled={!quota.isAdjustable}
            loading={ask.isPending}
            onClick={() => ask.mutate(quota.code)}
          >
            {t('cost.increase', { count })}
          </Button>
        )}
      </Group>
    </Alert>
  )
}
