/** What begins to cost by the hour when models are asked: test endpoints that do not run yet. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatSmallMoney } from '../../shared/cost.ts'
import { hasTestEndpoint } from '../../shared/endpoint.ts'
import type { Model } from '../../shared/model.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { modelsQuery } from '../queries.ts'
import { deployDefaultsQuery, endpointsQuery } from '../shipQueries.ts'
import { machinePriceQuery } from './useMachinePrice.ts'

export interface StartPrice {
  /** Endpoints that would be started. */
  readonly count: number
  /** Of all of them together, in words; null: not known. */
  readonly perHour: string | null
  /** It is being looked up; until then nothing should be started. */
  readonly isPending: boolean
}

export function useStartPrice(candidateIds: readonly string[]): StartPrice {
  const { i18n } = useTranslation()
  const { data: models = [] } = useQuery(modelsQuery)
  const { data: state } = useQuery(endpointsQuery)
  const starting = candidateIds.filter(
    (id) => needsEndpoint(models, id) && !hasTestEndpoint(state?.endpoints ?? [], id),
  )
  const defaults = useQueries({
    queries: starting.map((id) => ({ ...deployDefaultsQuery(id), retry: false })),
  })
  const prices = useQueries({
    queries: defaults.map(({ data }) => ({
      ...machinePriceQuery(data?.workspaceId ?? '', data?.instanceType ?? ''),
      enabled: data !== undefined,
    })),
  })
  const known = prices.flatMap(({ data }) => data ?? [])
  const [first] = known
  const sum = known.reduce((total, { perHour }) => total + perHour, 0)
  return {
    count: starting.length,
    perHour:
      first && known.length === starting.length
        ? formatSmallMoney(sum, first.currency, i18n.language)
        : null,
    isPending:
      defaults.some(({ isLoading }) => isLoading) || prices.some(({ isLoading }) => isLoading),
  }
}

/** Bedrock answers without one, by the token. */
function needsEndpoint(models: readonly Model[], candidateId: string): boolean {
  return models.some(({ versions }) =>
    versions.some(
      ({ workspaceId, candidates }) =>
        workspaceId !== localWorkspaceId &&
        candidates.some(
          ({ id, baseModelId }) =>
            id === candidateId && readBaseModelId(baseModelId).way !== 'bedrock',
        ),
    ),
  )
}
