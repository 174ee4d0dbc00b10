/** What begins to cost by the hour when models are asked: test endpoints that do not run yet. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatPrices, hasTestEndpoint } from '../../shared/endpoint.ts'
import type { Sentence } from '../../shared/evaluationSentences.ts'
import type { Model } from '../../shared/model.ts'
import { reckonedPriceSentences } from '../../shared/reckonedPriceSentences.ts'
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
  /** How they were reckoned, if AWS's list did not tell them. */
  readonly notes: readonly Sentence[]
  /** It is being looked up; until then nothing should be started. */
  readonly isPending: boolean
}

export function useStartPrice(candidateIds: readonly string[]): StartPrice {
  const { language } = useTranslation().i18n
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
  return {
    count: starting.length,
    perHour:
      known.length > 0 && known.length === starting.length ? formatPrices(known, language) : null,
    notes: prices.flatMap(({ data }, index) =>
      data && data.reckonedIn !== null
        ? reckonedPriceSentences(
            data.reckonedIn,
            defaults[index]?.data?.instanceType ?? '',
            language,
          )
        : [],
    ),
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
