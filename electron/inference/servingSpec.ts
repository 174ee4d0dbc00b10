/** The endpoint that stands for a tuned or a base model. */
import type { Candidate } from '../../shared/model.ts'
import type { AnswerSide } from '../../shared/playground.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import type { HubModel } from '../aws/hub.ts'
import { hostingOf, ofHubModel, type Hosting, type HostingFacts } from '../endpoints/hosting.ts'
import type { EndpointWish } from '../endpoints/newEndpoint.ts'

/** Of a base model as it stands. */
export function baseServingSpec(hubModel: HubModel, workspaceId: string): EndpointWish {
  const { hostingArtifactUri, baseModel } = hubModel
  return wishFor(ofHubModel(hubModel, hostingArtifactUri), workspaceId, null, baseModel.displayName)
}

/**
 * @throws AppError CandidateNotReady while there is no trained model, NotServedByEndpoint for Bedrock's
 */
export async function servingSpec(
  facts: HostingFacts,
  side: AnswerSide,
  candidate: Candidate,
  workspaceId: string,
): Promise<EndpointWish> {
  if (side === 'base') {
    const { name } = readBaseModelId(candidate.baseModelId)
    return baseServingSpec(await facts.describeHubModel(name, workspaceId), workspaceId)
  }
  const hosting = await hostingOf(facts, candidate, workspaceId)
  return wishFor(hosting, workspaceId, candidate.id, candidate.baseModelName)
}

function wishFor(
  { instanceTypes: _, ...serving }: Hosting,
  workspaceId: string,
  candidateId: string | null,
  title: string,
): EndpointWish {
  return {
    workspaceId,
    purpose: 'test',
    title,
    modelKey: serving.modelUri,
    variants: [{ ...serving, candidateId, title, instanceCount: 1 }],
  }
}
