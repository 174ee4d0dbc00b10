import { Text, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { costSoFar, formatPrices, isBillable } from '../../shared/endpoint.ts'
import { useNavigate } from '../navigation.tsx'
import { endpointsQuery } from '../shipQueries.ts'
import { formatSums } from '../../shared/cost.ts'
import { useNow } from './useNow.ts'

/** What runs and costs, on every page and in the window's title. Nothing while nothing costs. */
export function RunningCost() {
  const { t, i18n } = useTranslation('ship')
  const navigate = useNavigate()
  const { data } = useQuery(endpointsQuery)
  const now = useNow(30_000)
  const billable = (data?.endpoints ?? []).filter(isBillable)
  const prices = billable.flatMap(({ price }) => price ?? [])
  const soFar = billable.flatMap((endpoint) =>
    endpoint.price
      ? [{ amount: costSoFar(endpoint, now) ?? 0, currency: endpoint.price.currency }]
      : [],
  )
  const isKnown = prices.length === billable.length
  const words = isKnown
    ? t('endpoint.running', {
        count: billable.length,
        perHour: formatPrices(prices, i18n.language),
        soFar: formatSums(soFar, i18n.language),
      })
    : t('endpoint.runningUnknown', { count: billable.length })
  const isShown = billable.length > 0
  useEffect(() => {
    document.title = isShown ? `Timbre – ${words}` : 'Timbre'
  }, [isShown, words])
  if (!isShown) return null
  return (
    <UnstyledButton onClick={() => navigate({ page: 'endpoints' })} p={4}>
      <Text size="xs" fw={600} role="status">
        {words}
      </Text>
    </UnstyledButton>
  )
}
