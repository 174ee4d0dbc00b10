/** Whom one can talk to, and what it takes to reach them. */
import { currentRevision, type Endpoint } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import type { Model } from '../../shared/model.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import type { NamedSpeaker, Speaker } from '../../shared/playground.ts'
import { defaultPromptTemplate, type PromptTemplate } from '../../shared/promptTemplate.ts'
import type { HubModel } from '../aws/hub.ts'
import { getCandidate } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'
import { getModel, getVersion } from '../db/models.ts'
import type { EndpointWish } from '../endpoints/newEndpoint.ts'
import { baseServingSpec, servingSpec } from './servingSpec.ts'

export interface ReachedSpeaker {
  readonly title: string
  readonly workspaceId: string
  readonly template: PromptTemplate
  /** What has to be brought into service; a string: an endpoint that is there. */
  readonly endpoint: EndpointWish | string
}

export interface SpeakerFacts {
  readonly db: ReadableDb
  readonly describeHubModel: (id: string, workspaceId: string) => Promise<HubModel>
  readonly getEndpoint: (name: string) => Endpoint
}

/** Trained candidates by model, newest version first, then base models, then endpoints that answer. */
export function listSpeakers(
  models: readonly Model[],
  baseModels: readonly { readonly id: string; readonly displayName: string }[],
  endpoints: readonly Endpoint[],
): NamedSpeaker[] {
  const candidates = models.flatMap((model) =>
    model.versions.flatMap((version) =>
      version.candidates
        .filter(({ status }) => status === 'Completed')
        .map((candidate) => ({
          speaker: { kind: 'candidate' as const, candidateId: candidate.id },
          title: `${model.name} V${version.number} · ${candidate.baseModelName}`,
          baseModelId: candidate.baseModelId,
        })),
    ),
  )
  const bases = baseModels.map(({ id, displayName }) => ({
    speaker: { kind: 'base' as const, baseModelId: id },
    title: displayName,
    baseModelId: null,
  }))
  const deployed = endpoints
    .filter(({ purpose, status }) => purpose === 'production' && status === 'InService')
    .map(({ name }) => ({
      speaker: { kind: 'endpoint' as const, endpointName: name },
      title: name,
      baseModelId: null,
    }))
  return [...candidates, ...bases, ...deployed]
}

/** @throws AppError CandidateNotFound, CandidateNotReady, NotFound */
export async function reachSpeaker(facts: SpeakerFacts, speaker: Speaker): Promise<ReachedSpeaker> {
  const { db } = facts
  switch (speaker.kind) {
    case 'candidate': {
      const candidate = getCandidate(db, speaker.candidateId)
      const version = getVersion(db, candidate.versionId)
      const { name } = getModel(db, version.modelId)
      const hubModel = await facts.describeHubModel(candidate.baseModelId, version.workspaceId)
      return {
        title: `${name} V${version.number} · ${candidate.baseModelName}`,
        workspaceId: version.workspaceId,
        template: candidate.promptTemplate,
        endpoint: {
          ...servingSpec('tuned', candidate, hubModel, version.workspaceId),
          title: `${name} V${version.number}`,
        },
      }
    }
    case 'base': {
      const hubModel = await facts.describeHubModel(speaker.baseModelId, localWorkspaceId)
      return {
        title: hubModel.baseModel.displayName,
        workspaceId: localWorkspaceId,
        template: hubModel.baseModel.promptTemplate,
        endpoint: baseServingSpec(hubModel, localWorkspaceId),
      }
    }
    case 'endpoint': {
      const endpoint = facts.getEndpoint(speaker.endpointName)
      if (endpoint.status === 'Gone')
        throw new AppError('EndpointGone', 'The endpoint was deleted', {
          details: { name: endpoint.name },
        })
      const [variant] = currentRevision(endpoint).variants
      const candidateId = variant?.candidateId ?? null
      const template =
        candidateId === null ? defaultPromptTemplate : getCandidate(db, candidateId).promptTemplate
      return {
        title: endpoint.name,
        workspaceId: endpoint.workspaceId,
        template,
        endpoint: endpoint.name,
      }
    }
  }
}
