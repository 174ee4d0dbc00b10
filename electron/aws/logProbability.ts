/** How likely a hosted model finds a text: the prefill of the text-generation container. */
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

/** The first token has no probability: nothing stands before it. */
const prefillSchema = z
  .array(
    z.object({
      details: z.object({ prefill: z.array(z.object({ logprob: z.number().nullable() })) }),
    }),
  )
  .min(1)

/**
 * @returns natural logarithm of the probability of `inputs`, given its first token
 * @throws AppError InvalidRequest when the container tells no probabilities
 */
export async function readLogProbability(
  clients: AwsClients,
  endpointName: string,
  inputs: string,
  signal: AbortSignal,
): Promise<number> {
  const answer = await withAwsErrors(() =>
    clients.runtime.send(
      new InvokeEndpointCommand({
        EndpointName: endpointName,
        ContentType: 'application/json',
        Body: JSON.stringify({
          inputs,
          parameters: {
            max_new_tokens: 1,
            do_sample: false,
            details: true,
            decoder_input_details: true,
          },
        }),
      }),
      { abortSignal: signal },
    ),
  )
  const parsed = prefillSchema.safeParse(parse(answer.Body))
  const tokens = parsed.data?.[0]?.details.prefill ?? []
  const known = tokens.flatMap(({ logprob }) => logprob ?? [])
  if (known.length > 0) return known.reduce((sum, logprob) => sum + logprob, 0)
  throw new AppError('InvalidRequest', 'The endpoint tells no probabilities of what it reads', {
    details: { name: endpointName },
  })
}

function parse(body: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return null
  }
}
