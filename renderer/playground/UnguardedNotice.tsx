import { Button, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { AppErrorData } from '../../shared/errors.ts'
import { invoke } from '../api.ts'
import { ErrorDataNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'

/** Nothing would stop this endpoint: it is made only when someone says so. */
export function UnguardedNotice({ error }: { error: AppErrorData }) {
  const { t } = useTranslation('ship')
  const allow = useMutation({
    mutationFn: () =>
      invoke('endpoint.allowUnguarded', { name: String(error.details['name'] ?? '') }),
    onError: showError,
  })
  return (
    <Stack gap="xs" align="flex-start">
      <ErrorDataNotice error={error} />
      <Button
        size="compact-sm"
        variant="default"
        loading={allow.isPending}
        disabled={allow.isSuccess}
        onClick={() => allow.mutate()}
      >
        {t('endpoint.goUnguarded')}
      </Button>
    </Stack>
  )
}
