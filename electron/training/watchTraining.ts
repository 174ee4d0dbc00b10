/**
 * Follows open candidates: status, progress, log and metric points go into SQLite, and from there to whoever listens. A
 * candidate is marked as ended only after the last of its log was read. An engine that is off is waited for in silence.
 * Another face of the app may follow the same candidates: what it stored first is announced here all the same.
 */
import type { MetricName, MetricPoint } from '../../shared/metrics.ts'
import { isTerminal, type Candidate, type ModelVersion } from '../../shared/model.ts'
import { AppError, toAppError, type ErrorCode } from '../../shared/errors.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { fromFailureReason, fromStop } from '../aws/failureCatalog.ts'
import { findLogStream, readLogPage } from '../aws/logs.ts'
import { toMetricPoints } from '../aws/metrics.ts'
import type { TrainingJob } from '../aws/trainingJobs.ts'
import {
  findCandidate,
  findLogForwardToken,
  getCandidate,
  listOpenCandidates,
  listOpenCandidatesIn,
  listOpenWorkspaceIds,
  updateCandidate,
} from '../db/candidates.ts'
import { transact, type WritableDb } from '../db/database.ts'
import { insertEvent } from '../db/events.ts'
import { saveLogPage } from '../db/logLines.ts'
import { countPoints, insertMetricPoints, listMetricPoints } from '../db/metrics.ts'
import { findVersion } from '../db/models.ts'
import type { Connection } from '../aws/workspace.ts'
import type { AccountPace } from './accountPace.ts'
import { createAccountFollower, type AccountFollower } from './followAccount.ts'
import { createPace, type Pace } from './pace.ts'
import type { TrainingQueue } from './queue.ts'
import type { WayJob } from './ways/way.ts'
import { wayOf } from './ways/ways.ts'

export interface TrainingWatchOptions {
  readonly db: WritableDb
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly hasRoom: TrainingQueue['hasRoom']
  /** Creates the job of a candidate that has none yet: the app may have ended between the row and the job. */
  readonly submit: (connection: Connection, candidate: Candidate) => Promise<void>
  readonly publish: {
    (event: 'version.changed', version: ModelVersion): void
    (event: 'metrics.added', points: MetricPoint[]): void
  }
  readonly onEnded: (candidate: Candidate, version: ModelVersion) => void
  /** How often an account at AWS is asked. */
  readonly paceOf: (workspaceId: string) => AccountPace
  /** A workspace that can't be followed just now, and why; null once it can again. Said at every look. */
  readonly onTrouble?: (workspaceId: string, error: AppError | null) => void
  readonly now: () => number
  readonly intervalMs?: number
}

export interface TrainingWatch {
  /** Candidates that were made just now: their end is announced even if it comes before the first look. */
  expect(candidates: readonly Candidate[]): void
  /** A look that begins after this call; the interval goes on as before. Never rejects. */
  check(): Promise<void>
  /** What the window shows is looked at more often; the next look is due at once. */
  watch(candidateIds: readonly string[]): void
  /** The next look at every account is due at once: after a sign-in, or when the computer woke up. */
  hurry(): void
  close(): Promise<void>
}

interface Account {
  readonly pace: AccountPace
  readonly follower: AccountFollower
}

const defaultIntervalMs = 700
const streamLastsMs = 5 * 60_000
const forbidden: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['AccessDenied', 'PermissionMissing'])

/** What this process has told its listeners about a candidate. */
interface Announced {
  candidate: string
  readonly lastSteps: Map<MetricName, number>
  readonly pace: Pace
  logToken: string | null
}

