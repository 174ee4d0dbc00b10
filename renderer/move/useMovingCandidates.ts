import { useQueries } from '@tanstack/react-query'
import type { BaseModel, ModelVersion } from '../../shared/model.ts'
import { catalogModelQuery, licenceQuery } from '../queries.ts'
import { completeMove, moveTarget, type MoveDraft, type MovePlan } from '../../shared/movePlan.ts'
import { cutRowsQuery } from './queries.ts'

export interface Moving {
  readonly candidateId: string
  readonly isPending: boolean
  readonly error: Error | null
  /** Null while something is being read. */
  readonly plan: MovePlan | null
}

/** What AWS and the data say of each choice. */
export function useMovingCandidates(
  { workspaceId, choices, sampleRows }: MoveDraft,
  version: ModelVersion,
  local: readonly BaseModel[],
): Moving[] {
  const described = useQueries({
    queries: choices.map(({ baseModelId }) => catalogModelQuery(workspaceId, baseModelId)),
  })
  const licences = useQueries({
    queries: choices.map(({ baseModelId }, index) => ({
      ...licenceQuery(workspaceId, baseModelId),
      enabled: Boolean(described[index]?.data?.cloud?.eula),
    })),
  })
  const targets = choices.map(({ candidateId, typed }, index) => {
    const candidate = version.candidates.find(({ id }) => id === candidateId)
    const target = described[index]?.data
    if (!candidate || !target) return null
    return moveTarget(candidate, target, version, typed)
  })
  const cuts = useQueries({
    queries: targets.map((found) => ({
      ...cutRowsQuery({
        versionId: version.id,
        mostTokens: found?.mostTokens ?? null,
        sampleRows: sampleRows ?? version.sampleRows ?? null,
        reason: 'tokens' as const,
        from: 0,
      }),
      enabled: found !== null,
    })),
  })
  return choices.map(({ candidateId }, index): Moving => {
    const found = targets[index] ?? null
    const cut = cuts[index]?.data
    const licence = licences[index]
    const needsLicence = Boolean(found?.target.cloud?.eula)
    const error = described[index]?.error ?? cuts[index]?.error ?? licence?.error ?? null
    if (!found || !cut || (needsLicence && licence?.data === undefined))
      return { candidateId, isPending: error === null, error, plan: null }
    // Null: there is nothing to accept after all.
    const isLicensed = !needsLicence || !licence?.data || licence.data.acceptedAtMs !== null
    return {
      candidateId,
      isPending: false,
      error,
      plan: completeMove(found, local, cut, isLicensed),
    }
  })
}
