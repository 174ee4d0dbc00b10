/**
 * Asks a model every prompt of a file, keeping each answer as it comes, so that what was stopped goes on where it was.
 * The prompts go one by one to the model's endpoint: the same here and in an account, with progress by the row, where a
 * transform job would tell nothing before its end and begin anew after a failure.
 */
import { randomUUID } from 'node:crypto'
import { stringify } from 'csv-stringify'
import type { Batch, BatchRequest } from '../../shared/batch.ts'
import type { Dataset, DatasetRow } from '../../shared/dataset.ts'
import { AppError, toAppError } from '../../shared/errors.ts'
import type { GenerationSettings, Speaker } from '../../shared/playground.ts'
import {
  deleteBatch,
  getBatch,
  insertBatchAnswer,
  listBatchAnswers,
  listBatches,
  saveBatch,
} from '../db/batches.ts'
import type { WritableDb } from '../db/database.ts'

export interface BatchRunnerOptions {
  readonly db: WritableDb
  readonly getDataset: (id: string) => Dataset
  readonly readRows: (
    id: string,
    offset: number,
    limit: number,
  ) => Promise<{ total: number; rows: DatasetRow[] }>
  readonly answer: (
    speaker: Speaker,
    prompt: string,
    settings: GenerationSettings,
    signal: AbortSignal,
  ) => Promise<string>
  readonly titleOf: (speaker: Speaker) => Promise<string>
  readonly publish: (batch: Batch) => void
  readonly now: () => number
}

export interface BatchRunner {
  list(): Batch[]
  /** Returns once it has begun. @throws AppError BatchColumnMissing, DatasetNotFound */
  start(request: BatchRequest): Promise<Batch>
  /** What was answered is kept. */
  stop(id: string): Promise<Batch>
  /** With the rows that are not answered yet. @throws AppError FileChanged when the file is not what it was */
  resume(id: string): Batch
  /** Resolves when it has ended, however. */
  ended(id: string): Promise<Batch>
  /** The file again, with the answers as a new column. */
  csv(id: string): AsyncIterable<Uint8Array>
  delete(id: string): Promise<void>
  close(): Promise<void>
}

const pageSize = 200

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

  async function* rowsOf(batch: Batch): AsyncGenerator<DatasetRow> {
    const dataset = options.getDataset(batch.datasetId)
    if (dataset.contentSha256 !== batch.contentSha256)
      throw new AppError('FileChanged', `${dataset.name} was changed`, {
        details: { name: dataset.name, path: dataset.sourceName },
      })
    for (let offset = 0; offset < batch.rowCount; offset += pageSize) {
      const { rows } = await options.readRows(batch.datasetId, offset, pageSize)
      yield* rows
    }
  }

  async function work(batch: Batch, signal: AbortSignal): Promise<void> {
    const column = options.getDataset(batch.datasetId).scan.columns.indexOf(batch.column)
    const answered = new Set(
      listBatchAnswers(db, batch.id)
        .filter(({ failure }) => failure === null)
        .map(({ row }) => row),
    )
    for await (const { row, cells } of rowsOf(batch)) {
      if (answered.has(row)) continue
      if (signal.aborted) return
      const prompt = cells[column]?.trim() ?? ''
      const answer =
        prompt === ''
          ? { row, answer: '', failure: null }
          : await answerRow(batch, row, prompt, signal)
      if (!answer) return
      insertBatchAnswer(db, batch.id, answer)
      options.publish(getBatch(db, batch.id))
    }
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
        () => finish(id, aborter.signal.aborted ? 'Stopped' : 'Completed', null),
        (error: unknown) => finish(id, 'Failed', toAppError(error)),
      )
      .catch((error: unknown) => console.error(error)) // it could not be stored: it counts as stopped
    running.set(id, { aborter, done })
    return batch
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
    async start({ speaker, datasetId, column, settings }) {
      const dataset = options.getDataset(datasetId)
      if (!dataset.scan.columns.includes(column))
        throw new AppError('BatchColumnMissing', `There is no column ${column}`, {
          details: { column, columns: dataset.scan.columns.join(', ') },
        })
      const id = randomUUID()
      saveBatch(db, {
        id,
        speaker,
        title: await options.titleOf(speaker),
        datasetId,
        datasetName: dataset.name,
        contentSha256: dataset.contentSha256,
        column,
        settings,
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
    async ended(id) {
      await running.get(id)?.done
      return current(getBatch(db, id))
    },
    async *csv(id) {
      const batch = getBatch(db, id)
      const { columns } = options.getDataset(batch.datasetId).scan
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
      deleteBatch(db, id)
    },
    async close() {
      await Promise.all([...running.keys()].map(stop))
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
