/** A candidate's points for drawing: all of them, or of long trainings the lowest and the highest of many short spans. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { metricNameSchema, type MetricName, type MetricPoint } from '../../shared/metrics.ts'
import type { ReadableDb } from './database.ts'

/** More of one series than any screen shows; below, nothing is left out. */
export const fullResolution = 20_000
const spans = fullResolution / 2
/** So many spans are read before others get their turn. */
const spansPerTurn = 500

interface Extent {
  readonly count: number
  readonly first: number
  readonly last: number
}

interface PointRecord {
  readonly step: number
  readonly value: number
  readonly loggedAtMs: number
}

const EXTENT = `
  SELECT count(*) AS count, min(step) AS first, max(step) AS last FROM metric_points
  WHERE candidate_id = ? AND metric = ? AND step BETWEEN ? AND ?`

const ALL = `
  SELECT step, value, logged_at_ms AS loggedAtMs FROM metric_points
  WHERE candidate_id = ? AND metric = ? AND step BETWEEN ? AND ? ORDER BY step`

/** SQLite takes the other columns from the row that has the lowest or highest value. */
const extremes = (pick: 'min' | 'max') => `
  SELECT step, ${pick}(value) AS value, logged_at_ms AS loggedAtMs FROM metric_points
  WHERE candidate_id = ? AND metric = ? AND step BETWEEN ? AND ?
  GROUP BY (step - CAST(? AS INTEGER)) / CAST(? AS INTEGER)`

export interface StepRange {
  readonly from: number
  readonly to: number
}

const everyStep: StepRange = { from: 0, to: Number.MAX_SAFE_INTEGER }

/** By metric, then step. */
export async function readMetricOverview(
  db: ReadableDb,
  candidateId: string,
  range: StepRange = everyStep,
): Promise<MetricPoint[]> {
  const points: MetricPoint[] = []
  for (const metric of metricNameSchema.options) {
    for (const record of await readSeries(db, candidateId, metric, range))
      points.push({ candidateId, metric, ...record })
    await nextTurn()
  }
  return points
}

async function readSeries(
  db: ReadableDb,
  candidateId: string,
  metric: MetricName,
  { from, to }: StepRange,
): Promise<PointRecord[]> {
  const extent = db
    .prepare<[string, string, number, number], Extent>(EXTENT)
    .get(candidateId, metric, from, to)
  if (!extent || extent.count === 0) return []
  const all = db.prepare<[string, string, number, number], PointRecord>(ALL)
  if (extent.count <= fullResolution) return all.all(candidateId, metric, from, to)
  const { first, last } = extent
  const width = Math.ceil((last - first + 1) / spans)
  type Bound = [string, string, number, number, number, number]
  const lowest = db.prepare<Bound, PointRecord>(extremes('min'))
  const highest = db.prepare<Bound, PointRecord>(extremes('max'))
  // The very first and last points stay, so that the curve begins and ends where it did.
  const kept: PointRecord[] = [
    ...all.all(candidateId, metric, first, first),
    ...all.all(candidateId, metric, last, last),
  ]
  for (let at = first; at <= last; at += width * spansPerTurn) {
    const end = Math.min(last, at + width * spansPerTurn - 1)
    for (const statement of [lowest, highest])
      kept.push(...statement.all(candidateId, metric, at, end, first, width))
    await nextTurn()
  }
  return withoutRepetitions(kept)
}

/** By step; a span whose lowest point is also its highest has one. */
function withoutRepetitions(points: PointRecord[]): PointRecord[] {
  const sorted = points.sort((a, b) => a.step - b.step)
  return sorted.filter(({ step }, index) => step !== sorted[index - 1]?.step)
}
