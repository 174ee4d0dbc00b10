/** An answer, put together from byte slices of any length: server-sent events, JSON lines, or one JSON document. */
import { AppError } from '../../shared/errors.ts'
import { readAnswerPart, readFailure, type ShapeFinish } from './answerShapes.ts'

export interface GeneratedPiece {
  readonly text: string
  readonly finishReason: ShapeFinish | null
}

/** A document that is not streamed has to fit into memory. */
const longestDocument = 16 * 1024 * 1024

/**
 * Slices may cut lines and UTF-8 characters anywhere.
 * @throws AppError Internal when the container reports a failure, or the answer has no known shape
 */
export async function* parseGeneratedPieces(
  slices: AsyncIterable<Uint8Array>,
): AsyncGenerator<GeneratedPiece> {
  const decoder = new TextDecoder()
  let pending = ''
  let hasText = false
  const toPieces = (json: string): GeneratedPiece[] => {
    const part = parsePart(json)
    // Some containers repeat the whole answer when its stream ends.
    if (part.isWhole && hasText) return [{ text: '', finishReason: part.finishReason }]
    hasText ||= part.text !== ''
    return [{ text: part.text, finishReason: part.finishReason }]
  }
  for await (const slice of slices) {
    pending += decoder.decode(slice, { stream: true })
    if (pending.length > longestDocument) throw brokenAnswer('it is too long')
    const lines = pending.split('\n')
    // A document in several lines is none of its lines.
    if (!isPart(lines[0] ?? '')) continue
    pending = lines.pop() ?? ''
    for (const line of lines) {
      const json = jsonOf(line)
      if (json !== null) yield* toPieces(json)
    }
  }
  pending += decoder.decode()
  const rest = jsonOf(pending)
  if (rest !== null) yield* toPieces(rest)
}

/** @throws AppError Internal */
export function parseWholeAnswer(body: string): GeneratedPiece {
  const part = parsePart(body)
  return { text: part.text, finishReason: part.finishReason }
}

/** The JSON of a line; null for what carries none: comments, event names, the end mark, blank lines. */
function jsonOf(line: string): string | null {
  const content = (line.startsWith('data:') ? line.slice('data:'.length) : line).trim()
  if (content === '' || content === '[DONE]' || content.startsWith(':')) return null
  return /^(event|id|retry):/.test(content) ? null : content
}

/** A line that stands for itself. */
function isPart(line: string): boolean {
  const content = line.trim()
  if (content === '' || /^(data|event|id|retry)?:/.test(content)) return true
  return content.startsWith('{') && content.endsWith('}')
}

function parsePart(json: string) {
  const data = parseJson(json)
  const failure = readFailure(data)
  if (failure !== null) throw brokenAnswer(failure)
  const part = readAnswerPart(data)
  if (!part) throw brokenAnswer('its shape is not known')
  return part
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
