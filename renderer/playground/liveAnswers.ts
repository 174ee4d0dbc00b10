/** Answers while they arrive, column by column; pure. */
import type { Answer, AnswerPiece, Turn } from '../../shared/playground.ts'

/** A piece that holds the whole text so far. */
export type LiveAnswer = AnswerPiece

/** Of one request; columns that it does not ask are left as they are. */
export interface LiveRequest {
  readonly requestId: string
  readonly turnId: string
  readonly answers: ReadonlyMap<number, LiveAnswer>
}

export function beginRequest(
  requestId: string,
  turnId: string,
  positions: readonly number[],
): LiveRequest {
  const empty = (position: number): LiveAnswer => ({
    requestId,
    position,
    text: '',
    done: false,
    tokenCount: 0,
    firstTokenMs: null,
    tokensPerSecond: null,
    finishReason: null,
    error: null,
    phase: null,
    endpointName: null,
  })
  return {
    requestId,
    turnId,
    answers: new Map(positions.map((position) => [position, empty(position)])),
  }
}

export function addPiece(request: LiveRequest, piece: AnswerPiece): LiveRequest {
  const known = request.answers.get(piece.position)
  if (piece.requestId !== request.requestId || !known) return request
  const answers = new Map(request.answers)
  answers.set(piece.position, { ...piece, text: known.text + piece.text })
  return { ...request, answers }
}

export function isAnswering(request: LiveRequest | null): boolean {
  return request !== null && [...request.answers.values()].some(({ done }) => !done)
}

/** What one column of a turn shows: what is arriving, or else the newest that was kept. */
export interface ShownAnswer {
  readonly text: string
  readonly live: LiveAnswer | null
  readonly kept: Answer | null
  /** How many answers this column has given to this question. */
  readonly attempts: number
}

export function shownAnswer(
  turn: Turn,
  position: number,
  request: LiveRequest | null,
): ShownAnswer {
  const attempts = turn.answers.filter((answer) => answer.position === position)
  const kept = attempts.at(-1) ?? null
  const live = request?.turnId === turn.id ? (request.answers.get(position) ?? null) : null
  const isNews = live !== null && (!live.done || live.error !== null || kept === null)
  return {
    text: isNews ? live.text.trim() : (kept?.text ?? ''),
    live,
    kept: live && !live.done ? null : kept,
    attempts: attempts.length,
  }
}

/** Ways to have gone on from the same place, oldest first. */
export function siblingsOf(turns: readonly Turn[], turn: Turn): Turn[] {
  return turns.filter(({ parentId }) => parentId === turn.parentId)
}

/** The newest end of what follows a turn. */
export function newestLeaf(turns: readonly Turn[], turnId: string): string {
  const children = turns.filter(({ parentId }) => parentId === turnId)
  const newest = children.at(-1)
  return newest ? newestLeaf(turns, newest.id) : turnId
}
