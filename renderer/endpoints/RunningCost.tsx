import { Text, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { costSoFar, isBillable } from '../../shared/endpoint.ts'
import { useNavigate } from '../navigation.tsx'
import { endpointsQuery } from '../shipQueries.ts'
import { formatSmallMoney } from '../../shared/cost.ts'
import { useNow } from './useNow.ts'

/** What runs and costs, on every page and in the window's title. Nothing while nothing costs. */
export function RunningCost() {
  const { t, i18n } = useTranslation('ship')
  const navigate = useNavigate()
  const { data } = useQuery(endpointsQuery)
  const now = useNow(30_000)
  const billable = (data?.endpoints ?? []).filter(isBillable)
  const currency = billable.find(({ price }) => price)?.price?.currency ?? 'USD'
  const perHour = billable.reduce((sum, { price }) => sum + (price?.perHour ?? 0), 0)
  const soFar = billable.reduce((sum, endpoint) => sum + (costSoFar(endpoint, now) ?? 0), 0)
  const isKnown = billable.every(({ price }) => price !== null)
  const words = isKnown
    ? t('endpoint.running', {
        count: billable.length,
        perHour: formatSmallMoney(perHour, currency, i18n.language),
        soFar: formatSmallMoney(soFar, currency, i18n.language),
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
