/**
 * Answers a batch by SageMaker's transform jobs. The prompts are put into up to a hundred files, whose names are their
 * first and last rows; of each file that was answered whole the answers are stored at once, and never read again. What is
 * left after a job that failed makes the files of the next one, which are smaller: a row that the model refuses holds up
 * its own file only.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Batch, BatchTransform } from '../../shared/batch.ts'
import { AppError, toAppError } from '../../shared/errors.ts'
import { requestBody } from '../aws/endpoints.ts'
import { parseWholeAnswer } from '../aws/generatedText.ts'
import { deleteObject, listStoredObjects, putTextOnce, readText } from '../aws/s3.ts'
import {
  deleteTransformModel,
  findTransformJob,
  startTransformJob,
  stopTransformJob,
  type TransformJob,
} from '../aws/transformJobs.ts'
import type { Connection } from '../aws/workspace.ts'
import type { BatchAnswer } from '../db/batches.ts'
import type { Hosting } from '../endpoints/hosting.ts'

export interface TransformBatchOptions {
  readonly connect: (workspaceId: string) => Promise<Connection>
  /** What serves the batch's model on this machine. @throws AppError CandidateNotReady, NotServedByEndpoint */
  readonly hostingOf: (batch: Batch, instanceType: string) => Promise<Hosting>
  /** What the model is asked: the prompt in its template. */
  readonly inputsOf: (batch: Batch, prompt: string) => string
  /** The calls that an account is asked at most, with everything else that asks it. */
  readonly paceOf: (workspaceId: string) => LookPace
  /** What a job came to until now, for the budget. */
  readonly count: (transform: BatchTransform, jobName: string, isEnded: boolean) => void
  readonly now: () => number
}

export interface LookPace {
  scaled(usualMs: number): number
  hasRoomFor(calls: number): boolean
}

/** What the job works on, and where its answers go. */
export interface OpenBatch {
  readonly batch: Batch
  /** Rows without an answer, in order. */
  readonly openRows: () => AsyncIterable<{ readonly row: number; readonly prompt: string }>
  readonly openRowNumbers: () => readonly number[]
  /** The answers of one file and that it was read, together. */
  readonly keep: (transform: BatchTransform, answers: readonly BatchAnswer[]) => void
}

export interface TransformBatches {
  /**
   * Begins a job or goes on waiting for the one that was begun, to its end.
   * @param signal aborted with `leaveRunning`, the job goes on without us; otherwise it is stopped
   * @throws AppError TransformFailed when rows are left, Cancelled
   */
  run(open: OpenBatch, signal: AbortSignal): Promise<void>
  /** Stops the job that is under way, if there is one, and takes away what it was made of. */
  stop(batch: Batch): Promise<void>
}

/** The reason of an abort that leaves the job as it is, to be found again by its name. */
export const leaveRunning = 'leaveRunning'

const mostFiles = 100
/** A job takes its time, and each look at it is two calls or more. */
const usualPauseMs = 30_000
const callsOfALook = 3
const noRoomPauseMs = 2_000
const longestPauseMs = 5 * 60_000

