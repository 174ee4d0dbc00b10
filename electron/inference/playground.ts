/** Asks several models the same question at once, and keeps what they answered. */
import { randomUUID } from 'node:crypto'
import { AppError, toAppError } from '../../shared/errors.ts'
import type { Candidate } from '../../shared/model.ts'
import {
  pathTo,
  type Answer,
  type AnswerPiece,
  type AnswerSide,
  type GenerationSettings,
  type Question,
  type Regeneration,
  type Speaker,
  type Turn,
} from '../../shared/playground.ts'
import { fillPrompt, type PromptTemplate } from '../../shared/promptTemplate.ts'
import { generateLater } from '../aws/asyncInvocation.ts'
import { converse, ensureModelDeployment } from '../aws/bedrockServing.ts'
import { generate } from '../aws/endpoints.ts'
import type { Connection } from '../aws/workspace.ts'
import { findCandidate } from '../db/candidates.ts'
import { getTurn, insertAnswer, insertTurn, listTurns } from '../db/conversations.ts'
import type { WritableDb } from '../db/database.ts'
import type { EndpointService } from '../endpoints/endpointService.ts'
import { startPhase } from './startPhase.ts'
import { whenAwake } from './whenAwake.ts'
import {
  reachSide,
  reachSpeaker,
  titleOf,
  type ReachedSpeaker,
  type SpeakerFacts,
} from './speakers.ts'

export interface PlaygroundOptions extends Pick<SpeakerFacts, 'describeHubModel'> {
  readonly db: WritableDb
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly endpoints: EndpointService
  readonly publish: (piece: AnswerPiece) => void
  /** How often an account is asked whether what was begun is ready. */
  readonly pollMs: number
  readonly now: () => number
}

