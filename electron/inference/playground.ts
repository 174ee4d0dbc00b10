/** Asks a candidate and its base model the same question, side by side. */
import { randomUUID } from 'node:crypto'
import { AppError, toAppError } from '../../shared/errors.ts'
import type { Candidate, ModelVersion } from '../../shared/model.ts'
import type {
  AnswerPiece,
  AnswerSide,
  Exchange,
  GenerationSettings,
} from '../../shared/playground.ts'
import { fillPrompt } from '../../shared/promptTemplate.ts'
import { ensureEndpoint, generate } from '../aws/endpoints.ts'
import type { HubModel } from '../aws/hub.ts'
import { getCandidate } from '../db/candidates.ts'
import type { WritableDb } from '../db/database.ts'
import { insertExchange, listExchanges } from '../db/exchanges.ts'
import { getVersion } from '../db/models.ts'
import type { Connection } from '../aws/workspace.ts'
import { servingSpec } from './servingSpec.ts'

export interface Question {
  readonly requestId: string
  readonly candidateId: string
  readonly prompt: string
  readonly settings: GenerationSettings
}

export interface PlaygroundOptions {
  readonly db: WritableDb
  readonly connect: () => Promise<Connection>
  readonly describeHubModel: (id: string) => Promise<HubModel>
  /** The validation rows of a version: questions that no candidate was trained on. */
  readonly unseenQuestions: (version: ModelVersion) => Promise<string[]>
  readonly publish: (piece: AnswerPiece) => void
  readonly now: () => number
}

export interface Playground {
  /** Returns at once; the pieces are published. @throws AppError CandidateNotFound, CandidateNotReady */
  ask(question: Question): void
  /** One side's whole answer, without publishing or storing it. */
  answer(
    candidate: Candidate,
    side: AnswerSide,
    prompt: string,
    settings: GenerationSettings,
    onText?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<string>
  stop(requestId: string): void
  history(candidateId: string): Exchange[]
  suggestions(candidateId: string): Promise<string[]>
  /** Stops what is being answered. */
  close(): void
}

const suggestionCount = 4

export function createPlayground(options: PlaygroundOptions): Playground {
  const { db } = options
  const running = new Map<string, AbortController>()

  async function* pieces(
    candidate: Candidate,
    side: AnswerSide,
    prompt: string,
    settings: GenerationSettings,
    signal: AbortSignal,
  ) {
    const connection = await options.connect()
    const hubModel = await options.describeHubModel(candidate.baseModelId)
    const spec = servingSpec(side, candidate, hubModel, connection.roleArn)
    await ensureEndpoint(connection.clients, spec, signal)
    const inputs = fillPrompt(candidate.promptTemplate, prompt)
    yield* generate(connection.clients, spec.name, inputs, settings, signal)
  }

  /** @returns the answer, as far as it got */
  async function answerSide(
    question: Question,
    candidate: Candidate,
    side: AnswerSide,
    signal: AbortSignal,
  ): Promise<string> {
    const askedAtMs = options.now()
    let firstAtMs: number | null = null
    let tokenCount = 0
    let text = ''
    const publish = (piece: Pick<AnswerPiece, 'text' | 'done' | 'finishReason' | 'error'>) => {
      const seconds = firstAtMs === null ? 0 : (options.now() - firstAtMs) / 1000
      options.publish({
        requestId: question.requestId,
        side,
        tokenCount,
        firstTokenMs: firstAtMs === null ? null : firstAtMs - askedAtMs,
        // The first token's time is the prompt's, not the answer's.
        tokensPerSecond: tokenCount > 1 && seconds > 0 ? (tokenCount - 1) / seconds : null,
        ...piece,
      })
    }
    try {
      let finishReason: AnswerPiece['finishReason'] = null
      for await (const piece of pieces(
        candidate,
        side,
        question.prompt,
        question.settings,
        signal,
      )) {
        firstAtMs ??= options.now()
        tokenCount += 1
        text += piece.text
        finishReason = piece.finishReason
        publish({ text: piece.text, done: false, finishReason: null, error: null })
      }
      publish({ text: '', done: true, finishReason, error: null })
    } catch (error) {
      const failure = toAppError(error)
      const stopped = signal.aborted || failure.code === 'Cancelled'
      publish({
        text: '',
        done: true,
        finishReason: stopped ? 'stopped' : null,
        error: stopped ? null : failure.toData(),
      })
    }
    return text
  }

  return {
    ask(question) {
      const candidate = getCandidate(db, question.candidateId)
      if (candidate.status !== 'Completed') {
        throw new AppError('CandidateNotReady', 'The candidate is not trained yet', {
          details: { reason: '' },
        })
      }
      const aborter = new AbortController()
      running.set(question.requestId, aborter)
      const askedAtMs = options.now()
      void Promise.all([
        answerSide(question, candidate, 'tuned', aborter.signal),
        answerSide(question, candidate, 'base', aborter.signal),
      ])
        .then(([tunedAnswer, baseAnswer]) => {
          if (tunedAnswer === '' && baseAnswer === '') return
          insertExchange(db, {
            id: randomUUID(),
            candidateId: candidate.id,
            prompt: question.prompt,
            tunedAnswer,
            baseAnswer,
            settings: question.settings,
            askedAtMs,
          })
        })
        .catch((error: unknown) => console.error(error)) // the answers were shown; only the record failed
        .finally(() => running.delete(question.requestId))
    },
    async answer(candidate, side, prompt, settings, onText, signal) {
      let text = ''
      const stopped = signal ?? new AbortController().signal
      for await (const piece of pieces(candidate, side, prompt, settings, stopped)) {
        text += piece.text
        onText?.(piece.text)
      }
      return text.trim()
    },
    stop: (requestId) => running.get(requestId)?.abort(),
    history: (candidateId) => listExchanges(db, candidateId),
    async suggestions(candidateId) {
      const version = getVersion(db, getCandidate(db, candidateId).versionId)
      return (await options.unseenQuestions(version)).slice(0, suggestionCount)
    },
    close() {
      for (const aborter of running.values()) aborter.abort()
    },
  }
}
