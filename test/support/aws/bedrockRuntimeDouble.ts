/** Bedrock's models that answer: who has access to which, and what they say. */
import { statusOf } from './bedrockServingDouble.ts'
import type { ServiceDouble } from './doubleContext.ts'
import { ServiceFailure } from './serviceFailure.ts'

export interface BedrockRuntimeOptions {
  /** Models that the account may ask. */
  readonly granted?: readonly string[]
  /** What a model says to the last thing that it was told. */
  readonly say?: (prompt: string) => string
}

interface ConverseInput {
  readonly modelId: string
  readonly messages: readonly {
    readonly role: string
    readonly content: readonly { readonly text?: string }[]
  }[]
  readonly inferenceConfig?: { readonly maxTokens?: number; readonly temperature?: number }
}

/** Asked on demand under their own name; the others through an inference profile of a geography. */
const onDemand = ['amazon.nova-lite-v1:0', 'amazon.nova-pro-v1:0', 'amazon.nova-micro-v1:0']
const byProfile = ['anthropic.claude-3-5-haiku-20241022-v1:0', 'meta.llama3-3-70b-instruct-v1:0']

export function createBedrockRuntimeDouble({
  granted = [...onDemand, ...byProfile],
  say = () => 'They are alike. [[C]]',
}: BedrockRuntimeOptions = {}): ServiceDouble {
  return {
    Converse: (context, input) => {
      const { modelId, messages } = input as unknown as ConverseInput // validated against the model
      const isOwn = modelId.includes(':custom-model-deployment/')
      if (!isOwn) requireAsked(modelId, granted)
      else if (statusOf(context, modelId) !== 'Active')
        throw new ServiceFailure('ValidationException', 'The provided model identifier is invalid.')
      requireTurns(messages)
      const prompt = (messages.at(-1)?.content ?? []).map(({ text }) => text ?? '').join('')
      const text = isOwn ? context.hosting.answer : say(prompt)
      const tokens = (of: string) => Math.ceil(of.length / 4)
      return {
        output: { message: { role: 'assistant', content: [{ text }] } },
        stopReason: 'end_turn',
        usage: {
          inputTokens: tokens(prompt),
          outputTokens: tokens(text),
          totalTokens: tokens(prompt) + tokens(text),
        },
        metrics: { latencyMs: 12 },
      }
    },
  }
}

/** In the words of https://repost.aws/knowledge-center/bedrock-invokemodel-api-error */
function requireAsked(modelId: string, granted: readonly string[]): void {
  const bare = modelId.replace(/^(?:us|eu|apac)\./, '')
  if (![...onDemand, ...byProfile].includes(bare))
    throw new ServiceFailure('ValidationException', 'The provided model identifier is invalid.')
  if (bare === modelId && byProfile.includes(bare))
    throw new ServiceFailure(
      'ValidationException',
      `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    )
  if (!granted.includes(bare))
    throw new ServiceFailure(
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
      403,
    )
}

function requireTurns(messages: ConverseInput['messages']): void {
  if (messages[0]?.role !== 'user' || messages.at(-1)?.role !== 'user')
    throw new ServiceFailure(
      'ValidationException',
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    )
  if (messages.some(({ content }) => content.some(({ text }) => text?.trim() === '')))
    throw new ServiceFailure(
      'ValidationException',
      'The text field in the ContentBlock object is blank. Add text to the text field, and try again.',
    )
}
