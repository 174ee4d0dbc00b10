/** InvokeEndpoint and its response stream, in the shape of text-generation-inference containers. */
import { EventStreamCodec } from '@smithy/eventstream-codec'
import { z } from 'zod'
import type { GeneratedToken, GenerationParameters, Generator } from '../generate/openGenerator.ts'
import { ModelUnusableError, VariantUnknownError, type EndpointRecord } from '../jobs/endpoints.ts'
import { decodePath } from './decodePath.ts'
import { requireServing } from './endpointOperations.ts'
import type { EngineContext } from './engineContext.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import { ServiceError } from './serviceError.ts'

const generationRequestSchema = z.object({
  inputs: z.string(),
  stream: z.boolean().optional(),
  parameters: z
    .object({
      max_new_tokens: z.number().int().min(1).max(4096).default(100),
      temperature: z.number().gt(0).nullish(),
      top_p: z.number().gt(0).lte(1).nullish(),
      top_k: z.number().int().min(1).nullish(),
      do_sample: z.boolean().default(false),
      repetition_penalty: z.number().gt(0).nullish(),
      seed: z.number().int().min(0).nullish(),
      stop: z.array(z.string()).max(16).default([]),
      truncate: z.number().int().min(1).nullish(),
      return_full_text: z.boolean().nullish(),
      details: z.boolean().default(false),
      decoder_input_details: z.boolean().default(false),
    })
    .prefault({}),
})

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)),
  (text) => new TextEncoder().encode(text),
)

export async function answerRuntime(
  context: EngineContext,
  request: EngineRequest,
  body: Buffer,
): Promise<EngineResponse> {
  const match = /^\/endpoints\/([^/]+)\/(invocations|invocations-response-stream)$/.exec(
    request.rawPath,
  )
  if (!match || request.method !== 'POST') {
    throw new ServiceError('UnknownOperationException', 'The operation is not known.', 404)
  }
  const endpoint = requireServing(context, decodePath(match[1] ?? ''))
  const startedAtMs = context.now()
  const count = (variant: string, status: number) =>
    context.endpointMetrics.record({
      endpoint: endpoint.name,
      variant,
      status,
      latencyMs: context.now() - startedAtMs,
    })
  const [firstVariant] = context.endpointConfigs.find(endpoint.configName)?.variants ?? []
  try {
    return await invoke(context, request, body, {
      endpoint,
      isStreamed: match[2] === 'invocations-response-stream',
      count,
    })
  } catch (error) {
    // What went wrong while a variant answered was counted as its own.
    if (!(error instanceof CountedError))
      count(firstVariant?.VariantName ?? '', error instanceof ServiceError ? 400 : 500)
    throw error instanceof CountedError ? error.refusal : error
  }
}

interface Invocation {
  readonly endpoint: EndpointRecord
  readonly isStreamed: boolean
  readonly count: (variant: string, status: number) => void
}

class CountedError extends Error {
  readonly refusal: ServiceError
  constructor(refusal: ServiceError) {
    super(refusal.message)
    this.refusal = refusal
  }
}

async function invoke(
  context: EngineContext,
  request: EngineRequest,
  body: Buffer,
  { endpoint, isStreamed, count }: Invocation,
): Promise<EngineResponse> {
  const parsed = parseRequest(body)
  const { parameters } = parsed
  // Before the model is held: whoever holds it has to release it.
  if (parameters.decoder_input_details && isStreamed)
    throw modelError(
      422,
      'Input validation error: `decoder_input_details` == true is not supported when streaming tokens',
      null,
    )
  const held = await context.endpointHost
    .acquire(endpoint, request.headers['x-amzn-sagemaker-target-variant'])
    .catch((error: unknown) => {
      if (error instanceof VariantUnknownError)
        throw new ServiceError('ValidationError', error.message, 400, { cause: error })
      throw error instanceof ModelUnusableError ? modelError(500, error.message, error) : error
    })
  const { generator, variantName: variant } = held
  let isCounted = false
  const release = (how?: { isBroken: boolean }) => {
    if (!isCounted) count(variant, how?.isBroken ? 500 : 200)
    isCounted = true
    held.release(how)
  }
  // Also when the client leaves before the first token is asked for.
  request.signal.addEventListener('abort', () => release(), { once: true })
  const tokens = generator.generate(
    parsed.inputs,
    toGenerationParameters(parameters),
    request.signal,
  )
  const prefix = parameters.return_full_text ? parsed.inputs : ''
  const headers = { 'x-amzn-invoked-production-variant': variant }
  if (isStreamed) {
    return {
      status: 200,
      headers: {
        ...headers,
        'content-type': 'application/vnd.amazon.eventstream',
        'x-amzn-sagemaker-content-type': 'text/event-stream',
      },
      body: eventFrames(tokens, prefix, parameters.details, release),
    }
  }
  try {
    let text = ''
    const details: object[] = []
    let last: GeneratedToken | undefined
    for await (const token of tokens) {
      text += token.text
      details.push(wireToken(token))
      last = token
    }
    const answer = {
      generated_text: prefix + text,
      ...(parameters.details
        ? {
            details: {
              finish_reason: last?.finishReason ?? 'length',
              generated_tokens: details.length,
              ...(parameters.decoder_input_details
                ? { prefill: await prefillOf(generator, parsed.inputs) }
                : {}),
              tokens: details,
            },
          }
        : {}),
    }
    return {
      status: 200,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify([answer]),
    }
  } catch (error) {
    release({ isBroken: !request.signal.aborted })
    throw new CountedError(
      modelError(424, `Request failed during generation: ${messageOf(error)}`, error),
    )
  } finally {
    release()
  }
}

