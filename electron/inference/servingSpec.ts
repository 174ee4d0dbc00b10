/** The endpoint that stands for a tuned or a base model. */
import type { Candidate } from '../../shared/model.ts'
import type { AnswerSide } from '../../shared/playground.ts'
import type { HubModel } from '../aws/hub.ts'
import type { EndpointWish } from '../endpoints/newEndpoint.ts'
import { artifactOf } from '../endpoints/trainedModel.ts'

/** Of a base model as it stands. */
export function baseServingSpec(hubModel: HubModel, workspaceId: string): EndpointWish {
  return wishFor(
    hubModel,
    hubModel.hostingArtifactUri,
    workspaceId,
    null,
    hubModel.baseModel.displayName,
  )
}

/**
 * @throws AppError CandidateNotReady while there is no trained model
 */
export function servingSpec(
  side: AnswerSide,
  candidate: Candidate,
  hubModel: HubModel,
  workspaceId: string,
): EndpointWish {
  if (side === 'base') return baseServingSpec(hubModel, workspaceId)
  return wishFor(
    hubModel,
    artifactOf(candidate),
    workspaceId,
    candidate.id,
    candidate.baseModelName,
  )
}

function wishFor(
  hubModel: HubModel,
  modelUri: string,
  workspaceId: string,
  candidateId: string | null,
  title: string,
): EndpointWish {
  return {
    workspaceId,
    purpose: 'test',
    title,
    modelKey: modelUri,
    variants: [
      {
        candidateId,
        title,
        modelUri,
        image: hubModel.hostingImage,
        instanceType: hubModel.hostingInstanceType,
        instanceCount: 1,
      },
    ],
  }
}
