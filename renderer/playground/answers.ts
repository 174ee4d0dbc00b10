/** Pieces of an answer, put together as they arrive. */
import type { AnswerPiece, AnswerSide } from '../../shared/playground.ts'

export interface Answer {
  readonly text: string
  readonly done: boolean
  readonly tokensPerSecond: number | null
  readonly firstTokenMs: number | null
  readonly tokenCount: number
  readonly stopped: boolean
  readonly error: AnswerPiece['error']
}

export type Answers = Readonly<Record<AnswerSide, Answer>>

const nothing: Answer = {
  text: '',
  done: false,
  tokensPerSecond: null,
  firstTokenMs: null,
  tokenCount: 0,
  stopped: false,
  error: null,
}

export const noAnswers: Answers = { tuned: nothing, base: nothing }

export function appendPiece(answers: Answers, piece: AnswerPiece): Answers {
  const known = answers[piece.side]
  return {
    ...answers,
    [piece.side]: {
      text: known.text + piece.text,
      done: piece.done,
      tokensPerSecond: piece.tokensPerSecond,
      firstTokenMs: piece.firstTokenMs,
      tokenCount: piece.tokenCount,
      stopped: piece.finishReason === 'stopped',
      error: piece.error,
    },
  }
}
