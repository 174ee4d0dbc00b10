/** Tables batches and batch_answers: what a model answered to the prompts of a file, row by row. User's own. */
import { batchSchema, type Batch } from '../../shared/batch.ts'
import { AppError } from '../../shared/errors.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

export interface BatchAnswer {
  /** 1-based data row. */
  readonly row: number
  readonly answer: string
  /** Why there is no answer. */
  readonly failure: string | null
}

const UPSERT_BATCH = `
  INSERT INTO batches (id, batch, created_at_ms) VALUES (@id, @batch, @createdAtMs)
  ON CONFLICT (id) DO UPDATE SET batch = @batch`
const UPSERT_ANSWER = `
  INSERT INTO batch_answers (batch_id, row, answer, failure) VALUES (@batchId, @row, @answer, @failure)
  ON CONFLICT (batch_id, row) DO UPDATE SET answer = @answer, failure = @failure`

export function saveBatch(db: WritableDb, batch: Batch): void {
  const { id, createdAtMs } = batch
  transact(db, () =>
    db.prepare(UPSERT_BATCH).run({ id, batch: JSON.stringify(batch), createdAtMs }),
  )
}

export function insertBatchAnswer(db: WritableDb, batchId: string, answer: BatchAnswer): void {
  transact(db, () => db.prepare(UPSERT_ANSWER).run({ batchId, ...answer }))
}

/** @throws AppError NotFound */
export function getBatch(db: ReadableDb, id: string): Batch {
  const row = db
    .prepare<[string], { batch: string }>('SELECT batch FROM batches WHERE id = ?')
    .get(id)
  if (row) return withCounts(db, batchSchema.parse(JSON.parse(row.batch)))
  throw new AppError('NotFound', `There is no batch ${id}`, { details: { message: id } })
}

/** Newest first. */
export function listBatches(db: ReadableDb): Batch[] {
  return db
    .prepare<[], { batch: string }>('SELECT batch FROM batches ORDER BY created_at_ms DESC')
    .all()
    .map((row) => withCounts(db, batchSchema.parse(JSON.parse(row.batch))))
}

/** Rows that have their answer. */
export function listAnsweredRows(db: ReadableDb, batchId: string): Set<number> {
  const rows = db
    .prepare<[string], { row: number }>(
      'SELECT row FROM batch_answers WHERE batch_id = ? AND failure IS NULL',
    )
    .all(batchId)
  return new Set(rows.map(({ row }) => row))
}

export function listBatchAnswers(db: ReadableDb, batchId: string): BatchAnswer[] {
  return db
    .prepare<[string], BatchAnswer>(
      'SELECT row, answer, failure FROM batch_answers WHERE batch_id = ? ORDER BY row',
    )
    .all(batchId)
}

export function deleteBatch(db: WritableDb, id: string): void {
  transact(db, () => db.prepare('DELETE FROM batches WHERE id = ?').run(id))
}

function withCounts(db: ReadableDb, batch: Batch): Batch {
  const counts = db
    .prepare<[string], { done: number; failed: number }>(
      `SELECT count(*) AS done, count(failure) AS failed FROM batch_answers WHERE batch_id = ?`,
    )
    .get(batch.id)
  return { ...batch, doneCount: counts?.done ?? 0, failedCount: counts?.failed ?? 0 }
}
