/**
 * What containers and Bedrock models answer, whichever shape it has: text-generation-inference, DJL-LMI, OpenAI's
 * completions and chat, Bedrock's Titan, Llama, Mistral, Anthropic, Cohere and Converse.
 */
import { z } from 'zod'

export type ShapeFinish = 'length' | 'eos_token' | 'stop_sequence'

/** One part of an answer: of a stream the next piece, otherwise all of it. */
export interface AnswerPart {
  readonly text: string
  /** Null while more may come. */
  readonly finishReason: ShapeFinish | null
  /** It repeats what a stream has already brought: counts only where nothing has come. */
  readonly isWhole: boolean
}

const text = z.string()
const maybe = z.string().nullish()
const token = z.object({ text, special: z.boolean().nullish() })
const details = z.object({ finish_reason: maybe }).nullish()

/** In the order in which they are tried: the more particular first. */
const shapes = [
  // text-generation-inference and DJL-LMI, streamed
  shape(z.object({ token, generated_text: maybe, details }), (part) => ({
    text: part.token.special ? '' : part.token.text,
    // A stream's last event repeats the whole in generated_text.
    finishReason:
      typeof part.generated_text === 'string'
        ? finishOf(part.details?.finish_reason, 'eos_token')
        : null,
    isWhole: false,
  })),
  // text-generation-inference and DJL-LMI, at once
  shape(z.object({ generated_text: text, details }), (part) => ({
    text: part.generated_text,
    finishReason: finishOf(part.details?.finish_reason, 'eos_token'),
    isWhole: true,
  })),
  // Flan-T5 images of old
  shape(z.object({ generated_texts: z.array(text).min(1) }), (part) =>
    whole(part.generated_texts[0]),
  ),
  // OpenAI chat, streamed
  shape(
    z.object({
      choices: z
        .array(z.object({ delta: z.object({ content: maybe }), finish_reason: maybe }))
        .min(1),
    }),
    ({ choices: [choice] }) => piece(choice?.delta.content, choice?.finish_reason),
  ),
  // OpenAI chat, at once
  shape(
    z.object({
      choices: z
        .array(z.object({ message: z.object({ content: maybe }), finish_reason: maybe }))
        .min(1),
    }),
    ({ choices: [choice] }) => whole(choice?.message.content, choice?.finish_reason),
  ),
  // OpenAI completions, streamed and at once
  shape(
    z.object({ choices: z.array(z.object({ text, finish_reason: maybe })).min(1) }),
    ({ choices: [choice] }) => piece(choice?.text, choice?.finish_reason),
  ),
  // OpenAI, the usage after the last choice
  shape(z.object({ choices: z.array(z.unknown()).length(0) }), () => piece('')),
  // Bedrock Titan, at once and streamed
  shape(
    z.object({ results: z.array(z.object({ outputText: text, completionReason: maybe })).min(1) }),
    ({ results: [result] }) => whole(result?.outputText, result?.completionReason),
  ),
  shape(z.object({ outputText: text, completionReason: maybe }), (part) =>
    piece(part.outputText, part.completionReason),
  ),
  // Bedrock Llama
  shape(z.object({ generation: text, stop_reason: maybe }), (part) =>
    piece(part.generation, part.stop_reason),
  ),
  // Bedrock Mistral
  shape(
    z.object({ outputs: z.array(z.object({ text, stop_reason: maybe })).min(1) }),
    ({ outputs: [output] }) => piece(output?.text, output?.stop_reason),
  ),
  // DJL's dynamic batching, streamed
  shape(z.object({ outputs: z.array(text).min(1) }), ({ outputs: [output] }) => piece(output)),
  // Anthropic on Bedrock, streamed and at once
  shape(
    z.object({ type: z.literal('content_block_delta'), delta: z.object({ text: maybe }) }),
    (part) => piece(part.delta.text),
  ),
  shape(
    z.object({ type: z.literal('message_delta'), delta: z.object({ stop_reason: maybe }) }),
    (part) => piece('', part.delta.stop_reason),
  ),
  shape(
    z.object({
      type: z.enum([
        'message_start',
        'content_block_start',
        'content_block_stop',
        'message_stop',
        'ping',
      ]),
    }),
    () => piece(''),
  ),
  shape(
    z.object({ content: z.array(z.object({ text: maybe })).min(1), stop_reason: maybe }),
    (part) => whole(part.content.map((block) => block.text ?? '').join(''), part.stop_reason),
  ),
  shape(z.object({ completion: text, stop_reason: maybe }), (part) =>
    piece(part.completion, part.stop_reason),
  ),
  // Converse, streamed and at once
  shape(z.object({ contentBlockDelta: z.object({ delta: z.object({ text: maybe }) }) }), (part) =>
    piece(part.contentBlockDelta.delta.text),
  ),
  shape(z.object({ messageStop: z.object({ stopReason: maybe }) }), (part) =>
    piece('', part.messageStop.stopReason),
  ),
  shape(
    z.object({
      output: z.object({ message: z.object({ content: z.array(z.object({ text: maybe })) }) }),
      stopReason: maybe,
    }),
    (part) =>
      whole(part.output.message.content.map((block) => block.text ?? '').join(''), part.stopReason),
  ),
  // Cohere on Bedrock
  shape(
    z.object({ generations: z.array(z.object({ text, finish_reason: maybe })).min(1) }),
    ({ generations: [generation] }) => whole(generation?.text, generation?.finish_reason),
  ),
] as const

/** What a container writes instead of an answer when it fails. */
const failures = [
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z.object({ object: z.literal('error'), message: z.string() }).transform(({ message }) => message),
]

/** @returns null when it is no answer in any known shape */
export function readAnswerPart(data: unknown): AnswerPart | null {
  const one = Array.isArray(data) ? (data[0] as unknown) : data
  for (const read of shapes) {
    const part = read(one)
    if (part) return part
  }
  return null
}

/** The container's own words; null when it is no failure. */
export function readFailure(data: unknown): string | null {
  for (const schema of failures) {
    const parsed = schema.safeParse(data)
    if (parsed.success) return parsed.data
  }
  return null
}

function shape<S extends z.ZodType>(
  schema: S,
  read: (part: z.output<S>) => AnswerPart,
): (data: unknown) => AnswerPart | null {
  return (data) => {
    const parsed = schema.safeParse(data)
    return parsed.success ? read(parsed.data) : null
  }
}

function piece(content: string | null | undefined, reason?: string | null): AnswerPart {
  return {
    text: content ?? '',
    finishReason: reason ? finishOf(reason, 'eos_token') : null,
    isWhole: false,
  }
}

function whole(content: string | null | undefined, reason?: string | null): AnswerPart {
  return { text: content ?? '', finishReason: finishOf(reason, 'eos_token'), isWhole: true }
}

/** Every dialect's word for the three ways to end. */
function finishOf(reason: string | null | undefined, otherwise: ShapeFinish): ShapeFinish {
  switch (reason?.toLowerCase()) {
    case 'length':
    case 'max_tokens':
    case 'max_length':
    case 'maxtokens':
      return 'length'
    case 'stop_sequence':
    case 'stop_words':
      return 'stop_sequence'
    default:
      return otherwise
  }
}