/** The prompt's tokens, and how likely each was after those before it. */
async function prefillOf(generator: Generator, inputs: string) {
  const tokens = await generator.weigh(inputs)
  return tokens.map(({ id, text, logprob }) => ({ id, text, logprob }))
}

/** What the container answered, as SageMaker passes it on. */
function modelError(status: number, message: string, cause: unknown): ServiceError {
  const side = status < 500 ? 'client' : 'server'
  return new ServiceError(
    'ModelError',
    `Received ${side} error (${status}) from primary with message "${message}".`,
    424,
    { cause, members: { OriginalStatusCode: status, OriginalMessage: message } },
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function parseRequest(body: Buffer): z.output<typeof generationRequestSchema> {
  try {
    return generationRequestSchema.parse(JSON.parse(body.toString('utf8')))
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `\`${issue.path.join('.')}\`: ${issue.message}`).join('; ')
        : 'the body is no JSON'
    // The container's own words and status.
    throw modelError(422, `Input validation error: ${reason}`, error)
  }
}

function toGenerationParameters(
  parameters: z.output<typeof generationRequestSchema>['parameters'],
): GenerationParameters {
  return {
    maxNewTokens: parameters.max_new_tokens,
    temperature: parameters.temperature ?? 1,
    topP: parameters.top_p ?? 1,
    topK: parameters.top_k ?? 0,
    doSample: parameters.do_sample,
    repetitionPenalty: parameters.repetition_penalty ?? 1,
    seed: parameters.seed ?? null,
    stop: parameters.stop,
    truncate: parameters.truncate ?? null,
  }
}

function wireToken(token: GeneratedToken) {
  return { id: token.id, text: token.text, logprob: token.logprob, special: token.special }
}

async function* eventFrames(
  tokens: AsyncIterable<GeneratedToken>,
  prefix: string,
  withDetails: boolean,
  release: (how?: { isBroken: boolean }) => void,
): AsyncGenerator<Uint8Array> {
  let text = prefix
  let index = 0
  try {
    for await (const token of tokens) {
      text += token.text
      index += 1
      const isLast = token.finishReason !== undefined
      const event = {
        index,
        token: wireToken(token),
        generated_text: isLast ? text : null,
        details:
          isLast && withDetails
            ? { finish_reason: token.finishReason, generated_tokens: index, seed: null }
            : null,
      }
      yield payloadPart(`data:${JSON.stringify(event)}\n\n`)
    }
  } catch (error) {
    release({ isBroken: true })
    yield codec.encode({
      headers: {
        ':message-type': { type: 'string', value: 'exception' },
        ':exception-type': { type: 'string', value: 'ModelStreamError' },
        ':content-type': { type: 'string', value: 'application/json' },
      },
      body: Buffer.from(JSON.stringify({ Message: messageOf(error), ErrorCode: 'StreamBroken' })),
    })
  } finally {
    release()
  }
}

function payloadPart(content: string): Uint8Array {
  return codec.encode({
    headers: {
      ':message-type': { type: 'string', value: 'event' },
      ':event-type': { type: 'string', value: 'PayloadPart' },
      ':content-type': { type: 'string', value: 'application/octet-stream' },
    },
    body: Buffer.from(content),
  })
}
