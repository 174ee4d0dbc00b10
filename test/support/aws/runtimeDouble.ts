/** What endpoints answer, in the shapes of the containers that AWS offers, cut where nobody expects it. */
import { EventStreamCodec } from '@smithy/eventstream-codec'
import { fromUtf8, toUtf8 } from '@smithy/util-utf8'
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { componentsOf, componentStatusOf, statusOf, type DoubleComponent } from './hostingStore.ts'
import { parseUri } from './objectStore.ts'
import { ServiceFailure } from './serviceFailure.ts'
import { settle } from './settleHosting.ts'

type Input = Readonly<Record<string, unknown>>

interface Asked {
  readonly inputs?: string
  readonly parameters?: { readonly max_new_tokens?: number; readonly temperature?: number }
  readonly stream?: boolean
  /** That of the variant which was reached. */
  readonly model?: Input
}

export const runtimeDouble: ServiceDouble = {
  InvokeEndpoint: (context, input) => {
    const asked = reach(context, input, false)
    return {
      Body: Buffer.from(JSON.stringify(answerOf(context, asked))),
      ContentType: 'application/json',
    }
  },
  InvokeEndpointWithResponseStream: (context, input) => {
    const asked = reach(context, input, false)
    if (context.hosting.answerStyle === 'refusesStreams')
      throw new ServiceFailure(
        'ModelError',
        'Received client error (400) from primary with message "this model does not support streaming".',
        424,
      )
    const bytes = Buffer.from(streamed(context, asked))
    const size = 7
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    )
    return { Body: encodeEvents(parts.map((part) => ({ type: 'PayloadPart', body: part }))) }
  },
  InvokeEndpointAsync: (context, input) => {
    reach(context, { ...input, Body: null }, true)
    const { bucket, key } = parseUri(String(input['InputLocation']))
    const object = context.objects.find(bucket, key)
    if (!object)
      throw new ServiceFailure(
        'ValidationError',
        `Could not find ${String(input['InputLocation'])}.`,
      )
    const config = configOf(context, String(input['EndpointName']))
    const { S3OutputPath = '', S3FailurePath } = config.AsyncInferenceConfig?.OutputConfig ?? {}
    const id = `00000000-0000-4000-8000-${String(context.hosting.invocations.length).padStart(12, '0')}`
    const output = `${S3OutputPath.replace(/\/*$/, '/')}${id}.out`
    const failure = S3FailurePath && `${S3FailurePath.replace(/\/*$/, '/')}${id}-error.out`
    const asked = JSON.parse(Buffer.from(object.body).toString('utf8')) as Asked
    const { asyncFailure } = context.hosting
    if (asyncFailure === null) context.objects.put(output, JSON.stringify(answerOf(context, asked)))
    else if (failure !== undefined) context.objects.put(failure, asyncFailure)
    return { InferenceId: id, OutputLocation: output, FailureLocation: failure }
  },
}

/** @throws ServiceFailure where AWS would not hand the request on */
function reach(context: DoubleContext, input: Input, isAsync: boolean): Asked {
  settle(context)
  const name = String(input['EndpointName'])
  const endpoint = context.hosting.endpoints.get(name)
  const status = endpoint && statusOf(endpoint, context.now())
  if (!endpoint || (status !== 'InService' && status !== 'Updating'))
    throw new ServiceFailure(
      'ValidationError',
      `Endpoint ${name} of account ${context.account} not found.`,
    )
  const config = configOf(context, name)
  if (isAsync !== (config.AsyncInferenceConfig !== undefined))
    throw new ServiceFailure(
      'ValidationError',
      isAsync
        ? `Endpoint ${name} is not an asynchronous endpoint.`
        : `Endpoint ${name} is an asynchronous endpoint: use InvokeEndpointAsync.`,
    )
  const component = reachComponent(context, name, input['InferenceComponentName'])
  const wanted = input['TargetVariant']
  const variants = config.ProductionVariants
  const variant = variants.find(({ VariantName }) => VariantName === wanted) ?? variants[0]
  context.hosting.invocations.push({
    endpoint: name,
    variant: variant?.VariantName ?? '',
    atMs: context.now(),
  })
  const body = input['Body']
  if (!(body instanceof Uint8Array)) return {}
  const asked = JSON.parse(Buffer.from(body).toString('utf8')) as Asked
  if (typeof asked.inputs !== 'string')
    throw new ServiceFailure(
      'ModelError',
      'Received client error (422) from primary with message "missing field `inputs`".',
      424,
    )
  if (asked.parameters?.temperature === 0)
    throw new ServiceFailure(
      'ModelError',
      'Received client error (422) from primary with message "`temperature` must be strictly positive".',
      424,
    )
  const modelName = component?.modelName ?? variant?.ModelName ?? ''
  return { ...asked, model: context.hosting.models.get(modelName) ?? {} }
}