export function watchTraining(options: TrainingWatchOptions): TrainingWatch {
  const { db } = options
  const announced = new Map<string, Announced>()
  const ended = new Set<string>()
  const watched = new Set<string>()
  const accounts = new Map<string, Account>()
  const streams = new Map<string, { readonly name: string; readonly foundAtMs: number }>()
  let checking: Promise<void> | null = null
  let following: Promise<void> | null = null
  let closed = false

  async function checkAll(): Promise<void> {
    if (closed) return
    const open = listOpenCandidates(db)
    for (const candidate of open) if (!announced.has(candidate.id)) meet(candidate)
    announceEnded(open)
    await Promise.all(listOpenWorkspaceIds(db).map(checkWorkspace))
    if (!closed) announceEnded(listOpenCandidates(db))
  }

  /** Workspaces don't wait for each other: one may not be reached just now. */
  async function checkWorkspace(workspaceId: string): Promise<void> {
    const account = workspaceId === localWorkspaceId ? null : accountOf(workspaceId)
    if (account && !account.pace.isDue()) return
    const open = listOpenCandidatesIn(db, workspaceId)
    try {
      const connection = await options.connect(workspaceId)
      const running = open.filter(({ status }) => status !== 'Queued')
      if (account) await lookAtAccount(account, connection, running)
      else for (const candidate of running) await followHere(connection, candidate)
      await submitQueued(workspaceId, connection)
      account?.pace.succeeded(open.some(({ id }) => watched.has(id)))
      options.onTrouble?.(workspaceId, null)
    } catch (error) {
      account?.pace.failed()
      options.onTrouble?.(workspaceId, toAppError(error))
      // The engine is off, which its own status says; what is left to say is that nothing moves.
      for (const candidate of open) if (!closed) standStill(candidate)
    }
  }

  function accountOf(workspaceId: string): Account {
    const known = accounts.get(workspaceId)
    if (known) return known
    const pace = options.paceOf(workspaceId)
    const isWatched = (candidateId: string) => watched.has(candidateId)
    const made = { pace, follower: createAccountFollower({ pace, isWatched, now: options.now }) }
    accounts.set(workspaceId, made)
    return made
  }

  async function lookAtAccount(
    { pace, follower }: Account,
    connection: Connection,
    running: readonly Candidate[],
  ): Promise<void> {
    if (running.length === 0) return
    await follower.look(connection, running, async (candidate) => {
      if (closed) return false
      return follow(connection, candidate, () => pace.hasRoomFor(1))
    })
  }

  async function followHere(connection: Connection, candidate: Candidate): Promise<void> {
    if (!closed) await unlessItPasses(() => follow(connection, candidate, () => true))
  }

  /** What has just ended made room, and the order may have changed meanwhile. */
  async function submitQueued(workspaceId: string, connection: Connection): Promise<void> {
    const queued = listOpenCandidatesIn(db, workspaceId).filter(({ status }) => status === 'Queued')
    for (const candidate of queued) {
      if (closed) break
      if (!options.hasRoom(connection, candidate)) continue
      await unlessItPasses(() => options.submit(connection, candidate))
      announce(candidate.id)
    }
  }

  /** An engine that has just ended comes back; a defect must not hold up the other candidates. */
  async function unlessItPasses(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof AppError)) console.error(error)
    }
  }

  /** From here on only news is announced: what is stored by now, its listeners have read. */
  function meet(candidate: Candidate): void {
    const lastSteps = new Map<MetricName, number>()
    for (const point of listMetricPoints(db, candidate.id)) lastSteps.set(point.metric, point.step)
    const logToken = findLogForwardToken(db, candidate.id)
    announced.set(candidate.id, { candidate: '', lastSteps, pace: createPace(), logToken })
  }

  /** @returns whether it came to the end of the log; what ended is marked so only then */
  async function follow(
    connection: Connection,
    candidate: Candidate,
    mayGoOn: () => boolean,
  ): Promise<boolean> {
    const way = wayOf(candidate)
    let job: WayJob
    try {
      job = await way.describeJob(connection, candidate)
    } catch (error) {
      const isUnknown = error instanceof AppError && error.code === 'NotFound'
      if (!isUnknown) throw error
      endAsLost(candidate)
      return true
    }
    const { logJobName } = job
    const isRead =
      logJobName === null ||
      (await unlessForbidden(() => readLog(connection, candidate, job, logJobName, mayGoOn)))
    if (isRead) await unlessForbidden(() => readPoints(connection, candidate, job))
    // This computer's engine answers as AWS does, with nothing to pay.
    const billed = connection.kind === 'local' ? null : job.billed
    if (!closed && (isRead || !isTerminal(job.status))) store(candidate, { ...job, billed })
    return isRead
  }

  /** Whoever may not see the log or the curve is told the status all the same. */
  async function unlessForbidden(read: () => Promise<boolean>): Promise<boolean> {
    try {
      return await read()
    } catch (error) {
      const isForbidden = error instanceof AppError && forbidden.has(error.code)
      if (!isForbidden) throw error
      return true
    }
  }

  async function readLog(
    { clients }: Connection,
    candidate: Candidate,
    job: WayJob,
    logJobName: string,
    mayGoOn: () => boolean,
  ): Promise<boolean> {
    const stream = await findStream(clients, logJobName)
    if (stream === null) return true
    for (;;) {
      if (closed || !findCandidate(db, candidate.id)) return true
      if (!mayGoOn()) return false
      const fromToken = findLogForwardToken(db, candidate.id)
      const state = announced.get(candidate.id)
      if (state && state.logToken !== fromToken) {
        announcePoints(candidate.id, listMetricPoints(db, candidate.id))
        state.logToken = fromToken
      }
      const page = await readLogPage(clients, stream, fromToken)
      if (closed || page.forwardToken === fromToken) return true
      const added = transact(db, () => {
        // The model may have been deleted meanwhile.
        if (!findCandidate(db, candidate.id)) return null
        const isNew = saveLogPage(db, candidate.id, {
          fromToken,
          nextToken: page.forwardToken,
          lines: page.lines,
        })
        if (!isNew) return null
        const seen = countPoints(db, candidate.id)
        return insertMetricPoints(
          db,
          toMetricPoints(candidate.id, page.lines, job.metricDefinitions, seen),
        )
      })
      if (added === null) continue
      if (state) state.logToken = page.forwardToken
      announcePoints(candidate.id, added)
    }
  }

  /** Asked for now and then only: each call counts. A job that was interrupted writes to another. */
  async function findStream(clients: Connection['clients'], jobName: string) {
    const known = streams.get(jobName)
    if (known && options.now() - known.foundAtMs < streamLastsMs) return known.name
    const name = await findLogStream(clients, jobName)
    if (name !== null) streams.set(jobName, { name, foundAtMs: options.now() })
    return name
  }

  /** Curves that stand elsewhere than in the log; once it has ended, what is missing is asked for again next time. */
  async function readPoints(
    connection: Connection,
    candidate: Candidate,
    job: WayJob,
  ): Promise<boolean> {
    const hasPoints = listMetricPoints(db, candidate.id).length > 0
    const points = await wayOf(candidate).readPoints(connection, candidate, job, hasPoints)
    if (closed || points.length === 0) return true
    const added = transact(db, () =>
      findCandidate(db, candidate.id) ? insertMetricPoints(db, points) : [],
    )
    announcePoints(candidate.id, added)
    return true
  }

  function announcePoints(candidateId: string, points: readonly MetricPoint[]): void {
    const lastSteps = announced.get(candidateId)?.lastSteps
    if (!lastSteps) return
    const news = points.filter((point) => point.step > (lastSteps.get(point.metric) ?? -1))
    for (const { metric, step } of news)
      lastSteps.set(metric, Math.max(step, lastSteps.get(metric) ?? -1))
    if (news.length > 0) options.publish('metrics.added', news)
  }

  function store(seen: Candidate, job: TrainingJob): void {
    const ended = isTerminal(job.status)
    transact(db, () => {
      const before = findCandidate(db, seen.id)
      if (!before || isTerminal(before.status)) return
      // A stop that was asked for since the job was described is not taken back.
      const status =
        before.status === 'Stopping' && job.status === 'InProgress' ? 'Stopping' : job.status
      updateCandidate(db, seen.id, {
        trainingJobArn: job.arn,
        status,
        secondaryStatus: job.secondaryStatus,
        progress: progressOf(before, job),
        failure: failureOf(job),
        modelArtifactUri: job.modelArtifactUri,
        startedAtMs: job.startedAtMs,
        endedAtMs: ended ? (job.endedAtMs ?? options.now()) : null,
        trainingSeconds: job.trainingSeconds,
        billed: job.billed,
      })
      if (status !== before.status) noteEvent(seen.id, status)
      else if (job.secondaryStatus !== before.secondaryStatus)
        noteEvent(seen.id, job.secondaryStatus)
    })
    announce(seen.id)
  }

  function progressOf(candidate: Candidate, job: TrainingJob): Candidate['progress'] {
    const pace = announced.get(candidate.id)?.pace
    const isMoving = job.status === 'InProgress' && job.secondaryStatus === 'Training'
    if (!isMoving) pace?.reset()
    if (!job.progress) return candidate.progress && { ...candidate.progress, secondsLeft: null }
    const { step, totalSteps } = job.progress
    const secondsLeft = isMoving
      ? (pace?.secondsLeft(step, totalSteps, options.now()) ?? null)
      : null
    return { step, totalSteps, secondsLeft }
  }

  function standStill(candidate: Candidate): void {
    announced.get(candidate.id)?.pace.reset()
    if (candidate.progress && candidate.progress.secondsLeft !== null) {
      updateCandidate(db, candidate.id, {
        progress: { ...candidate.progress, secondsLeft: null },
      })
    }
    announce(candidate.id)
  }

  /** The engine's own data was lost, and the job with it. */
  function endAsLost(candidate: Candidate): void {
    transact(db, () => {
      updateCandidate(db, candidate.id, {
        status: 'Failed',
        failure: trainingFailure('The training job is no longer known.'),
        endedAtMs: options.now(),
      })
      noteEvent(candidate.id, 'Failed')
    })
    announce(candidate.id)
  }

  function noteEvent(candidateId: string, kind: string): void {
    insertEvent(db, { candidateId, kind, details: {}, atMs: options.now() })
  }

  /** Ended by another process, by a stop, or by a job that could not be created: not open any more, and not said yet. */
  function announceEnded(open: readonly Candidate[]): void {
    const openIds = new Set(open.map((candidate) => candidate.id))
    for (const id of announced.keys()) if (!openIds.has(id)) announce(id)
  }

  function announce(candidateId: string): void {
    const state = announced.get(candidateId)
    const candidate = findCandidate(db, candidateId)
    if (!state || !candidate) {
      announced.delete(candidateId) // its model was deleted
      return
    }
    const text = JSON.stringify(candidate)
    if (text === state.candidate) return
    state.candidate = text
    const version = findVersion(db, candidate.versionId)
    if (!version) return
    if (isTerminal(candidate.status)) {
      announcePoints(candidateId, listMetricPoints(db, candidateId))
      announced.delete(candidateId)
      ended.add(candidateId)
    }
    options.publish('version.changed', version)
    if (isTerminal(candidate.status)) options.onEnded(getCandidate(db, candidateId), version)
  }

  function look(): Promise<void> {
    checking ??= checkAll()
      // A defect in one round must not end the watch; it shows up in the log of the process.
      .catch((error: unknown) => console.error(error))
      .finally(() => (checking = null))
    return checking
  }

  /** A round that is under way may have looked already; so another follows it. */
  function check(): Promise<void> {
    if (!checking) return look()
    following ??= checking.then(() => {
      following = null
      return look()
    })
    return following
  }

  function hurry(): void {
    for (const { pace } of accounts.values()) pace.hurry()
    void check()
  }

  const timer = setInterval(() => void look(), options.intervalMs ?? defaultIntervalMs)

  return {
    expect(candidates) {
      for (const candidate of candidates)
        if (!announced.has(candidate.id) && !ended.has(candidate.id)) meet(candidate)
    },
    check,
    watch(candidateIds) {
      const isNews = candidateIds.some((id) => !watched.has(id))
      watched.clear()
      for (const id of candidateIds) watched.add(id)
      if (isNews) hurry()
    },
    hurry,
    async close() {
      closed = true
      clearInterval(timer)
      await (following ?? checking)
    },
  }
}

/** A stop at a time limit is none that anybody asked for, and says why. */
function failureOf({ status, secondaryStatus, failureReason }: TrainingJob) {
  if (status === 'Failed') return trainingFailure(failureReason)
  return status === 'Stopped' ? (fromStop(secondaryStatus)?.toData() ?? null) : null
}

function trainingFailure(reason: string | null) {
  return fromFailureReason(reason ?? 'The job failed').toData()
}
