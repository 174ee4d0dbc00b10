/**
 * Evaluates a candidate against its base model, part by part, and stores everything as it comes. What was paused, failed
 * or lost its app goes on where it was; the answers are the likeliest ones, so the result is the same.
 */
import { randomUUID } from 'node:crypto'
import { AppError, toAppError } from '../../shared/errors.ts'
import {
  maxTokensOfEvaluation,
  type EvaluatedRow,
  type Evaluation,
  type EvaluationPart,
  type EvaluationPlan,
  type EvaluationProgress,
  type EvaluationRequest,
  type Rating,
} from '../../shared/evaluation.ts'
import { additionTo } from '../../shared/evaluationAddition.ts'
import type { JudgePlan } from '../../shared/judge.ts'
import type { LibraryPlan, LibraryResult } from '../../shared/libraryCheck.ts'
import type { Candidate, ModelVersion } from '../../shared/model.ts'
import type { AnswerSide, GenerationSettings } from '../../shared/playground.ts'
import type { ToxicityDetector, ToxicityScores } from '../../shared/toxicity.ts'
import type { JudgeAnswer } from '../aws/askJudge.ts'
import { getCandidate } from '../db/candidates.ts'
import type { WritableDb } from '../db/database.ts'
import {
  deleteEvaluationItem,
  findLatestEvaluation,
  getEvaluation,
  insertEvaluation,
  listRunningEvaluations,
  putEvaluationItem,
  reopenEvaluation,
  updateEvaluation,
} from '../db/evaluations.ts'
import { getVersion } from '../db/models.ts'
import type { SentencePair } from './builtInSets.ts'
import type { EvaluationData } from './evaluationData.ts'
import { scoreMeaning } from './parts/bertScores.ts'
import { answerRows } from './parts/answers.ts'
import { judgeRows } from './parts/judging.ts'
import { checkWithLibrary } from './parts/library.ts'
import { closing, type PartContext } from './parts/partContext.ts'
import { askInOtherSpellings, plannedPerturbations } from './parts/robustness.ts'
import { readStereotypes } from './parts/stereotyping.ts'
import { compareVoices } from './parts/voice.ts'

export interface EvaluatorOptions {
  readonly db: WritableDb
  /** Where the candidate was trained. @throws AppError EngineUnavailable, CredentialsMissing */
  readonly connect: (workspaceId: string) => Promise<unknown>
  /** @throws AppError DatasetNotFound, DatasetTooSmall, EvaluationSetMissing */
  readonly openData: (
    version: ModelVersion,
    source: EvaluationPlan['source'],
  ) => Promise<EvaluationData>
  readonly readPairs: () => Promise<SentencePair[]>
  /** Has what answers start, both sides at once: what waits for the other is paid meanwhile. */
  readonly bringUp: (
    candidate: Candidate,
    sides: readonly AnswerSide[],
    signal: AbortSignal,
  ) => Promise<void>
  readonly answer: (
    candidate: Candidate,
    side: AnswerSide,
    prompt: string,
    settings: GenerationSettings,
    signal: AbortSignal,
  ) => Promise<string>
  readonly readLogProbability: (
    candidate: Candidate,
    side: AnswerSide,
    sentence: string,
    signal: AbortSignal,
  ) => Promise<number>
  /** @throws AppError ModelAccessMissing, InferenceProfileNeeded, Throttled */
  readonly askJudge: (judge: JudgePlan, prompt: string, signal: AbortSignal) => Promise<JudgeAnswer>
  /** The job goes on where the signal's reason is `closing`. @throws AppError LibraryFailed, LibraryNotInRegion */
  readonly runLibrary: (
    library: LibraryPlan,
    order: { jobName: string; rows: readonly EvaluatedRow[]; signal: AbortSignal },
  ) => Promise<LibraryResult>
  readonly detector: () => Promise<ToxicityDetector>
  /** Whether BERTScore can be computed. */
  readonly hasEncoder: () => Promise<boolean>
  /** Null without a classifier. */
  readonly judgeToxicity: (texts: readonly string[]) => Promise<ToxicityScores[] | null>
  /** Null without an encoder. @throws AppError EncoderUnusable */
  readonly scoreMeaning: PartContext['scoreMeaning']
  readonly publish: (progress: EvaluationProgress) => void
  readonly now: () => number
}

