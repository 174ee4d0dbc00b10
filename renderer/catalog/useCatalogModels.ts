import { useQueries, useQuery } from '@tanstack/react-query'
import type { BaseModel } from '../../shared/model.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { catalogModelQuery, pricesQuery } from '../queries.ts'
import type { WizardDraft } from '../wizard/wizardState.ts'
import type { StartPrices } from '../../shared/startCost.ts'
import { noPrices } from './catalogFilter.ts'

export interface CatalogModels {
  /** The chosen ones that are known by now, with their forms. */
  readonly baseModels: readonly BaseModel[]
  readonly isPending: boolean
  readonly error: Error | null
  readonly prices: StartPrices
}

/** What the account at AWS says of the base models that were chosen; nothing on this computer. */
export function useCatalogModels({ workspaceId, baseModelIds }: WizardDraft): CatalogModels {
  const isCloud = workspaceId !== localWorkspaceId
  const described = useQueries({
    queries: isCloud ? baseModelIds.map((id) => catalogModelQuery(workspaceId, id)) : [],
  })
  // Without the right to ask for prices everything else works.
  const { data: prices, isLoading } = useQuery({ ...pricesQuery(workspaceId), enabled: isCloud })
  return {
    baseModels: described.flatMap(({ data }) => data ?? []),
    isPending: isLoading || described.some(({ isPending }) => isPending),
    error: described.find(({ error }) => error)?.error ?? null,
    prices: prices ?? noPrices,
  }
}