export function createTransformBatches(options: TransformBatchOptions): TransformBatches {
  const { connect } = options

  /**
   * @param signal aborted before the job was asked for, there is none
   * @param onAsk before the job is asked for: until then it can't be there
   */
  async function begin(
    open: OpenBatch,
    transform: BatchTransform,
    jobName: string,
    signal: AbortSignal,
    onAsk: () => void,
  ): Promise<void> {
    const { batch } = open
    const connection = await connect(transform.workspaceId)
    const hosting = await options.hostingOf(batch, transform.instanceType)
    const { bucket } = connection
    const folder = folderOf(connection, batch, jobName)
    const rowsPerFile = Math.ceil(open.openRowNumbers().length / mostFiles)
    for await (const rows of inGroups(open.openRows(), rowsPerFile)) {
      const lines = rows.map(({ prompt }) =>
        requestBody(options.inputsOf(batch, prompt), batch.settings, false),
      )
      const key = `${folder}input/${fileNameOf(rows)}`
      await putTextOnce(connection, bucket, key, `${lines.join('\n')}\n`, 'application/jsonlines')
      if (signal.aborted) return
    }
    onAsk()
    await startTransformJob(connection, {
      jobName,
      model: hosting,
      instanceType: transform.instanceType,
      inputUri: `s3://${bucket}/${folder}input/`,
      outputUri: `s3://${bucket}/${folder}output/`,
    })
  }

  /** Stores the answers of the files that are there. */
  async function collect(open: OpenBatch, before: BatchTransform, jobName: string) {
    const connection = await connect(before.workspaceId)
    const { clients, bucket } = connection
    const prefix = `${folderOf(connection, open.batch, jobName)}output/`
    let transform = before
    for (const { key } of await listStoredObjects(clients, bucket, prefix)) {
      const name = key.split('/').at(-1) ?? ''
      const range = rangeOf(name)
      if (!range || transform.collected.includes(name)) continue
      const rows = open.openRowNumbers().filter((row) => row >= range.first && row <= range.last)
      const lines = (await readText(clients, `s3://${bucket}/${key}`)).trimEnd().split('\n')
      if (lines.length !== rows.length)
        throw new AppError('TransformFailed', `${name} has ${lines.length} answers`, {
          details: { reason: `${name}: ${lines.length} ≠ ${rows.length}` },
        })
      transform = { ...transform, collected: [...transform.collected, name] }
      open.keep(
        transform,
        rows.map((row, index) => answerOf(row, lines[index] ?? '')),
      )
    }
    return transform
  }

  async function clear(batch: Batch, workspaceId: string, jobName: string): Promise<void> {
    const connection = await connect(workspaceId)
    await deleteTransformModel(connection, jobName)
    const { clients, bucket } = connection
    for (const { key } of await listStoredObjects(
      clients,
      bucket,
      folderOf(connection, batch, jobName),
    ))
      await deleteObject(clients, `s3://${bucket}/${key}`)
  }

  async function stop(batch: Batch): Promise<void> {
    const { transform } = batch
    if (!transform || transform.jobName === null) return
    const { workspaceId, jobName } = transform
    await stopTransformJob(await connect(workspaceId), jobName)
    await clear(batch, workspaceId, jobName).catch(leftoversCostNothing)
  }

  /** A look that got no answer says nothing about the job: it is asked again, less and less often. */
  async function untilAnswered<T>(
    workspaceId: string,
    look: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { scaled } = options.paceOf(workspaceId)
    for (let pauseMs = scaled(usualPauseMs); ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      try {
        return await look()
      } catch (error) {
        if (!toAppError(error).retryable || signal.aborted) throw error
        await wait(pauseMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  return {
    async run(open, signal) {
      const { batch } = open
      if (!batch.transform) throw new AppError('Internal', 'The batch has no transform job')
      if (open.openRowNumbers().length === 0) return
      const { workspaceId } = batch.transform
      const jobName = batch.transform.jobName ?? `timbre-batch-${randomBytes(8).toString('hex')}`
      let transform: BatchTransform = { ...batch.transform, jobName }
      // Written down first: what was asked for has to be found again.
      open.keep(transform, [])
      const look = async () => findTransformJob(await connect(workspaceId), jobName)
      const read = async () => (transform = await collect(open, transform, jobName))
      const count = (isEnded: boolean) => {
        transform = withSeconds(transform, jobName, job, options.now())
        open.keep(transform, [])
        options.count(transform, jobName, isEnded)
      }
      const { scaled, hasRoomFor } = options.paceOf(workspaceId)
      const rest = (ms: number) => wait(ms, undefined, { signal }).catch(() => undefined)
      let job: TransformJob | null = null
      // Asked for in an earlier run, its answer may have been lost.
      let wasAsked = batch.transform.jobName !== null
      try {
        job = await untilAnswered(workspaceId, look, signal)
        if (!job) await begin(open, transform, jobName, signal, () => (wasAsked = true))
      } catch (error) {
        // A request whose answer was lost may still arrive: its job is found again by its name, and no second one is made.
        const found = wasAsked ? await look().catch(() => undefined) : null
        if (found === null && !(wasAsked && toAppError(error).retryable)) {
          await clear(batch, workspaceId, jobName).catch(leftoversCostNothing)
          open.keep({ ...transform, jobName: null }, [])
        }
        if (!found) throw error
      }
      for (;;) {
        if (signal.aborted) {
          if (signal.reason === leaveRunning) return
          // What was answered whole until now; a job that is stopped writes nothing more.
          await read().catch(() => transform)
          await stop({ ...batch, transform })
          count(true)
          open.keep({ ...transform, jobName: null, collected: [] }, [])
          return
        }
        while (!hasRoomFor(callsOfALook) && !signal.aborted) await rest(noRoomPauseMs)
        job = await untilAnswered(workspaceId, look, signal)
        await untilAnswered(workspaceId, read, signal)
        const hasEnded = job !== null && !['InProgress', 'Stopping'].includes(job.status)
        count(hasEnded)
        if (hasEnded) break
        await rest(scaled(usualPauseMs))
      }
      const ranges = transform.collected.map(rangeOf)
      const isLeft = (row: number) =>
        !ranges.some((range) => range && row >= range.first && row <= range.last)
      await clear(batch, workspaceId, jobName).catch(leftoversCostNothing)
      open.keep({ ...transform, jobName: null, collected: [] }, [])
      if (open.openRowNumbers().some(isLeft))
        throw new AppError('TransformFailed', `${jobName} ended: ${job?.reason}`, {
          details: { reason: job?.reason ?? '' },
        })
    },
    stop,
  }
}

/** Of a job that goes on, until now; never less than was seen before, whatever the clocks say. */
function withSeconds(
  transform: BatchTransform,
  jobName: string,
  job: TransformJob | null,
  nowMs: number,
): BatchTransform {
  if (job === null || job.startedAtMs === null) return transform
  const { startedAtMs, endedAtMs } = job
  const before = transform.seconds[jobName] ?? 0
  const seconds = Math.max(before, ((endedAtMs ?? nowMs) - startedAtMs) / 1000)
  return { ...transform, seconds: { ...transform.seconds, [jobName]: seconds } }
}

function folderOf({ prefix }: Connection, { id }: Batch, jobName: string): string {
  return `${prefix}/batches/${id}/${jobName}/`
}

function fileNameOf(rows: readonly { readonly row: number }[]): string {
  const digits = (row: number | undefined) => String(row ?? 0).padStart(9, '0')
  return `rows-${digits(rows[0]?.row)}-${digits(rows.at(-1)?.row)}.jsonl`
}

/** Null: no file of answers. */
function rangeOf(name: string): { first: number; last: number } | null {
  const [, first, last] = /^rows-(\d{9})-(\d{9})\.jsonl\.out$/.exec(name) ?? []
  return first === undefined ? null : { first: Number(first), last: Number(last) }
}

/** One that can't be read is the row's own failure. */
function answerOf(row: number, line: string): BatchAnswer {
  try {
    return { row, answer: parseWholeAnswer(line).text.trim(), failure: null }
  } catch (error) {
    return { row, answer: '', failure: toAppError(error).message }
  }
}

async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = []
  for await (const item of items) {
    group.push(item)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/** The answers are here; a model that nobody asks, and some files of text, are no reason to fail. */
function leftoversCostNothing(): void {}