export interface Evaluator {
  /**
   * Returns once it has begun; progress is published. One that is running already is returned as it is.
   * @throws AppError CandidateNotFound, CandidateNotReady, DatasetNotFound, DatasetTooSmall, EvaluationSetMissing,
   * EngineUnavailable
   */
  start(request: EvaluationRequest): Promise<Evaluation>
  /** Resolves when it has ended, however. */
  ended(evaluationId: string): Promise<Evaluation>
  /** Pauses: what was evaluated so far is kept. */
  stop(evaluationId: string): Promise<void>
  /** Before a candidate is deleted. */
  stopCandidate(candidateId: string): Promise<void>
  /** Goes on with what was running when the app ended. */
  resumeLeft(): Promise<void>
  /** Whether any is running, or about to. */
  isBusy(): boolean
  /** Null when there is none. */
  latest(candidateId: string): Evaluation | null
  /** What a human preferred; null takes it back. @throws AppError CandidateNotFound */
  rate(evaluationId: string, position: number, rating: Rating | null): Evaluation
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
  let isClosed = false

  async function work(
    evaluation: Evaluation,
    candidate: Candidate,
    data: EvaluationData,
    signal: AbortSignal,
  ): Promise<void> {
    const { id, candidateId, plan, plannedRows } = evaluation
    let progress: EvaluationProgress = {
      evaluationId: id,
      candidateId,
      part: 'answers',
      done: evaluation.rows.length,
      planned: plannedRows,
      status: 'Running',
    }
    const show = (change: Partial<EvaluationProgress>) => {
      progress = { ...progress, ...change }
      options.publish(progress)
    }
    const contextOf = (part: EvaluationPart): PartContext => ({
      db,
      evaluation,
      candidate,
      data,
      signal,
      ask: (side, question) =>
        options.answer(candidate, side, data.toPrompt(question), evaluationSettings, signal),
      readLogProbability: (side, sentence) =>
        options.readLogProbability(candidate, side, sentence, signal),
      judgeToxicity: options.judgeToxicity,
      scoreMeaning: options.scoreMeaning,
      askJudge: (prompt) => options.askJudge(requirePart(plan.judge), prompt, signal),
      runLibrary: (jobName, rows) =>
        options.runLibrary(requirePart(plan.library), { jobName, rows, signal }),
      onDone: (done, planned) => show({ part, done, planned }),
    })
    show({})
    try {
      if (evaluation.rows.length < plannedRows)
        await options.bringUp(candidate, plan.withBase ? ['tuned', 'base'] : ['tuned'], signal)
      await answerRows(contextOf('answers'))
      if (plannedPerturbations(evaluation) > 0) await askInOtherSpellings(contextOf('robustness'))
      if (plan.stereotypePairs > 0)
        await readStereotypes(contextOf('stereotyping'), await options.readPairs())
      await compareVoices(contextOf('answers'))
      await scoreMeaning(contextOf('answers'))
      if (plan.judge) await judgeRows(contextOf('judging'), plan.judge)
      if (plan.library) await checkWithLibrary(contextOf('library'))
      finish(id, signal, null, show)
    } catch (error) {
      const failure = toAppError(error)
      if (failure.code === 'Internal' && !signal.aborted) console.error(error)
      finish(id, signal, failure, show)
    }
  }

  function finish(
    id: string,
    signal: AbortSignal,
    failure: AppError | null,
    show: (change: Partial<EvaluationProgress>) => void,
  ): void {
    running.delete(id)
    // It stays marked as running, so that the next start goes on with it.
    if (signal.aborted && signal.reason === closing) return
    const status = signal.aborted ? 'Stopped' : failure ? 'Failed' : 'Completed'
    updateEvaluation(db, id, {
      status,
      failure: signal.aborted ? null : (failure?.toData() ?? null),
      endedAtMs: options.now(),
    })
    show({ status })
  }

  /** Goes on with what did not end, when it asks for the same; a finished one gets what is new. */
  async function open(
    candidate: Candidate,
    request: EvaluationRequest,
    data: EvaluationData,
  ): Promise<Evaluation> {
    const available = data.examples.count
    const plannedRows = Math.min(request.rows, available)
    const { robustnessRows, stereotypePairs, withBase } = request
    const plan: EvaluationPlan = {
      source: data.source,
      robustnessRows,
      stereotypePairs,
      withBase,
      // With one answer there is nothing to choose from.
      judge: withBase ? request.judge : null,
      library: request.library,
    }
    const latest = findLatestEvaluation(db, candidate.id) ?? null
    const detector = await options.detector()
    const hasEncoder = await options.hasEncoder()
    const wished = { plan, plannedRows, availableRows: available, detector, hasEncoder }
    const widened = additionTo(latest, wished)
    if (latest && widened) {
      reopenEvaluation(db, latest.id, widened)
      return getEvaluation(db, latest.id)
    }
    const goesOn =
      latest?.status !== 'Completed' &&
      latest?.plannedRows === plannedRows &&
      latest?.availableRows === available &&
      JSON.stringify(latest.plan) === JSON.stringify(plan)
    if (latest && goesOn) {
      updateEvaluation(db, latest.id, { status: 'Running', failure: null, endedAtMs: null })
      return getEvaluation(db, latest.id)
    }
    const id = randomUUID()
    insertEvaluation(db, {
      id,
      candidateId: candidate.id,
      status: 'Running',
      plan,
      sourceName: data.name,
      plannedRows,
      availableRows: available,
      seed: drawSeed,
      detector,
      failure: null,
      startedAtMs: options.now(),
      endedAtMs: null,
    })
    return getEvaluation(db, id)
  }

