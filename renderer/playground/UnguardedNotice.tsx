import { Button, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { AppErrorData } from '../../shared/errors.ts'
import { invoke } from '../api.ts'
import { ErrorDataNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'

interface UnguardedNoticeProps {
  readonly error: AppErrorData
  /** Others that wait for the same word. */
  readonly others?: readonly string[]
}

/** Nothing would stop this endpoint: it is made only when someone says so. */
export function UnguardedNotice({ error, others = [] }: UnguardedNoticeProps) {
  const { t } = useTranslation('ship')
  const allow = useMutation({
    mutationFn: () =>
      Promise.all(
        [...new Set([String(error.details['name'] ?? ''), ...others])].map((name) =>
          invoke('endpoint.allowUnguarded', { name }),
        ),
      ),
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
