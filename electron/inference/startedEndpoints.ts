/** What begins to cost by the hour when models are asked: test endpoints that do not run yet. */
import {
  currentRevision,
  isBillable,
  type Endpoint,
  type StartedEndpoint,
} from '../../shared/endpoint.ts'
import type { AskedSide } from '../../shared/playground.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { getCandidate } from '../db/candidates.ts'
import { getVersion } from '../db/models.ts'
import type { PriceOf } from '../endpoints/endpointService.ts'
import { servedSide, type SpeakerFacts } from './speakers.ts'

export interface StartedOptions extends SpeakerFacts {
  readonly endpoints: () => readonly Endpoint[]
  readonly priceOf: PriceOf
}

/** Each as what it would run on: a base model's machine need not be its candidate's. */
export async function startedEndpoints(
  options: StartedOptions,
  asked: readonly AskedSide[],
): Promise<StartedEndpoint[]> {
  const started = await Promise.all(
    asked.map(async ({ candidateId, side }) => {
      const candidate = getCandidate(options.db, candidateId)
      const { workspaceId } = getVersion(options.db, candidate.versionId)
      if (workspaceId === localWorkspaceId) return []
      const served = await servedSide(options, side, candidate, workspaceId)
      if (served.kind !== 'wish') return []
      const { modelKey, variants } = served.wish
      if (options.endpoints().some((one) => isTestOf(one, workspaceId, modelKey))) return []
      const [{ instanceType }] = variants
      const price = await options.priceOf(workspaceId, instanceType).catch(() => null)
      return [{ instanceType, price }]
    }),
  )
  return started.flat()
}

function isTestOf(endpoint: Endpoint, workspaceId: string, modelKey: string): boolean {
  return (
    endpoint.purpose === 'test' &&
    endpoint.workspaceId === workspaceId &&
    isBillable(endpoint) &&
    currentRevision(endpoint).variants.some(({ modelUri }) => modelUri === modelKey)
  )
}
