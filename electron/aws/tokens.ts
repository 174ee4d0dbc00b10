/** The tokens that a model reads of a text, as its endpoint tells them. */
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime'
import { z } from 'zod'
import type { ReadToken } from '../../shared/promptPreview.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

const answerSchema = z.tuple([
  z.object({
    details: z.object({ prefill: z.array(z.object({ id: z.number(), text: z.string() })) }),
  }),
])

export async function tokensOf(
  { runtime }: AwsClients,
  endpointName: string,
  text: string,
): Promise<ReadToken[]> {
  // A container takes no empty input.
  if (text === '') return []
  const answer = await withAwsErrors(() =>
    runtime.send(
      new InvokeEndpointCommand({
        EndpointName: endpointName,
        ContentType: 'application/json',
        Body: JSON.stringify({
          inputs: text,
          parameters: { max_new_tokens: 1, details: true, decoder_input_details: true },
        }),
      }),
    ),
  )
  const [{ details }] = answerSchema.parse(JSON.parse(answer.Body.transformToString()))
  return details.prefill.map(({ id, text: shown }) => ({ id, text: shown }))
}
