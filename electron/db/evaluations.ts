/** Tables evaluations, evaluation_rows and evaluation_items: rows <-> Evaluation. */
import type { z } from 'zod'
import { AppError, appErrorDataSchema } from '../../shared/errors.ts'
import {
  evaluationPlanSchema,
  evaluationSchema,
  evaluationStatusSchema,
  ratingSchema,
  scoredAnswerSchema,
  type EvaluatedRow,
  type Evaluation,
  type EvaluationPlan,
} from '../../shared/evaluation.ts'
import { bertScoredRowSchema } from '../../shared/bertScore.ts'
import { judgementSchema } from '../../shared/judge.ts'
import { libraryCheckSchema } from '../../shared/libraryCheck.ts'
import { perturbedRowSchema } from '../../shared/robustness.ts'
import { stereotypePairSchema } from '../../shared/stereotyping.ts'
import { toxicityDetectorSchema } from '../../shared/toxicity.ts'
import { voiceComparisonSchema } from '../../shared/voice.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface EvaluationRecord {
  id: string
  candidate_id: string
  status: string
  planned_rows: number
  available_rows: number
  seed: number
  plan: string
  source_name: string | null
  detector: string
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

interface ItemRecord {
  part: string
  position: number
  item: string
}

const INSERT_EVALUATION = `
  INSERT INTO evaluations (id, candidate_id, status, planned_rows, available_rows, seed, plan, source_name, detector,
    failure, started_at_ms, ended_at_ms)
  VALUES (@id, @candidate_id, @status, @planned_rows, @available_rows, @seed, @plan, @source_name, @detector, @failure,
    @started_at_ms, @ended_at_ms)`

const INSERT_ROW = `
  INSERT INTO evaluation_rows (evaluation_id, position, row_position, question, reference, tuned, base)
  VALUES (@evaluation_id,
    (SELECT count(*) FROM evaluation_rows WHERE evaluation_id = @evaluation_id),
    @row_position, @question, @reference, @tuned, @base)
  ON CONFLICT (evaluation_id, row_position) DO NOTHING`

const PUT_ITEM = `
  INSERT INTO evaluation_items (evaluation_id, part, position, item) VALUES (?, ?, ?, ?)
  ON CONFLICT (evaluation_id, part, position) DO UPDATE SET item = excluded.item`

export type EvaluationHead = Omit<
  Evaluation,
  | 'rows'
  | 'perturbed'
  | 'stereotypes'
  | 'judgements'
  | 'bertScores'
  | 'library'
  | 'voice'
  | 'ratings'
  | 'answerTimes'
>

/** What an evaluation consists of besides its rows. */
export type EvaluationItemPart =
  | 'robustness'
  | 'stereotyping'
  | 'judgement'
  | 'bertScore'
  | 'library'
  | 'libraryJob'
  | 'voice'
  | 'rating'
  | 'time'