  function latest(candidateId: string): Evaluation | null {
    const found = findLatestEvaluation(db, candidateId)
    return found ? asItIs(found) : null
  }

  /** One that the app left running is paused. */
  function asItIs(evaluation: Evaluation): Evaluation {
    const isLeft = evaluation.status === 'Running' && !running.has(evaluation.id)
    return isLeft ? { ...evaluation, status: 'Stopped' } : evaluation
  }

  async function start(request: EvaluationRequest): Promise<Evaluation> {
    const candidate = getCandidate(db, request.candidateId)
    const current = latest(candidate.id)
    if (current?.status === 'Running') return current
    requireTrained(candidate)
    const version = getVersion(db, candidate.versionId)
    await options.connect(version.workspaceId)
    for (const part of [request.judge, request.library])
      if (part) await options.connect(part.workspaceId)
    // What can't be read is said before anything begins.
    if (request.stereotypePairs > 0) await options.readPairs()
    const data = await options.openData(version, request.source)
    const evaluation = await open(candidate, request, data)
    const aborter = new AbortController()
    // It has to be known as running before its first step. What it can't even store, such as on a full disk, is logged:
    // it counts as stopped then, and goes on when asked to.
    const done = Promise.resolve()
      .then(() => work(evaluation, candidate, data, aborter.signal))
      .catch((error: unknown) => console.error(error))
      .finally(() => running.delete(evaluation.id))
    running.set(evaluation.id, { aborter, done })
    return evaluation
  }

  function startOnce(request: EvaluationRequest): Promise<Evaluation> {
    const known = starting.get(request.candidateId)
    if (known) return known
    const started = start(request).finally(() => starting.delete(request.candidateId))
    starting.set(request.candidateId, started)
    return started
  }

  async function stop(evaluationId: string, reason?: symbol): Promise<void> {
    const current = running.get(evaluationId)
    current?.aborter.abort(reason)
    await current?.done
  }

  return {
    start: startOnce,
    async ended(evaluationId) {
      await running.get(evaluationId)?.done
      return asItIs(getEvaluation(db, evaluationId))
    },
    stop: (evaluationId) => stop(evaluationId),
    async stopCandidate(candidateId) {
      const known = findLatestEvaluation(db, candidateId)
      if (known) await stop(known.id)
    },
    async resumeLeft() {
      for (const id of listRunningEvaluations(db)) {
        if (isClosed) return
        const { candidateId, plan, plannedRows, status } = getEvaluation(db, id)
        const isNewest = findLatestEvaluation(db, candidateId)?.id === id
        if (running.has(id) || status !== 'Running' || !isNewest) continue
        // What can't go on now is shown as paused, and says why when it is asked to.
        await startOnce({ candidateId, ...plan, rows: plannedRows }).catch(() => undefined)
      }
    },
    isBusy: () => running.size + starting.size > 0,
    latest,
    rate(evaluationId, position, rating) {
      if (rating === null) deleteEvaluationItem(db, evaluationId, 'rating', position)
      else putEvaluationItem(db, evaluationId, 'rating', position, rating)
      return asItIs(getEvaluation(db, evaluationId))
    },
    async close() {
      isClosed = true
      await Promise.allSettled(starting.values())
      await Promise.all([...running.keys()].map((id) => stop(id, closing)))
    },
  }
}

function requirePart<T>(part: T | null): T {
  if (part !== null) return part
  throw new AppError('Internal', 'The evaluation was not asked for this')
}

function requireTrained(candidate: Candidate): void {
  if (candidate.status === 'Completed') return
  throw new AppError('CandidateNotReady', 'The candidate is not trained yet', {
    details: { reason: '' },
  })
}