/** Null: the endpoint has none. @throws ServiceFailure also while it has no machine, for which it is woken */
function reachComponent(
  { hosting, now }: DoubleContext,
  endpointName: string,
  wanted: unknown,
): DoubleComponent | null {
  const held = componentsOf(hosting, endpointName)
  if (held.length === 0) return null
  const [name, component] = held.find(([one]) => one === wanted) ?? []
  if (!name || !component || componentStatusOf(component, now()) !== 'InService')
    throw new ServiceFailure(
      'ValidationError',
      `Inference Component Name header is required for endpoints to which you plan to deploy inference components.`,
    )
  if (component.copies > 0) return component
  const alarm = [...hosting.alarms.values()].find(
    ({ MetricName, Dimensions }) =>
      MetricName === 'NoCapacityInvocationFailures' &&
      (Dimensions as { Value: string }[]).some(({ Value }) => Value === name),
  )
  const isScaled = hosting.scalableTargets.has(`inference-component/${name}`)
  if (alarm && isScaled) component.awakeAtMs ??= now() + hosting.startMs
  throw new ServiceFailure(
    'ValidationError',
    'Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if configured) or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.',
  )
}

function configOf({ hosting }: DoubleContext, endpointName: string) {
  const config = hosting.configs.get(hosting.endpoints.get(endpointName)?.configName ?? '')
  if (config) return config
  throw new ServiceFailure('InternalFailure', 'The endpoint lost its configuration.', 500)
}

function wordsOf({ hosting }: DoubleContext, { inputs, parameters, model }: Asked): string[] {
  const answer = hosting.answerOf?.(inputs ?? '', model ?? {}) ?? hosting.answer
  return answer.split(/(?<= )/).slice(0, parameters?.max_new_tokens ?? 20)
}

/** A whole answer, in the shape of the container. */
export function answerOf(context: DoubleContext, asked: Asked): unknown {
  const text = wordsOf(context, asked).join('')
  const details = { finish_reason: 'eos_token', generated_tokens: 7 }
  switch (context.hosting.answerStyle) {
    case 'lmi':
      return { generated_text: text, details }
    case 'openAiChat':
    case 'openAiChatAtOnce':
      return {
        object: 'chat.completion',
        choices: [
          { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' },
        ],
      }
    default:
      return [{ generated_text: text, details }]
  }
}

function streamed(context: DoubleContext, asked: Asked): string {
  const words = wordsOf(context, asked)
  const whole = words.join('')
  const details = { finish_reason: 'eos_token', generated_tokens: words.length }
  const token = (text: string, id: number) => ({ id, text, logprob: -0.1, special: false })
  switch (context.hosting.answerStyle) {
    case 'tgi':
      return words
        .map((word, index) => {
          const isLast = index === words.length - 1
          return `data:${JSON.stringify({ index, token: token(word, index), generated_text: isLast ? whole : null, details: isLast ? details : null })}\n\n`
        })
        .join('')
    case 'lmi':
      return words
        .map((word, index) => {
          const last = index === words.length - 1 ? { generated_text: whole, details } : {}
          return `${JSON.stringify({ token: { id: index, text: word, log_prob: -0.1 }, ...last })}\n`
        })
        .join('')
    case 'openAiChat': {
      const chunk = (delta: object, finish: string | null) =>
        `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
      return [
        chunk({ role: 'assistant', content: '' }, null),
        ...words.map((word) => chunk({ content: word }, null)),
        chunk({}, 'stop'),
        'data: [DONE]\n\n',
      ].join('')
    }
    default:
      return JSON.stringify(answerOf(context, asked))
  }
}

const codec = new EventStreamCodec(toUtf8, fromUtf8)

export function encodeEvents(
  events: readonly { readonly type: string; readonly body: Uint8Array }[],
): Buffer {
  const isJson = (body: Uint8Array) => body[0] === 0x7b
  return Buffer.concat(
    events.map(({ type, body }) =>
      codec.encode({
        headers: {
          ':message-type': { type: 'string', value: 'event' },
          ':event-type': { type: 'string', value: type },
          ':content-type': {
            type: 'string',
            value:
              type !== 'PayloadPart' && isJson(body)
                ? 'application/json'
                : 'application/octet-stream',
          },
        },
        body,
      }),
    ),
  )
}
