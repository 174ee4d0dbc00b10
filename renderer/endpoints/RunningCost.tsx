import { Text, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { paidWords, runningCostOf, type RunningCost as Cost } from '../../shared/runningCost.ts'
import { useNavigate } from '../navigation.tsx'
import { endpointsQuery, paidJobsQuery } from '../shipQueries.ts'
import { asReckoned, formatSums } from '../../shared/cost.ts'
import { formatPrices } from '../../shared/endpoint.ts'
import { useNow } from './useNow.ts'

/** What runs and costs, on every page and in the window's title. Nothing while nothing costs. */
export function RunningCost() {
  const { t, i18n } = useTranslation('ship')
  const navigate = useNavigate()
  const { data } = useQuery(endpointsQuery)
  const now = useNow(30_000)
  const { data: jobs = [] } = useQuery(paidJobsQuery)
  const cost = runningCostOf(data?.endpoints ?? [], jobs, now)
  const what =
    cost && paidWords(cost, (kind, count) => t(`analysis:paid.${kind}`, { count }), i18n.language)
  const words =
    cost &&
    t(cost.isKnown ? 'running.cost' : 'running.unknown', {
      what,
      perHour: formatPrices(cost.prices, i18n.language),
      soFar: asReckoned(formatSums(cost.soFar, i18n.language), cost.isReckoned),
    })
  useEffect(() => {
    document.title = words === null ? 'Timbre' : `Timbre – ${words}`
  }, [words])
  if (cost === null) return null
  return (
    <UnstyledButton onClick={() => navigate({ page: pageOf(cost) })} p={4}>
      <Text size="xs" fw={600} role="status">
        {words}
      </Text>
    </UnstyledButton>
  )
}

/** Where the first of it is seen and ended. */
function pageOf({ counts }: Cost) {
  const pages = { endpoint: 'endpoints', training: 'models', transform: 'batch' } as const
  return pages[counts[0]?.kind ?? 'endpoint']
}
