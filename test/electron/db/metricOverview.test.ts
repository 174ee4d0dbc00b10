import { expect, test } from 'vitest'
import { fullResolution, readMetricOverview } from '../../../electron/db/metricOverview.ts'
import { insertMetricPoints } from '../../../electron/db/metrics.ts'
import type { MetricPoint } from '../../../shared/metrics.ts'
import { insertTestVersion, openTestDatabase } from '../../support/database.ts'

const candidateId = 'candidate-1'

function openWith(count: number, value: (step: number) => number) {
  const db = openTestDatabase()
  insertTestVersion(db)
  const points = Array.from({ length: count }, (_, step): MetricPoint => ({
    candidateId,
    metric: 'train_loss',
    step,
    value: value(step),
    loggedAtMs: step,
  }))
  insertMetricPoints(db, points)
  return { db, points }
}

test('a training of usual length is shown whole', async () => {
  const { db, points } = openWith(500, (step) => 1 / (step + 1))
  expect(await readMetricOverview(db, candidateId)).toEqual(points)
  const range = { from: 10, to: 12 }
  expect(await readMetricOverview(db, candidateId, range)).toEqual(points.slice(10, 13))
  expect(await readMetricOverview(db, 'nobody')).toEqual([])
})

test('of a very long one every peak and every dip stays, and a part can be had whole', async () => {
  const peak = 41_234
  const dip = 52_345
  const { db, points } = openWith(60_000, (step) =>
    step === peak ? 100 : step === dip ? -100 : Math.sin(step / 300),
  )
  const overview = await readMetricOverview(db, candidateId)
  expect(overview.length).toBeLessThanOrEqual(fullResolution + 2)
  expect(overview.map(({ step }) => step)).toEqual(
    overview.map(({ step }) => step).toSorted((a, b) => a - b),
  )
  const byStep = new Map(overview.map((point) => [point.step, point]))
  for (const step of [0, peak, dip, 59_999]) expect(byStep.get(step)).toEqual(points[step])
  for (const point of overview) expect(point).toEqual(points[point.step])
  const range = { from: 30_000, to: 40_000 }
  expect(await readMetricOverview(db, candidateId, range)).toEqual(points.slice(30_000, 40_001))
})
