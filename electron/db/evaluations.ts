/** Tables evaluations and evaluation_rows: rows <-> Evaluation. */
import { z } from 'zod'
import { AppError, appErrorDataSchema } from '../../shared/errors.ts'
import {
  evaluationStatusSchema,
  scoredAnswerSchema,
  type EvaluatedRow,
  type Evaluation,
} from '../../shared/evaluation.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface EvaluationRecord {
  id: string
  candidate_id: string
  status: string
  planned_rows: number
  available_rows: number
  seed: number
  failure: string | null
  started_at_ms: number
  ended_at_ms: number | null
}

interface RowRecord {
  row_position: number
  question: string
  reference: string
  tuned: string
  base: string
}

const INSERT_EVALUATION = `
  INSERT INTO evaluations (id, candidate_id, status, planned_rows, available_rows, seed, failure, started_at_ms,
    ended_at_ms)
  VALUES (@id, @candidate_id, @status, @planned_rows, @available_rows, @seed, @failure, @started_at_ms, @ended_at_ms)`

const INSERT_ROW = `
  INSERT INTO evaluation_rows (evaluation_id, position, row_position, question, reference, tuned, base)
  VALUES (@evaluation_id,
    (SELECT count(*) FROM evaluation_rows WHERE evaluation_id = @evaluation_id),
    @row_position, @question, @reference, @tuned, @base)
  ON CONFLICT (evaluation_id, row_position) DO NOTHING`

export type EvaluationHead = Omit<Evaluation, 'rows'>

export function insertEvaluation(db: WritableDb, evaluation: EvaluationHead): void {
  transact(db, () =>
    db.prepare(INSERT_EVALUATION).run({
      id: evaluation.id,
      candidate_id: evaluation.candidateId,
      status: evaluation.status,
      planned_rows: evaluation.plannedRows,
      available_rows: evaluation.availableRows,
      seed: evaluation.seed,
      failure: evaluation.failure && JSON.stringify(evaluation.failure),
      started_at_ms: evaluation.startedAtMs,
      ended_at_ms: evaluation.endedAtMs,
    }),
  )
}

/** A row that is there already stays as it is. */
export function insertEvaluatedRow(db: WritableDb, evaluationId: string, row: EvaluatedRow): void {
  transact(db, () =>
    db.prepare(INSERT_ROW).run({
      evaluation_id: evaluationId,
      row_position: row.position,
      question: row.question,
      reference: row.reference,
      tuned: JSON.stringify(row.tuned),
      base: JSON.stringify(row.base),
    }),
  )
}

export function updateEvaluation(
  db: WritableDb,
  id: string,
  { status, failure, endedAtMs }: Pick<Evaluation, 'status' | 'failure' | 'endedAtMs'>,
): void {
  transact(db, () =>
    db
      .prepare('UPDATE evaluations SET status = ?, failure = ?, ended_at_ms = ? WHERE id = ?')
      .run(status, failure && JSON.stringify(failure), endedAtMs, id),
  )
}

/** The newest of a candidate. */
export function findLatestEvaluation(db: ReadableDb, candidateId: string): Evaluation | undefined {
  const record = db
    .prepare<[string], EvaluationRecord>(
      'SELECT * FROM evaluations WHERE candidate_id = ? ORDER BY started_at_ms DESC, rowid DESC LIMIT 1',
    )
    .get(candidateId)
  return record && toEvaluation(db, record)
}

/** @throws AppError CandidateNotFound: it went with its candidate */
export function getEvaluation(db: ReadableDb, id: string): Evaluation {
  const record = db
    .prepare<[string], EvaluationRecord>('SELECT * FROM evaluations WHERE id = ?')
    .get(id)
  if (record) return toEvaluation(db, record)
  throw new AppError('CandidateNotFound', `There is no evaluation ${id}`, { details: { id } })
}

function toEvaluation(db: ReadableDb, record: EvaluationRecord): Evaluation {
  const rows = db
    .prepare<[string], RowRecord>(
      'SELECT * FROM evaluation_rows WHERE evaluation_id = ? ORDER BY position',
    )
    .all(record.id)
  return {
    id: record.id,
    candidateId: record.candidate_id,
    status: evaluationStatusSchema.parse(record.status),
    plannedRows: record.planned_rows,
    availableRows: record.available_rows,
    seed: record.seed,
    failure: record.failure === null ? null : appErrorDataSchema.parse(JSON.parse(record.failure)),
    startedAtMs: record.started_at_ms,
    endedAtMs: record.ended_at_ms,
    rows: rows.map(toRow),
  }
}

const storedAnswer = z.string().transform((text) => scoredAnswerSchema.parse(JSON.parse(text)))

function toRow(record: RowRecord): EvaluatedRow {
  return {
    position: record.row_position,
    question: record.question,
    reference: record.reference,
    tuned: storedAnswer.parse(record.tuned),
    base: storedAnswer.parse(record.base),
  }
}