export function insertEvaluation(db: WritableDb, evaluation: EvaluationHead): void {
  transact(db, () =>
    db.prepare(INSERT_EVALUATION).run({
      id: evaluation.id,
      candidate_id: evaluation.candidateId,
      status: evaluation.status,
      planned_rows: evaluation.plannedRows,
      available_rows: evaluation.availableRows,
      seed: evaluation.seed,
      plan: JSON.stringify(evaluation.plan),
      source_name: evaluation.sourceName,
      detector: evaluation.detector,
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

/** Written once, or anew. */
export function putEvaluationItem(
  db: WritableDb,
  evaluationId: string,
  part: EvaluationItemPart,
  position: number,
  item: unknown,
): void {
  transact(db, () => db.prepare(PUT_ITEM).run(evaluationId, part, position, JSON.stringify(item)))
}

/** As it was put; undefined when there is none. */
export function findEvaluationItem(
  db: ReadableDb,
  evaluationId: string,
  part: EvaluationItemPart,
  position: number,
): unknown {
  const found = db
    .prepare<[string, string, number], { item: string }>(
      'SELECT item FROM evaluation_items WHERE evaluation_id = ? AND part = ? AND position = ?',
    )
    .get(evaluationId, part, position)
  return found && (JSON.parse(found.item) as unknown)
}

export function deleteEvaluationItem(
  db: WritableDb,
  evaluationId: string,
  part: EvaluationItemPart,
  position: number,
): void {
  transact(db, () =>
    db
      .prepare('DELETE FROM evaluation_items WHERE evaluation_id = ? AND part = ? AND position = ?')
      .run(evaluationId, part, position),
  )
}

/** Those that were running when the app ended, oldest first. */
export function listRunningEvaluations(db: ReadableDb): string[] {
  return db
    .prepare<[], { id: string }>(
      "SELECT id FROM evaluations WHERE status = 'Running' ORDER BY started_at_ms",
    )
    .all()
    .map(({ id }) => id)
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

/** A finished one that gets more parts. */
export function reopenEvaluation(db: WritableDb, id: string, plan: EvaluationPlan): void {
  transact(db, () =>
    db
      .prepare(
        `UPDATE evaluations SET status = 'Running', failure = NULL, ended_at_ms = NULL, plan = ? WHERE id = ?`,
      )
      .run(JSON.stringify(plan), id),
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

/** How many of these candidates have a report. */
export function countEvaluated(db: ReadableDb, candidateIds: readonly string[]): number {
  return (
    db
      .prepare<[string], number>(
        `SELECT count(DISTINCT candidate_id) FROM evaluations
         WHERE candidate_id IN (SELECT value FROM json_each(?))`,
      )
      .pluck()
      .get(JSON.stringify(candidateIds)) ?? 0
  )
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
  const items = Map.groupBy(
    db
      .prepare<[string], ItemRecord>(
        'SELECT part, position, item FROM evaluation_items WHERE evaluation_id = ? ORDER BY part, position',
      )
      .all(record.id),
    ({ part }) => part,
  )
  const itemsOf = <T>(part: EvaluationItemPart, schema: z.ZodType<T>): T[] =>
    (items.get(part) ?? []).map(({ item }) => schema.parse(JSON.parse(item)))
  return {
    id: record.id,
    candidateId: record.candidate_id,
    status: evaluationStatusSchema.parse(record.status),
    plannedRows: record.planned_rows,
    availableRows: record.available_rows,
    seed: record.seed,
    plan: evaluationPlanSchema.parse(JSON.parse(record.plan)),
    sourceName: record.source_name,
    detector: toxicityDetectorSchema.parse(record.detector),
    failure: record.failure === null ? null : appErrorDataSchema.parse(JSON.parse(record.failure)),
    startedAtMs: record.started_at_ms,
    endedAtMs: record.ended_at_ms,
    rows: rows.map(toRow),
    perturbed: itemsOf('robustness', perturbedRowSchema),
    stereotypes: itemsOf('stereotyping', stereotypePairSchema),
    bertScores: itemsOf('bertScore', bertScoredRowSchema),
    judgements: itemsOf('judgement', judgementSchema),
    library: itemsOf('library', libraryCheckSchema)[0] ?? null,
    voice: itemsOf('voice', voiceComparisonSchema)[0] ?? null,
    answerTimes: itemsOf('time', evaluationSchema.shape.answerTimes.element),
    ratings: Object.fromEntries(
      (items.get('rating') ?? []).map(({ position, item }) => [
        String(position),
        ratingSchema.parse(JSON.parse(item)),
      ]),
    ),
  }
}

function toRow(record: RowRecord): EvaluatedRow {
  return {
    position: record.row_position,
    question: record.question,
    reference: record.reference,
    tuned: scoredAnswerSchema.parse(JSON.parse(record.tuned)),
    base: scoredAnswerSchema.nullable().parse(JSON.parse(record.base)),
  }
}
