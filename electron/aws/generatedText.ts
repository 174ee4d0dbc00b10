/** Server-sent events of a text-generation-inference container, put together from byte slices of any length. */
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'

const eventSchema = z.object({
  token: z.object({ text: z.string(), special: z.boolean().default(false) }),
  generated_text: z.string().nullish(),
  details: z.object({ finish_reason: z.string() }).nullish(),
})

/** What the container writes into the stream when it fails in the middle of an answer. */
const failureSchema = z.object({ error: z.string() })

export interface GeneratedPiece {
  readonly text: string
  readonly finishReason: 'length' | 'eos_token' | 'stop_sequence' | null
}

/**
 * Slices may cut lines and UTF-8 characters anywhere.
 * @throws AppError Internal when the container reports a failure, or the stream is not one of these
 */
export async function* parseGeneratedPieces(
  slices: AsyncIterable<Uint8Array>,
): AsyncGenerator<GeneratedPiece> {
  const decoder = new TextDecoder()
  let pending = ''
  for await (const slice of slices) {
    pending += decoder.decode(slice, { stream: true })
    const lines = pending.split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data:')) yield toPiece(line.slice('data:'.length))
    }
  }
  if (pending.startsWith('data:')) yield toPiece(pending.slice('data:'.length))
}

function toPiece(json: string): GeneratedPiece {
  const data = parseJson(json)
  const failure = failureSchema.safeParse(data)
  if (failure.success) throw brokenAnswer(failure.data.error)
  const parsed = eventSchema.safeParse(data)
  if (!parsed.success) throw brokenAnswer(z.prettifyError(parsed.error))
  const event = parsed.data
  const isLast = typeof event.generated_text === 'string'
  const reason = event.details?.finish_reason
  return {
    text: event.token.special ? '' : event.token.text,
    finishReason: !isLast
      ? null
      : reason === 'length' || reason === 'stop_sequence'
        ? reason
        : 'eos_token',
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw brokenAnswer('an event of the stream is no JSON', error)
  }
}

function brokenAnswer(reason: string, cause?: unknown): AppError {
  return new AppError('Internal', `The model's answer broke off: ${reason}`, {
    details: { message: reason },
    retryable: true,
    cause,
  })
}
