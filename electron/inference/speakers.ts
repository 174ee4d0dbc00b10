/** Whom one can talk to, and what it takes to reach them. */
import { currentRevision, type Endpoint } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { candidateTitle, type Candidate, type Model } from '../../shared/model.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import type { AnswerSide, NamedSpeaker, Speaker } from '../../shared/playground.ts'
import { defaultPromptTemplate, type PromptTemplate } from '../../shared/promptTemplate.ts'
import { getCandidate } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'
import { getModel, getVersion } from '../db/models.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import type { HostingFacts } from '../endpoints/hosting.ts'
import type { EndpointWish } from '../endpoints/newEndpoint.ts'
import { artifactOf } from '../endpoints/trainedModel.ts'
import { bedrockFamilyOf, servesOnDemand } from '../training/ways/bedrockFamilies.ts'
import { baseServingSpec, servingSpec } from './servingSpec.ts'

export interface ReachedSpeaker {
  readonly title: string
  readonly workspaceId: string
  readonly template: PromptTemplate
  readonly served: Served
}

/** What answers. */
export type Served =
  /** Has to be brought into service first. */
  | { readonly kind: 'wish'; readonly wish: EndpointWish }
  /** Is there. @property isAsync it puts its answers into S3 */
  | {
      readonly kind: 'endpoint'
      readonly name: string
      readonly isAsync: boolean
      readonly componentName: string | null
    }
  | { readonly kind: 'bedrock'; readonly modelArn: string }

export interface SpeakerFacts extends HostingFacts {
  readonly db: ReadableDb
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
          title: candidateTitle(model, version, candidate),
          baseModelId: candidate.baseModelId,
        })),
    ),
  )
  // Each base model once by account, through any candidate that was made of it there.
  const inAccounts = new Map<string, NamedSpeaker>()
  for (const { versions } of models)
    for (const { workspaceId, candidates: all } of versions)
      for (const { id, status, baseModelId, baseModelName } of all) {
        const key = `${workspaceId} ${baseModelId}`
        if (workspaceId === localWorkspaceId || status !== 'Completed' || inAccounts.has(key))
          continue
        inAccounts.set(key, {
          speaker: { kind: 'baseOf', candidateId: id },
          title: `${baseModelName} · AWS`,
          baseModelId,
        })
      }
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
  return [...candidates, ...bases, ...inAccounts.values(), ...deployed]
}

/** @throws AppError CandidateNotFound, CandidateNotReady, NotFound */
export async function reachSpeaker(facts: SpeakerFacts, speaker: Speaker): Promise<ReachedSpeaker> {
  const { db } = facts
  switch (speaker.kind) {
    case 'candidate':
      return reachSide(facts, 'tuned', getCandidate(db, speaker.candidateId))
    case 'baseOf': {
      const candidate = getCandidate(db, speaker.candidateId)
      const reached = await reachSide(facts, 'base', candidate)
      return { ...reached, title: `${candidate.baseModelName} · AWS` }
    }
    case 'base': {
      const hubModel = await facts.describeHubModel(speaker.baseModelId, localWorkspaceId)
      return {
        title: hubModel.baseModel.displayName,
        workspaceId: localWorkspaceId,
        template: hubModel.baseModel.promptTemplate,
        served: { kind: 'wish', wish: baseServingSpec(hubModel, localWorkspaceId) },
      }
    }
    case 'endpoint': {
      const endpoint = facts.getEndpoint(speaker.endpointName)
      if (endpoint.status === 'Gone')
        throw new AppError('EndpointGone', 'The endpoint was deleted', {
          details: { name: endpoint.name },
        })
      const { variants, asyncOutputUri, componentName } = currentRevision(endpoint)
      const [variant] = variants
      const candidateId = variant?.candidateId ?? null
      const template =
        candidateId === null ? defaultPromptTemplate : getCandidate(db, candidateId).promptTemplate
      return {
        title: endpoint.name,
        workspaceId: endpoint.workspaceId,
        template,
        served: {
          kind: 'endpoint',
          name: endpoint.name,
          isAsync: asyncOutputUri !== null,
          componentName,
        },
      }
    }
  }
}

/** A candidate, or its base model in the candidate's words. @throws AppError as `servedSide` does */
export async function reachSide(
  facts: SpeakerFacts,
  side: AnswerSide,
  candidate: Candidate,
): Promise<ReachedSpeaker> {
  const { workspaceId } = getVersion(facts.db, candidate.versionId)
  const title = titleOf(facts.db, candidate)
  const served = await servedSide(facts, side, candidate, workspaceId)
  return {
    title,
    workspaceId,
    template: candidate.promptTemplate,
    // Neither two endpoints of one report nor those of two candidates may be called the same.
    served:
      served.kind === 'wish' && side === 'tuned'
        ? { kind: 'wish', wish: { ...served.wish, title } }
        : served,
  }
}

/** What it is called by now. */
export function titleOf(db: ReadableDb, candidate: Candidate): string {
  const version = getVersion(db, candidate.versionId)
  return candidateTitle(getModel(db, version.modelId), version, candidate)
}

/**
 * What answers for a candidate or for its base model.
 * @throws AppError CandidateNotReady, ThroughputOnly where Bedrock serves only what is paid by the hour
 */
export async function servedSide(
  facts: HostingFacts,
  side: AnswerSide,
  candidate: Candidate,
  workspaceId: string,
): Promise<Served> {
  const { way, name } = readBaseModelId(candidate.baseModelId)
  if (way !== 'bedrock')
    return { kind: 'wish', wish: await servingSpec(facts, side, candidate, workspaceId) }
  const { region } = await facts.connect(workspaceId)
  const family = bedrockFamilyOf(name)
  if (side === 'tuned' && !(family && servesOnDemand(family, region)))
    throw new AppError('ThroughputOnly', `${name} is served with provisioned throughput only`)
  // A foundation model's id may end in the length of its context, by which only its customization is named.
  const modelArn = side === 'tuned' ? artifactOf(candidate) : name.replace(/:\d+k$/, '')
  return { kind: 'bedrock', modelArn }
}
