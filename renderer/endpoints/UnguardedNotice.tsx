import { Button, Stack } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatPrices } from '../../shared/endpoint.ts'
import type { AppErrorData } from '../../shared/errors.ts'
import { invoke } from '../api.ts'
import { ErrorDataNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { endpointsQuery } from '../shipQueries.ts'

interface UnguardedNoticeProps {
  readonly error: AppErrorData
  /** Others that wait for the same word. */
  readonly others?: readonly string[]
}

/** Nothing would stop this endpoint: it is made only when someone says so. */
export function UnguardedNotice({ error, others = [] }: UnguardedNoticeProps) {
  const { t, i18n } = useTranslation('ship')
  const names = [...new Set([String(error.details['name'] ?? ''), ...others])]
  const { data } = useQuery(endpointsQuery)
  const prices = (data?.endpoints ?? []).flatMap(({ name, price }) =>
    price && names.includes(name) ? [price] : [],
  )
  const allow = useMutation({
    mutationFn: () => Promise.all(names.map((name) => invoke('endpoint.allowUnguarded', { name }))),
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
        {prices.length === names.length
          ? t('endpoint.goUnguardedPriced', { price: formatPrices(prices, i18n.language) })
          : t('endpoint.goUnguarded')}
      </Button>
    </Stack>
  )
}
