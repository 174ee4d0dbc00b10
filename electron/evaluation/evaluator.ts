/**
 * Evaluates a candidate against its base model: draws unseen rows, asks both, scores, and stores each row as it comes.
 * What was stopped or failed goes on where it was; the answers are the likeliest ones, so the result is the same.
 */
import { randomUUID } from 'node:crypto'
import type { TrainingExample } from '../../shared/dataset.ts'
import { AppError, toAppError } from '../../shared/errors.ts'
import {
  maxTokensOfEvaluation,
  type Evaluation,
  type EvaluationProgress,
} from '../../shared/evaluation.ts'
import type { Candidate, ModelVersion } from '../../shared/model.ts'
import type { AnswerSide, GenerationSettings } from '../../shared/playground.ts'
import { shuffle } from '../../shared/split.ts'
import { getCandidate } from '../db/candidates.ts'
import type { WritableDb } from '../db/database.ts'
import {
  findLatestEvaluation,
  getEvaluation,
  insertEvaluatedRow,
  insertEvaluation,
  updateEvaluation,
} from '../db/evaluations.ts'
import { getVersion } from '../db/models.ts'
import { scoreAnswer } from './scores/scoreAnswer.ts'

export interface EvaluatorOptions {
  readonly db: WritableDb
  /** @throws AppError EngineUnavailable */
  readonly connect: () => Promise<unknown>
  /** The version's validation rows that are not among its training rows. */
  readonly unseenExamples: (version: ModelVersion) => Promise<TrainingExample[]>
  readonly answer: (
    candidate: Candidate,
    side: AnswerSide,
    prompt: string,
    settings: GenerationSettings,
    signal: AbortSignal,
  ) => Promise<string>
  readonly publish: (progress: EvaluationProgress) => void
  readonly now: () => number
}

export interface Evaluator {
  /**
   * Returns once it has begun; progress is published. One that is running already is returned as it is.
   * @throws AppError CandidateNotFound, CandidateNotReady, DatasetNotFound, DatasetTooSmall, EngineUnavailable
   */
  start(candidateId: string, rowCount: number): Promise<Evaluation>
  /** Resolves when it has ended, however. */
  ended(evaluationId: string): Promise<Evaluation>
  /** What was evaluated so far is kept. */
  stop(evaluationId: string): Promise<void>
  /** Before a candidate is deleted. */
  stopCandidate(candidateId: string): Promise<void>
  /** Null when there is none. */
  latest(candidateId: string): Evaluation | null
  close(): Promise<void>
}

/** The likeliest token every time, so that the same evaluation gives the same numbers. */
export const evaluationSettings: GenerationSettings = {
  maxNewTokens: maxTokensOfEvaluation,
  temperature: 0,
  topP: 0.9,
  seed: 1,
}
const drawSeed = 10

interface Running {
  readonly aborter: AbortController
  readonly done: Promise<void>
}

