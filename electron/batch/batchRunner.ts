/**
 * Asks a model every prompt of a file, keeping each answer as it comes, so that what was stopped goes on where it was.
 * The prompts go one by one to the model's endpoint, the same here and in an account; or, in an account, in files to a
 * transform job, whose machine ends with it (see transformBatch.ts).
 */
import { randomUUID } from 'node:crypto'
import { stringify } from 'csv-stringify'
import type { Batch, BatchRequest } from '../../shared/batch.ts'
import type { Dataset, DatasetRow } from '../../shared/dataset.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { AppError, toAppError } from '../../shared/errors.ts'
import type { GenerationSettings, Speaker } from '../../shared/playground.ts'
import type { PriceOf, RequireBudget } from '../endpoints/endpointService.ts'
import type { RowStore } from '../dataset/rowStore.ts'
import {
  deleteBatch,
  getBatch,
  insertBatchAnswer,
  listAnsweredRows,
  listBatchAnswers,
  listBatches,
  saveBatch,
} from '../db/batches.ts'
import { transact, type WritableDb } from '../db/database.ts'
import { leaveRunning, type OpenBatch, type TransformBatches } from './transformBatch.ts'

export interface BatchRunnerOptions {
  readonly db: WritableDb
  readonly getDataset: (id: string) => Dataset
  /** Rows with their cells whole. */
  readonly rowStore: Pick<RowStore, 'open' | 'stream'>
  readonly answer: (
    speaker: Speaker,
    prompt: string,
    settings: GenerationSettings,
    signal: AbortSignal,
  ) => Promise<string>
  readonly transforms: TransformBatches
  /** Its name for people, and where it is. */
  readonly reach: (speaker: Speaker) => Promise<{ title: string; workspaceId: string }>
  readonly priceOf: PriceOf
  readonly requireBudget: RequireBudget
  readonly publish: (batch: Batch) => void
  readonly now: () => number
}

export interface BatchRunner {
  list(): Batch[]
  /** Returns once it has begun. @throws AppError BatchColumnMissing, DatasetNotFound, NotServedByEndpoint, BudgetExceeded */
  start(request: BatchRequest): Promise<Batch>
  /** What was answered is kept. */
  stop(id: string): Promise<Batch>
  /** With the rows that are not answered yet. */
  resume(id: string): Batch
  /** Goes on with the transform jobs that ran when the app was closed. */
  resumeTransforms(): void
  /** Resolves when it has ended, however. */
  ended(id: string): Promise<Batch>
  /** The file again, with the answers as a new column. */
  csv(id: string): AsyncIterable<Uint8Array>
  /** Stops it before. @throws AppError while AWS can't be told to stop its job */
  delete(id: string): Promise<void>
  /** Transform jobs go on. */
  close(): Promise<void>
}

