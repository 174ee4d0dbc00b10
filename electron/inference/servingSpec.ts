/** The endpoint that stands for a tuned or a base model. */
import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { Candidate } from '../../shared/model.ts'
import type { AnswerSide } from '../../shared/playground.ts'
import type { EndpointSpec } from '../aws/endpoints.ts'
import type { HubModel } from '../aws/hub.ts'

/** Made of the model's address, so that a second question finds the endpoint of the first. */
export function endpointName(modelUri: string): string {
  const hash = createHash('sha256').update(modelUri).digest('hex').slice(0, 16)
  return `timbre-test-${hash}`
}

/** Of a base model as it stands. */
export function baseServingSpec(hubModel: HubModel, roleArn: string): EndpointSpec {
  return specOf(hubModel, hubModel.hostingArtifactUri, roleArn)
}

/**
 * @throws AppError CandidateNotReady while there is no trained model
 */
export function servingSpec(
  side: AnswerSide,
  candidate: Candidate,
  hubModel: HubModel,
  roleArn: string,
): EndpointSpec {
  const modelUri = side === 'base' ? hubModel.hostingArtifactUri : candidate.modelArtifactUri
  if (candidate.status !== 'Completed' || modelUri === null) {
    throw new AppError('CandidateNotReady', 'The candidate has no trained model yet', {
      details: { reason: '' },
    })
  }
  return specOf(hubModel, modelUri, roleArn)
}

function specOf(hubModel: HubModel, modelUri: string, roleArn: string): EndpointSpec {
  return {
    name: endpointName(modelUri),
    roleArn,
    image: hubModel.hostingImage,
    modelUri,
    instanceType: hubModel.hostingInstanceType,
  }
}
