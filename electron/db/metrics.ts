/** Table metric_points: rows <-> MetricPoint. */
import { metricPointSchema, type MetricPoint } from '../../shared/metrics.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface MetricPointRecord {
  candidate_id: string
  metric: string
  step: number
  value: number
  logged_at_ms: number
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