export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { db } = options
  const running = new Map<string, Running>()

  /** Two clicks are one evaluation. */
  const starting = new Map<string, Promise<Evaluation>>()

  function publish(evaluation: Evaluation, done: number, status: Evaluation['status']): void {
    const { id, candidateId, plannedRows } = evaluation
    options.publish({ evaluationId: id, candidateId, done, planned: plannedRows, status })
  }

  async function work(
    evaluation: Evaluation,
    candidate: Candidate,
    examples: readonly TrainingExample[],
    signal: AbortSignal,
  ): Promise<void> {
    const done = new Set(evaluation.rows.map(({ position }) => position))
    try {
      for (const position of drawRows(examples.length, evaluation.plannedRows, evaluation.seed)) {
        const example = examples[position]
        if (!example || done.has(position)) continue
        const ask = async (side: AnswerSide) =>
          scoreAnswer(
            await options.answer(candidate, side, example.prompt, evaluationSettings, signal),
            example.completion,
          )
        const [tuned, base] = await Promise.all([ask('tuned'), ask('base')])
        if (signal.aborted) break
        const { prompt: question, completion: reference } = example
        insertEvaluatedRow(db, evaluation.id, { position, question, reference, tuned, base })
        done.add(position)
        publish(evaluation, done.size, 'Running')
      }
      finish(evaluation, done.size, signal.aborted ? 'Stopped' : 'Completed', null)
    } catch (error) {
      const failure = toAppError(error)
      if (failure.code === 'Internal' && !signal.aborted) console.error(error)
      if (signal.aborted) finish(evaluation, done.size, 'Stopped', null)
      else finish(evaluation, done.size, 'Failed', failure)
    }
  }

  function finish(
    evaluation: Evaluation,
    done: number,
    status: Evaluation['status'],
    failure: AppError | null,
  ): void {
    running.delete(evaluation.id)
    updateEvaluation(db, evaluation.id, {
      status,
      failure: failure?.toData() ?? null,
      endedAtMs: options.now(),
    })
    publish(evaluation, done, status)
  }

  /** Goes on with what did not end, when it asks for the same rows. */
  function open(candidate: Candidate, rowCount: number, available: number): Evaluation {
    const plannedRows = Math.min(rowCount, available)
    const latest = findLatestEvaluation(db, candidate.id)
    const goesOn =
      latest?.status !== 'Completed' &&
      latest?.plannedRows === plannedRows &&
      latest.availableRows === available
    if (latest && goesOn) {
      updateEvaluation(db, latest.id, { status: 'Running', failure: null, endedAtMs: null })
      return getEvaluation(db, latest.id)
    }
    const id = randomUUID()
    insertEvaluation(db, {
      id,
      candidateId: candidate.id,
      status: 'Running',
      plannedRows,
      availableRows: available,
      seed: drawSeed,
      failure: null,
      startedAtMs: options.now(),
      endedAtMs: null,
    })
    return getEvaluation(db, id)
  }

  function latest(candidateId: string): Evaluation | null {
    const found = findLatestEvaluation(db, candidateId)
    if (!found) return null
    // The app ended while it was running.
    const isLeft = found.status === 'Running' && !running.has(found.id)
    return isLeft ? { ...found, status: 'Stopped' } : found
  }

  async function start(candidateId: string, rowCount: number): Promise<Evaluation> {
    const candidate = getCandidate(db, candidateId)
    const current = latest(candidateId)
    if (current?.status === 'Running') return current
    requireTrained(candidate)
    await options.connect()
    const examples = await options.unseenExamples(getVersion(db, candidate.versionId))
    if (examples.length === 0)
      throw new AppError('DatasetTooSmall', 'No unseen rows are left to evaluate on', {
        details: { count: 0, minimum: 1 },
      })
    const evaluation = open(candidate, rowCount, examples.length)
    const aborter = new AbortController()
    // It has to be known as running before its first step. What it can't even store, such as on a full disk, is logged:
    // it counts as stopped then, and goes on when asked to.
    const done = Promise.resolve()
      .then(() => work(evaluation, candidate, examples, aborter.signal))
      .catch((error: unknown) => console.error(error))
    running.set(evaluation.id, { aborter, done })
    publish(evaluation, evaluation.rows.length, 'Running')
    return evaluation
  }

  async function stop(evaluationId: string): Promise<void> {
    const current = running.get(evaluationId)
    current?.aborter.abort()
    await current?.done
  }

  return {
    start(candidateId, rowCount) {
      const known = starting.get(candidateId)
      if (known) return known
      const started = start(candidateId, rowCount).finally(() => starting.delete(candidateId))
      starting.set(candidateId, started)
      return started
    },
    async ended(evaluationId) {
      await running.get(evaluationId)?.done
      return getEvaluation(db, evaluationId)
    },
    stop,
    async stopCandidate(candidateId) {
      const current = latest(candidateId)
      if (current?.status === 'Running') await stop(current.id)
    },
    latest,
    async close() {
      const all = [...running.values()]
      for (const { aborter } of all) aborter.abort()
      await Promise.all(all.map(({ done }) => done))
    },
  }
}

/** Positions of `count` of `available` rows, drawn without replacement. */
export function drawRows(available: number, count: number, seed: number): number[] {
  const positions = Array.from({ length: available }, (_, index) => index)
  return shuffle(positions, seed).slice(0, count)
}

function requireTrained({ status }: Candidate): void {
  if (status === 'Completed') return
  throw new AppError('CandidateNotReady', 'The candidate is not trained yet', {
    details: { reason: '' },
  })
}