export function createBatchRunner(options: BatchRunnerOptions): BatchRunner {
  const { db } = options
  const running = new Map<string, { aborter: AbortController; done: Promise<void> }>()

  /** One that the app ended in the middle of counts as stopped. */
  function current(batch: Batch): Batch {
    return batch.status === 'Running' && !running.has(batch.id)
      ? { ...batch, status: 'Stopped' }
      : batch
  }

  function change(id: string, changes: Partial<Batch>): Batch {
    saveBatch(db, { ...getBatch(db, id), ...changes })
    const batch = getBatch(db, id)
    options.publish(batch)
    return batch
  }

  async function* rowsOf({ contentSha256 }: Batch): AsyncGenerator<DatasetRow> {
    for await (const rows of options.rowStore.stream(contentSha256)) yield* rows
  }

  /** Rows that have no answer, their prompts trimmed. */
  async function* openRows(batch: Batch): AsyncGenerator<{ row: number; prompt: string }> {
    const { columns } = await options.rowStore.open(batch.contentSha256)
    const column = columns.indexOf(batch.column)
    const answered = listAnsweredRows(db, batch.id)
    for await (const { row, cells } of rowsOf(batch))
      if (!answered.has(row)) yield { row, prompt: cells[column]?.trim() ?? '' }
  }

  async function work(batch: Batch, signal: AbortSignal): Promise<void> {
    if (batch.transform) return workByTransform(batch, signal)
    for await (const { row, prompt } of openRows(batch)) {
      if (signal.aborted) return
      const answer =
        prompt === ''
          ? { row, answer: '', failure: null }
          : await answerRow(batch, row, prompt, signal)
      if (!answer) return
      insertBatchAnswer(db, batch.id, answer)
      options.publish(getBatch(db, batch.id))
    }
  }

  async function workByTransform(batch: Batch, signal: AbortSignal): Promise<void> {
    const { id } = batch
    // Nothing is asked of a row without a prompt.
    for await (const { row, prompt } of openRows(batch))
      if (prompt === '') insertBatchAnswer(db, id, { row, answer: '', failure: null })
    const openBatch: OpenBatch = {
      batch,
      openRows: () => openRows(batch),
      openRowNumbers() {
        const answered = listAnsweredRows(db, id)
        return Array.from({ length: batch.rowCount }, (_, index) => index + 1).filter(
          (row) => !answered.has(row),
        )
      },
      keep(transform, answers) {
        transact(db, () => {
          for (const answer of answers) insertBatchAnswer(db, id, answer)
          saveBatch(db, { ...getBatch(db, id), transform })
        })
        options.publish(getBatch(db, id))
      },
    }
    await options.transforms.run(openBatch, signal)
  }

  /** A prompt that the model refuses is one row without an answer; what holds for all of them ends the run. */
  async function answerRow(batch: Batch, row: number, prompt: string, signal: AbortSignal) {
    try {
      return {
        row,
        answer: await options.answer(batch.speaker, prompt, batch.settings, signal),
        failure: null,
      }
    } catch (error) {
      if (signal.aborted) return null
      const failure = toAppError(error)
      if (failure.code !== 'InvalidRequest') throw failure
      return { row, answer: '', failure: failure.message }
    }
  }

  function run(id: string): Batch {
    const batch = change(id, { status: 'Running', failure: null, endedAtMs: null })
    const aborter = new AbortController()
    const done = Promise.resolve()
      .then(() => work(batch, aborter.signal))
      .then(
        () => end(id, aborter.signal),
        (error: unknown) => finish(id, 'Failed', toAppError(error)),
      )
      .catch((error: unknown) => console.error(error)) // it could not be stored: it counts as stopped
    running.set(id, { aborter, done })
    return batch
  }

  function end(id: string, signal: AbortSignal): void {
    // Its job goes on: it is running also while this program is not.
    if (signal.aborted && signal.reason === leaveRunning && getBatch(db, id).transform)
      running.delete(id)
    else {
      // A stop that came when the last row was answered stopped nothing.
      const { doneCount, rowCount } = getBatch(db, id)
      finish(id, signal.aborted && doneCount < rowCount ? 'Stopped' : 'Completed', null)
    }
  }

  function finish(id: string, status: Batch['status'], failure: AppError | null): void {
    running.delete(id)
    change(id, { status, failure: failure?.toData() ?? null, endedAtMs: options.now() })
  }

  async function stop(id: string): Promise<Batch> {
    const one = running.get(id)
    one?.aborter.abort()
    await one?.done
    return current(getBatch(db, id))
  }

  return {
    list: () => listBatches(db).map(current),
    async start({ speaker, datasetId, column, settings, transform }) {
      const dataset = options.getDataset(datasetId)
      if (!dataset.scan.columns.includes(column))
        throw new AppError('BatchColumnMissing', `There is no column ${column}`, {
          details: { column, columns: dataset.scan.columns.join(', ') },
        })
      const id = randomUUID()
      const { title, workspaceId } = await options.reach(speaker)
      if (transform && (speaker.kind !== 'candidate' || workspaceId === localWorkspaceId))
        throw new AppError('NotServedByEndpoint', 'Only an account has transform jobs')
      const price =
        transform && (await options.priceOf(workspaceId, transform.instanceType).catch(() => null))
      if (transform) options.requireBudget(workspaceId, price?.perHour ?? null)
      saveBatch(db, {
        id,
        speaker,
        title,
        datasetId,
        datasetName: dataset.name,
        contentSha256: dataset.contentSha256,
        column,
        settings,
        transform: transform && {
          ...transform,
          workspaceId,
          jobName: null,
          collected: [],
          price: price ?? null,
          seconds: {},
        },
        status: 'Running',
        rowCount: dataset.scan.rowCount,
        doneCount: 0,
        failedCount: 0,
        failure: null,
        createdAtMs: options.now(),
        endedAtMs: null,
      })
      return run(id)
    },
    stop,
    resume: (id) => (running.has(id) ? getBatch(db, id) : run(id)),
    resumeTransforms() {
      for (const { id, status, transform } of listBatches(db))
        if (status === 'Running' && transform && !running.has(id)) run(id)
    },
    async ended(id) {
      await running.get(id)?.done
      return current(getBatch(db, id))
    },
    async *csv(id) {
      const batch = getBatch(db, id)
      const { columns } = await options.rowStore.open(batch.contentSha256)
      const answers = new Map(listBatchAnswers(db, id).map(({ row, answer }) => [row, answer]))
      const writer = stringify({ bom: true })
      writer.write([...columns, answerColumn(columns)])
      for await (const { row, cells } of rowsOf(batch)) {
        const filled = columns.map((_, index) => cells[index] ?? '')
        writer.write([...filled, answers.get(row) ?? ''])
        yield* drained(writer)
      }
      writer.end()
      yield* drained(writer)
    },
    async delete(id) {
      await stop(id)
      await options.transforms.stop(getBatch(db, id))
      deleteBatch(db, id)
    },
    async close() {
      const all = [...running.values()]
      for (const { aborter } of all) aborter.abort(leaveRunning)
      await Promise.all(all.map(({ done }) => done))
    },
  }
}

/** A name that the file doesn't have yet. */
export function answerColumn(columns: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? 'model_answer' : `model_answer_${number}`
    if (!columns.includes(name)) return name
  }
}

function* drained(stream: { read(): unknown }): Generator<Uint8Array> {
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read())
    yield Buffer.from(chunk as Buffer) // csv-stringify writes bytes
}
