import { expect, test } from 'vitest'
import {
  alignSeries,
  columnsToCsv,
  positions,
  shortNames,
  smooth,
  type SeriesChoice,
} from '../../renderer/charts/series.ts'
import type { MetricName, MetricPoint } from '../../shared/metrics.ts'
import { aCandidate } from '../support/database.ts'

const point = (metric: MetricName, step: number, value: number): MetricPoint => ({
  candidateId: 'a',
  metric,
  step,
  value,
  loggedAtMs: 5000 + step * 2000,
})
const choice = (metric: MetricName, change: Partial<SeriesChoice> = {}): SeriesChoice => ({
  label: metric,
  candidateId: 'a',
  metric,
  colour: '#000',
  dashed: false,
  smoothing: 0,
  faint: false,
  ...change,
})
const points = [
  point('train_loss', 2, 2),
  point('train_loss', 1, 4),
  point('validation_loss', 2, 3),
]

test('each step has a value or a gap of each series', () => {
  expect(alignSeries(points, [choice('train_loss'), choice('validation_loss')])).toEqual([
    [1, 2],
    [4, 2],
    [null, 3],
  ])
})

test('steps become epochs of the plan, and seconds since the first point', () => {
  const progress = { step: 2, totalSteps: 8, secondsLeft: null }
  const candidate = { ...aCandidate({ id: 'a', progress }), versionId: 'v' }
  const at = (axis: 'epoch' | 'time') =>
    alignSeries(points, [choice('train_loss')], positions(axis, [candidate], points))[0]
  expect(at('epoch')).toEqual([0.5, 1])
  expect(at('time')).toEqual([0, 2])
  const unknown = positions('epoch', [{ ...candidate, progress: null }], points)
  expect(alignSeries(points, [choice('train_loss')], unknown)[0]).toEqual([])
})

test('smoothing starts at the first value, keeps a constant, and follows its definition', () => {
  expect(smooth([3, 3, 3], 0.9)).toEqual([3, 3, 3].map((value) => expect.closeTo(value, 12)))
  // By hand: weights 0.25 and 0.5, divided by their sum.
  expect(smooth([4, 2], 0.5)[1]).toBeCloseTo((0.25 * 4 + 0.5 * 2) / 0.75, 12)
  expect(smooth([4, 2], 0)).toEqual([4, 2])
})

test('a table of the chart has no faint lines, and quotes what has to be', () => {
  const choices = [
    choice('train_loss', { faint: true }),
    choice('train_loss', { label: 'Pico, "small"' }),
  ]
  expect(columnsToCsv('Step', alignSeries(points, choices), choices)).toBe(
    'Step,"Pico, ""small"""\r\n1,4\r\n2,2\r\n',
  )
})

test('names are shortened while they can be told apart', () => {
  expect(shortNames(['Timbre Pico (English)', 'Timbre Nano (English, Chinese)'])).toEqual([
    'Timbre Pico',
    'Timbre Nano',
  ])
  expect(shortNames(['Pico (a)', 'Pico (b)', '(c)'])).toEqual(['Pico (a)', 'Pico (b)', '(c)'])
})
