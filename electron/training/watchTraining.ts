/**
 * Follows open candidates: status, progress, log and metric points go into SQLite, and from there to whoever listens. A
 * candidate is marked as ended only after the last of its log was read. An engine that is off is waited for in silence.
 */
import type { MetricDefinition, MetricPoint } from '../../shared/metrics.ts'
import { isTerminal, type Candidate, type ModelVersion } from '../../shared/model.ts'
import { AppError } from '../../shared/errors.ts'
import { findLogStream, readLogPage } from '../aws/logs.ts'
import { toMetricPoints } from '../aws/metrics.ts'
import { describeTrainingJob, type TrainingJob } from '../aws/trainingJobs.ts'
import { findLogForwardToken, listOpenCandidates, updateCandidate } from '../db/candidates.ts'
import { transact, type WritableDb } from '../db/database.ts'
import { insertEvent } from '../db/events.ts'
import { saveLogPage } from '../db/logLines.ts'
import { insertMetricPoints } from '../db/metrics.ts'
import { findVersion } from '../db/models.ts'
import type { Connection } from '../workspace.ts'

export interface TrainingWatchOptions {
  readonly db: WritableDb
  readonly connect: () => Promise<Connection>
  readonly metricDefinitions: (baseModelId: string) => Promise<readonly MetricDefinition[]>
  readonly publish: {
    (event: 'version.changed', version: ModelVersion): void
    (event: 'metrics.added', points: MetricPoint[]): void
  }
  readonly onEnded: (candidate: Candidate, version: ModelVersion) => void
  readonly now: () => number
  readonly intervalMs?: number
}

export interface TrainingWatch {
  /** Looks at once; also after this the interval goes on. */
  check(): Promise<void>
  close(): Promise<void>
}

const defaultIntervalMs = 700

export function watchTraining(options: TrainingWatchOptions): TrainingWatch {
  const { db } = options
  let checking: Promise<void> | null = null
  let closed = false

  async function checkAll(): Promise<void> {
    const open = listOpenCandidates(db)
    if (open.length === 0) return
    let connection: Connection
    try {
      connection = await options.connect()
    } catch {
      return // the engine is off, which its own status says
    }
    for (const candidate of open) {
      if (closed) return
      try {
        await follow(connection, candidate)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        // A job that the engine never heard of was lost with its data; anything else may pass.
        if (error.code === 'NotFound' && candidate.trainingJobArn !== null) endAsLost(candidate)
      }
    }
  }

  async function follow(connection: Connection, candidate: Candidate): Promise<void> {
    if (candidate.trainingJobArn === null && candidate.status === 'Queued') {
      await recoverLostCreate(connection, candidate)
      return
    }
    const job = await describeTrainingJob(connection.clients, candidate.trainingJobName)
    await readLog(connection, candidate)
    if (closed) return
    store(candidate, job)
  }

  /** Killed between the row and the create: either the job is there, or nothing was started. */
  async function recoverLostCreate(connection: Connection, candidate: Candidate): Promise<void> {
    const startedRecently = options.now() - candidate.createdAtMs < 30_000
    try {
      const job = await describeTrainingJob(connection.clients, candidate.trainingJobName)
      store(candidate, job)
    } catch (error) {
      const isUnknown = error instanceof AppError && error.code === 'NotFound'
      if (isUnknown && !startedRecently) endAsLost(candidate)
      else if (!isUnknown) throw error
    }
  }

  async function readLog({ clients }: Connection, candidate: Candidate): Promise<void> {
    const stream = await findLogStream(clients, candidate.trainingJobName)
    if (stream === null) return
    const definitions = await options.metricDefinitions(candidate.baseModelId)
    for (;;) {
      const fromToken = findLogForwardToken(db, candidate.id)
      const page = await readLogPage(clients, stream, fromToken)
      if (page.forwardToken === fromToken || closed) return
      const points = toMetricPoints(candidate.id, page.lines, definitions)
      const added = transact(db, () => {
        const isNew = saveLogPage(db, candidate.id, {
          fromToken,
          nextToken: page.forwardToken,
          lines: page.lines,
        })
        return isNew ? insertMetricPoints(db, points) : []
      })
      if (added.length > 0) options.publish('metrics.added', added)
    }
  }

  function store(candidate: Candidate, job: TrainingJob): void {
    const ended = isTerminal(job.status)
    const changed = updateCandidate(db, candidate.id, {
      trainingJobArn: job.arn,
      status: job.status,
      secondaryStatus: job.secondaryStatus,
      progress: progressOf(candidate, job, options.now()),
      failure:
        job.status === 'Failed'
          ? new AppError('TrainingFailed', job.failureReason ?? 'The job failed', {
              details: { reason: job.failureReason ?? '' },
            }).toData()
          : null,
      modelArtifactUri: job.modelArtifactUri,
      startedAtMs: job.startedAtMs,
      endedAtMs: ended ? (job.endedAtMs ?? options.now()) : null,
      trainingSeconds: job.trainingSeconds,
    })
    if (changed.status !== candidate.status) {
      insertEvent(db, {
        candidateId: candidate.id,
        kind: changed.status,
        details: {},
        atMs: options.now(),
      })
    }
    if (isSame(candidate, changed)) return
    const version = findVersion(db, candidate.versionId)
    if (!version) return
    options.publish('version.changed', version)
    if (ended) options.onEnded(changed, version)
  }

  function endAsLost(candidate: Candidate): void {
    const failure = new AppError('TrainingFailed', 'The training job is no longer known', {
      details: { reason: 'The training job is no longer known.' },
    }).toData()
    const changed = updateCandidate(db, candidate.id, {
      status: 'Failed',
      failure,
      endedAtMs: options.now(),
    })
    const version = findVersion(db, candidate.versionId)
    if (!version) return
    options.publish('version.changed', version)
    options.onEnded(changed, version)
  }

  function check(): Promise<void> {
    checking ??= checkAll().finally(() => (checking = null))
    return checking
  }

  const timer = setInterval(() => {
    // A defect in one round must not end the watch; it shows up in the log of the process.
    check().catch((error: unknown) => console.error(error))
  }, options.intervalMs ?? defaultIntervalMs)

  return {
    check,
    async close() {
      closed = true
      clearInterval(timer)
      await checking?.catch(() => undefined)
    },
  }
}

function progressOf(candidate: Candidate, job: TrainingJob, nowMs: number): Candidate['progress'] {
  if (!job.progress) return candidate.progress
  const { step, totalSteps } = job.progress
  const elapsedMs = job.startedAtMs === null ? 0 : nowMs - job.startedAtMs
  const canTell = job.status === 'InProgress' && step >= 3 && elapsedMs > 0
  return {
    step,
    totalSteps,
    secondsLeft: canTell ? Math.round(((totalSteps - step) * elapsedMs) / step / 1000) : null,
  }
}

function isSame(a: Candidate, b: Candidate): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