export interface Playground {
  /** Returns at once; the pieces are published. @throws AppError NotFound for a parent that is not there */
  ask(question: Question): Turn
  /** Another answer of one column; the earlier one is kept. */
  regenerate(request: Regeneration): void
  /** Has the endpoints that answer for these sides start, all at once, and waits for them. @throws AppError as `answer` does */
  bringUp(candidate: Candidate, sides: readonly AnswerSide[], signal: AbortSignal): Promise<void>
  /** One side's whole answer, without publishing or storing it. */
  answer(
    candidate: Candidate,
    side: AnswerSide,
    prompt: string,
    settings: GenerationSettings,
    onText?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<string>
  /** The same of any speaker. */
  answerOf(
    speaker: Speaker,
    prompt: string,
    settings: GenerationSettings,
    signal: AbortSignal,
  ): Promise<string>
  stop(requestId: string): void
  /** Stops what is being answered. */
  close(): void
}

interface Earlier {
  readonly prompt: string
  readonly answer: string
}

interface Asked {
  readonly prompt: string
  readonly settings: GenerationSettings
  readonly earlier: readonly Earlier[]
}

const phasePollMs = 1000

export function createPlayground(options: PlaygroundOptions): Playground {
  const { db, endpoints } = options
  const running = new Map<string, AbortController>()
  const facts: SpeakerFacts = {
    db,
    connect: options.connect,
    describeHubModel: options.describeHubModel,
    getEndpoint: (name) => endpoints.get(name),
  }

  async function* pieces(
    { served, workspaceId, template }: Omit<ReachedSpeaker, 'title'>,
    { prompt, settings, earlier }: Asked,
    signal: AbortSignal,
    onReached?: (endpointName: string | null) => void,
    onWaking?: () => void,
  ) {
    const connection = await options.connect(workspaceId)
    if (served.kind === 'bedrock') {
      const turns = [...earlier, { prompt, answer: null }].map((turn) => ({
        ...turn,
        prompt: fillPrompt(template, turn.prompt),
      }))
      const { modelArn } = served
      const modelId = modelArn.startsWith('arn:')
        ? await ensureModelDeployment(connection, modelArn, signal, options.pollMs)
        : modelArn
      onReached?.(null)
      const talk = { system: settings.system?.trim() ?? '', turns }
      yield* converse(connection, modelId, talk, settings, signal)
      return
    }
    const inputs = promptFor(template, prompt, settings, earlier)
    const name =
      served.kind === 'endpoint' ? served.name : await endpoints.ensure(served.wish, signal)
    onReached?.(name)
    if (served.kind === 'endpoint' && served.isAsync)
      yield await generateLater(connection, name, inputs, settings, signal, options.pollMs)
    else {
      const componentName = served.kind === 'endpoint' ? served.componentName : null
      const ask = () =>
        generate(
          connection.clients,
          { endpointName: name, componentName },
          inputs,
          settings,
          signal,
        )
      yield* whenAwake(ask, signal, options.pollMs, () => {
        // It is wanted, and must not end while its machine comes.
        endpoints.used(name)
        onWaking?.()
      })
    }
    endpoints.used(name)
  }

  async function answerColumn(column: {
    readonly requestId: string
    readonly turn: Turn
    readonly position: number
    readonly speaker: Speaker
    readonly settings: GenerationSettings
    readonly earlier: readonly Earlier[]
    readonly signal: AbortSignal
  }): Promise<void> {
    const { requestId, turn, position, speaker, settings, signal } = column
    const askedAtMs = options.now()
    let firstAtMs: number | null = null
    let tokenCount = 0
    let text = ''
    let endpointName: string | null = null
    const figures = () => {
      const seconds = firstAtMs === null ? 0 : (options.now() - firstAtMs) / 1000
      return {
        tokenCount,
        firstTokenMs: firstAtMs === null ? null : firstAtMs - askedAtMs,
        // The first token's time is the prompt's, not the answer's.
        tokensPerSecond: tokenCount > 1 && seconds > 0 ? (tokenCount - 1) / seconds : null,
      }
    }
    const publish = (piece: Partial<AnswerPiece>) =>
      options.publish({
        requestId,
        position,
        text: '',
        done: false,
        finishReason: null,
        error: null,
        phase: null,
        endpointName,
        ...figures(),
        ...piece,
      })
    /** Its endpoint may have taken minutes to start: a model that was renamed since answers under its new name. */
    const titleNow = () => {
      const candidate =
        speaker.kind === 'candidate' ? findCandidate(db, speaker.candidateId) : undefined
      return candidate ? titleOf(db, candidate) : title
    }
    const keep = (finishReason: Answer['finishReason']) => {
      if (text === '') return
      insertAnswer(db, {
        id: randomUUID(),
        turnId: turn.id,
        position,
        speaker,
        title: titleNow(),
        text: text.trim(),
        ...figures(),
        finishReason,
        rating: null,
        answeredAtMs: options.now(),
      })
    }
    let title = ''
    try {
      const reached = await reachSpeaker(facts, speaker)
      title = reached.title
      const asked = { prompt: turn.prompt, settings, earlier: column.earlier }
      const watching = watchStart(reached, publish)
      let finishReason: Answer['finishReason'] = null
      try {
        const onReached = (name: string | null) => {
          endpointName = name
          watching.stop()
          publish({})
        }
        const answer = pieces(reached, asked, signal, onReached, () => publish({ phase: 'waking' }))
        for await (const piece of answer) {
          firstAtMs ??= options.now()
          tokenCount += 1
          text += piece.text
          finishReason = piece.finishReason ?? finishReason
          publish({ text: piece.text })
        }
      } finally {
        watching.stop()
      }
      keep(finishReason)
      publish({ done: true, finishReason })
    } catch (error) {
      const failure = toAppError(error)
      const stopped = signal.aborted || failure.code === 'Cancelled'
      keep(stopped ? 'stopped' : null)
      publish({
        done: true,
        finishReason: stopped ? 'stopped' : null,
        error: stopped ? null : failure.toData(),
      })
    }
  }

  /** Says what is happening while an endpoint starts. */
  function watchStart(
    { served, workspaceId }: ReachedSpeaker,
    publish: (piece: Partial<AnswerPiece>) => void,
  ): { stop(): void } {
    if (served.kind !== 'wish') {
      if (served.kind === 'bedrock') publish({ phase: 'preparing' })
      return { stop: () => undefined }
    }
    const { modelKey } = served.wish
    let isStopped = false
    const look = async () => {
      const current = endpoints
        .state()
        .endpoints.find(
          ({ revisions, status }) =>
            status !== 'Gone' &&
            revisions.some(({ variants }) => variants[0]?.modelUri === modelKey),
        )
      const phase = await startPhase(() => options.connect(workspaceId), current)
      if (!isStopped && phase !== null) publish({ phase, endpointName: current?.name ?? null })
    }
    const timer = setInterval(() => void look().catch(() => undefined), phasePollMs)
    void look().catch(() => undefined)
    return {
      stop() {
        isStopped = true
        clearInterval(timer)
      },
    }
  }

  function run(
    requestId: string,
    columns: readonly Omit<Parameters<typeof answerColumn>[0], 'signal'>[],
  ): void {
    const aborter = new AbortController()
    running.set(requestId, aborter)
    void Promise.all(columns.map((column) => answerColumn({ ...column, signal: aborter.signal })))
      .catch((error: unknown) => console.error(error)) // the answers were shown; only the record failed
      .finally(() => running.delete(requestId))
  }

  /** Of one column, what was said before in this line of the conversation. */
  function earlierOf(turns: readonly Turn[], parentId: string | null, position: number): Earlier[] {
    if (parentId === null) return []
    return pathTo(turns, parentId).flatMap((turn) => {
      const answer = turn.answers.findLast((one) => one.position === position)
      return answer ? [{ prompt: turn.prompt, answer: answer.text }] : []
    })
  }

  return {
    ask(question) {
      const { requestId, conversationId, parentId, prompt, settings, speakers } = question
      const turns = listTurns(db, conversationId)
      if (parentId !== null && !turns.some(({ id }) => id === parentId))
        throw new AppError('NotFound', `There is no turn ${parentId}`, {
          details: { message: parentId },
        })
      const turn: Turn = {
        id: randomUUID(),
        conversationId,
        parentId,
        prompt,
        settings,
        askedAtMs: options.now(),
        answers: [],
      }
      insertTurn(db, turn)
      run(
        requestId,
        speakers.map((speaker, position) => ({
          requestId,
          turn,
          position,
          speaker,
          settings,
          earlier: question.remembers ? earlierOf(turns, parentId, position) : [],
        })),
      )
      return turn
    },
    regenerate({ requestId, turnId, position, settings }) {
      const turn = getTurn(db, turnId)
      const answer = turn.answers.findLast((one) => one.position === position)
      if (!answer)
        throw new AppError('NotFound', 'There is no answer to replace', {
          details: { message: turnId },
        })
      run(requestId, [
        { requestId, turn, position, speaker: answer.speaker, settings, earlier: [] },
      ])
    },
    async bringUp(candidate, sides, signal) {
      await Promise.all(
        sides.map(async (side) => {
          const { served } = await reachSide(facts, side, candidate)
          if (served.kind === 'wish') await endpoints.ensure(served.wish, signal)
        }),
      )
    },
    async answer(candidate, side, prompt, settings, onText, signal) {
      const reached = await reachSide(facts, side, candidate)
      let text = ''
      const stopped = signal ?? new AbortController().signal
      for await (const piece of pieces(reached, { prompt, settings, earlier: [] }, stopped)) {
        text += piece.text
        onText?.(piece.text)
      }
      return text.trim()
    },
    async answerOf(speaker, prompt, settings, signal) {
      const reached = await reachSpeaker(facts, speaker)
      let text = ''
      const asked = { prompt, settings, earlier: [] }
      for await (const piece of pieces(reached, asked, signal)) text += piece.text
      return text.trim()
    },
    stop: (requestId) => running.get(requestId)?.abort(),
    close() {
      for (const aborter of running.values()) aborter.abort()
    },
  }
}

/** What the model continues: the system prompt, what was said before where that is wanted, and the question. */
export function promptFor(
  template: PromptTemplate,
  prompt: string,
  { system }: GenerationSettings,
  earlier: readonly Earlier[],
): string {
  const before = earlier.map((turn) => `${fillPrompt(template, turn.prompt)}${turn.answer}\n\n`)
  const start = system?.trim() ? `${system.trim()}\n\n` : ''
  return `${start}${before.join('')}${fillPrompt(template, prompt)}`
}
