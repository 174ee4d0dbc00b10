/** Table metric_points: rows <-> MetricPoint. */
import { metricPointSchema, type MetricName, type MetricPoint } from '../../shared/metrics.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface MetricPointRecord {
  candidate_id: string
  metric: string
  step: number
  value: number
  logged_at_ms: number
}

export interface SeriesPoint {
  readonly step: number
  readonly value: number
}

const INSERT_METRIC_POINT = `
  INSERT INTO metric_points (candidate_id, metric, step, value, logged_at_ms)
  VALUES (@candidate_id, @metric, @step, @value, @logged_at_ms)
  ON CONFLICT (candidate_id, metric, step) DO NOTHING`

/** Stores the points that were not there yet and returns those, in the order given, so that an event carries only news. */
export function insertMetricPoints(db: WritableDb, points: readonly MetricPoint[]): MetricPoint[] {
  if (points.length === 0) return []
  return transact(db, () => {
    const insert = db.prepare(INSERT_METRIC_POINT)
    return points.filter((point) => insert.run(pointToRow(point)).changes === 1)
  })
}

/** All points of a candidate, by metric, then step. */
export function listMetricPoints(db: ReadableDb, candidateId: string): MetricPoint[] {
  return db
    .prepare<[string], MetricPointRecord>(
      'SELECT * FROM metric_points WHERE candidate_id = ? ORDER BY metric, step',
    )
    .all(candidateId)
    .map(rowToPoint)
}

/** One series, by step. */
export function listMetricSeries(
  db: ReadableDb,
  candidateId: string,
  metric: MetricName,
): SeriesPoint[] {
  return db
    .prepare<[string, string], SeriesPoint>(
      'SELECT step, value FROM metric_points WHERE candidate_id = ? AND metric = ? ORDER BY step',
    )
    .all(candidateId, metric)
}

/** The value of the last point up to a step; null when there is none. */
export function findMetricUntil(
  db: ReadableDb,
  candidateId: string,
  metric: MetricName,
  step: number,
): number | null {
  const found = db
    .prepare<[string, string, number], { value: number }>(
      `SELECT value FROM metric_points WHERE candidate_id = ? AND metric = ? AND step <= ?
       ORDER BY step DESC LIMIT 1`,
    )
    .get(candidateId, metric, step)
  return found?.value ?? null
}

/** Null when there is no point. */
export function sumMetric(db: ReadableDb, candidateId: string, metric: MetricName): number | null {
  const found = db
    .prepare<[string, string], { total: number | null }>(
      'SELECT sum(value) AS total FROM metric_points WHERE candidate_id = ? AND metric = ?',
    )
    .get(candidateId, metric)
  return found?.total ?? null
}

/** How many losses of each kind a candidate has. */
export function countPoints(
  db: ReadableDb,
  candidateId: string,
): { readonly training: number; readonly validation: number } {
  const count = db
    .prepare<[string, string], number>(
      'SELECT count(*) FROM metric_points WHERE candidate_id = ? AND metric = ?',
    )
    .pluck()
  return {
    training: count.get(candidateId, 'train_loss') ?? 0,
    validation: count.get(candidateId, 'validation_loss') ?? 0,
  }
}

function rowToPoint(row: MetricPointRecord): MetricPoint {
  return metricPointSchema.parse({
    candidateId: row.candidate_id,
    metric: row.metric,
    step: row.step,
    value: row.value,
    loggedAtMs: row.logged_at_ms,
  })
}

function pointToRow(point: MetricPoint): MetricPointRecord {
  return {
    candidate_id: point.candidateId,
    metric: point.metric,
    step: point.step,
    value: point.value,
    logged_at_ms: point.loggedAtMs,
  }
}
