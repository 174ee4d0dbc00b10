/** One row of a dataset as a base model would be shown it, token by token. */
import { AppError } from '../../shared/errors.ts'
import type { PreviewRequest, PromptPreview } from '../../shared/promptPreview.ts'
import { fillCompletion, fillPrompt } from '../../shared/promptTemplate.ts'
import type { HubModel } from '../aws/hub.ts'
import { tokensOf } from '../aws/tokens.ts'
import type { Connection } from '../aws/workspace.ts'
import type { Examples } from '../dataset/split/examples.ts'
import type { EndpointService } from '../endpoints/endpointService.ts'
import { baseServingSpec } from './servingSpec.ts'

/** @throws AppError DatasetTooSmall when no row can be used */
export async function previewPrompt(
  { clients, workspaceId }: Connection,
  endpoints: EndpointService,
  hubModel: HubModel,
  examples: Examples,
  { promptTemplate, row }: Pick<PreviewRequest, 'promptTemplate' | 'row'>,
): Promise<PromptPreview> {
  const [example] = await examples.at([row % Math.max(1, examples.count)])
  if (!example)
    throw new AppError('DatasetTooSmall', 'No rows can be used', {
      details: { count: 0, minimum: 1 },
    })
  const name = await endpoints.ensure(
    baseServingSpec(hubModel, workspaceId),
    new AbortController().signal,
  )
  // Apart, as in training: the answer begins with a token of its own.
  return {
    rowCount: examples.count,
    prompt: await tokensOf(clients, name, fillPrompt(promptTemplate, example.prompt)),
    answer: await tokensOf(clients, name, fillCompletion(promptTemplate, example.completion)),
  }
}
