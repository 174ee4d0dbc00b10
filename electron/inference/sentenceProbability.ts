/** How likely a candidate or its base model finds a sentence. */
import type { HubModel } from '../aws/hub.ts'
import { readLogProbability } from '../aws/logProbability.ts'
import type { Connection } from '../aws/workspace.ts'
import type { Candidate } from '../../shared/model.ts'
import type { AnswerSide } from '../../shared/playground.ts'
import type { EndpointService } from '../endpoints/endpointService.ts'
import { servingSpec } from './servingSpec.ts'

export interface SentenceProbabilityOptions {
  readonly connect: () => Promise<Connection>
  readonly describeHubModel: (id: string) => Promise<HubModel>
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
  const connection = await options.connect()
  const hubModel = await options.describeHubModel(candidate.baseModelId)
  const spec = servingSpec(side, candidate, hubModel, connection.workspaceId)
  const name = await options.endpoints.ensure(spec, signal)
  return readLogProbability(connection.clients, name, sentence, signal)
}
