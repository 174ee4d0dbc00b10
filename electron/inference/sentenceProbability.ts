/** How likely a candidate or its base model finds a sentence. */
import { readLogProbability } from '../aws/logProbability.ts'
import type { Candidate } from '../../shared/model.ts'
import type { AnswerSide } from '../../shared/playground.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import type { EndpointService } from '../endpoints/endpointService.ts'
import type { HostingFacts } from '../endpoints/hosting.ts'
import { servingSpec } from './servingSpec.ts'

export interface SentenceProbabilityOptions extends HostingFacts {
  readonly endpoints: EndpointService
}

/** The sentence as it stands, without the candidate's template. @throws AppError CandidateNotReady */
export async function sentenceLogProbability(
  options: SentenceProbabilityOptions,
  candidate: Candidate,
  side: AnswerSide,
  sentence: string,
  signal: AbortSignal,
): Promise<number> {
  const connection = await options.connect(localWorkspaceId)
  const spec = await servingSpec(options, side, candidate, localWorkspaceId)
  const name = await options.endpoints.ensure(spec, signal)
  return readLogProbability(connection.clients, name, sentence, signal)
}
