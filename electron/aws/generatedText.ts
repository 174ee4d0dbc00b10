/** Server-sent events of a text-generation-inference container, put together from byte slices of any length. */
import { z } from 'zod'

const eventSchema = z.object({
  token: z.object({ text: z.string(), special: z.boolean().default(false) }),
  generated_text: z.string().nullish(),
  details: z.object({ finish_reason: z.string() }).nullish(),
})

export interface GeneratedPiece {
  readonly text: string
  readonly finishReason: 'length' | 'eos_token' | 'stop_sequence' | null
}

/** Slices may cut lines and UTF-8 characters anywhere. */
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
  const event = eventSchema.parse(JSON.parse(json))
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
