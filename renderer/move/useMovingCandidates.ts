import { useQueries } from '@tanstack/react-query'
import type { CutRows } from '../../shared/cutRows.ts'
import type { BaseModel, ModelVersion } from '../../shared/model.ts'
import { mostTokensOf, type MovedSetting } from '../../shared/moveSettings.ts'
import { catalogModelQuery, licenceQuery } from '../queries.ts'
import {
  hyperparametersOf,
  movedSettings,
  movedTemplate,
  problemOf,
  type MoveDraft,
  type MoveProblem,
  type MovingCandidate,
} from './moveState.ts'
import { cutRowsQuery } from './queries.ts'

export interface MovePlan extends MovingCandidate {
  readonly moved: readonly MovedSetting[]
  readonly isTemplateLost: boolean
  readonly mostTokens: number | null
  readonly cut: CutRows
  readonly problem: MoveProblem | null
}

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
    const moved = movedSettings(candidate, target, version.trainingRowCount)
    const settings = hyperparametersOf(moved, typed)
    const mostTokens = mostTokensOf(target.cloud?.tokens ?? null, settings)
    return { candidate, target, moved, settings, mostTokens }
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
    const { template, isLost } = movedTemplate(found.candidate, local, found.target)
    return {
      candidateId,
      isPending: false,
      error,
      plan: {
        ...found,
        template,
        isTemplateLost: isLost,
        cut,
        problem: problemOf(found.target, found.settings, cut, isLicensed),
      },
    }
  })
}
