/** Asks a model behind an endpoint, piece by piece. */
import {
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
} from '@aws-sdk/client-sagemaker-runtime'
import type { AppError } from '../../shared/errors.ts'
import type { GenerationSettings } from '../../shared/playground.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'
import { parseGeneratedPieces, parseWholeAnswer, type GeneratedPiece } from './generatedText.ts'

/** What text-generation-inference and DJL-LMI containers both understand. */
export function requestBody(inputs: string, settings: GenerationSettings, stream: boolean): string {
  const sampling =
    settings.temperature > 0
      ? {
          do_sample: true,
          temperature: settings.temperature,
          // The container takes numbers below 1 only; 1 would change nothing.
          ...(settings.topP < 1 ? { top_p: settings.topP } : {}),
          seed: settings.seed,
        }
      : { do_sample: false }
  const stop = settings.stop ?? []
  return JSON.stringify({
    inputs,
    parameters: {
      max_new_tokens: settings.maxNewTokens,
      details: true,
      ...sampling,
      // Each container knows one of the names and passes over the other.
      ...(stop.length > 0 ? { stop, stop_sequences: stop } : {}),
    },
    stream,
  })
}

/**
 * Continues `inputs`, piece by piece.
 *
 * @param componentName of the inference component that holds the model; null: the endpoint has none
 * @throws AppError EndpointAsleep where no machine runs: asking has AWS start one
 */
export async function* generate(
  clients: AwsClients,
  { endpointName, componentName }: { endpointName: string; componentName: string | null },
  inputs: string,
  settings: GenerationSettings,
  signal: AbortSignal,
): AsyncGenerator<GeneratedPiece> {
  const target = {
    EndpointName: endpointName,
    ContentType: 'application/json',
    ...(componentName !== null && { InferenceComponentName: componentName }),
  }
  const answer = await withAwsErrors(() =>
    clients.runtime.send(
      new InvokeEndpointWithResponseStreamCommand({
        ...target,
        Body: requestBody(inputs, settings, true),
      }),
      { abortSignal: signal },
    ),
  ).catch(noStreamIsNull)
  if (answer === null) {
    const { Body } = await withAwsErrors(() =>
      clients.runtime.send(
        new InvokeEndpointCommand({ ...target, Body: requestBody(inputs, settings, false) }),
        { abortSignal: signal },
      ),
    )
    yield parseWholeAnswer(Body?.transformToString() ?? '')
    return
  }
  try {
    yield* parseGeneratedPieces(payloads(answer.Body ?? emptyStream()))
  } catch (error) {
    throw clients.translate(error)
  }
}

/** Older containers answer at once or not at all, and say so. */
function noStreamIsNull(refusal: AppError): null {
  const isAboutStreams = /stream/i.test(refusal.message)
  if (isAboutStreams && ['ModelRefused', 'InvalidRequest'].includes(refusal.code)) return null
  throw refusal
}

async function* payloads(
  events: AsyncIterable<{ PayloadPart?: { Bytes?: Uint8Array | undefined } | undefined }>,
): AsyncGenerator<Uint8Array> {
  for await (const event of events) {
    if (event.PayloadPart?.Bytes) yield event.PayloadPart.Bytes
  }
}

async function* emptyStream(): AsyncGenerator<never> {
  // An answer without a body has no pieces.
}
