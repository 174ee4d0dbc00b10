import { expect, test } from 'vitest'
import { chartSvg } from '../../renderer/charts/chartSvg.ts'
import { positions, rangeOf, type SeriesChoice } from '../../renderer/charts/series.ts'
import type { MetricPoint } from '../../shared/metrics.ts'

const choice = (change: Partial<SeriesChoice> = {}): SeriesChoice => ({
  label: 'A & <B>',
  candidateId: 'a',
  metric: 'train_loss',
  colour: '#0e7c8a',
  dashed: false,
  smoothing: 0,
  faint: false,
  ...change,
})

test('draws each series once, names those that are not faint, and escapes their names', () => {
  const svg = chartSvg({
    title: 'Loss',
    axisLabel: 'Step',
    logarithmic: false,
    columns: [
      [0, 10, 20],
      [1, null, 3],
      [1, 2, 3],
    ],
    series: [choice({ dashed: true }), choice({ label: 'hidden', faint: true })],
    formatX: String,
  })
  expect(svg.match(/<polyline/g)).toHaveLength(2)
  // A gap is left out; the first point lies at the bottom left, the last at the top right.
  expect(svg).toContain('points="64.0,432.0 940.0,44.0"')
  expect(svg).toContain('A &amp; &lt;B>')
  expect(svg).not.toContain('hidden')
  expect(svg).toContain('stroke-dasharray')
})

test('a logarithmic scale puts the geometric mean in the middle', () => {
  const svg = chartSvg({
    title: '',
    axisLabel: '',
    logarithmic: true,
    columns: [
      [0, 1, 2],
      [1, 10, 100],
    ],
    series: [choice()],
    formatX: String,
  })
  expect(svg).toContain('64.0,432.0 502.0,238.0 940.0,44.0')
})

test('tokens are added up, also over steps that were left out', () => {
  const point = (metric: MetricPoint['metric'], step: number, value: number): MetricPoint => ({
    candidateId: 'a',
    metric,
    step,
    value,
    loggedAtMs: 0,
  })
  const points = [
    point('train_tokens', 1, 10),
    point('train_tokens', 2, 20),
    point('train_tokens', 4, 5),
    point('validation_loss', 0, 3),
    point('validation_loss', 3, 2),
  ]
  const at = positions('tokens', [], points)
  expect(points.map(at)).toEqual([10, 30, 40, 0, 30])
  expect(at(point('train_loss', 9, 1))).toBe(40)
  expect(positions('tokens', [], [])(point('train_loss', 1, 1))).toBeNull()
  expect(rangeOf(points, [choice({ metric: 'validation_loss' })])).toEqual([2, 3])
  expect(rangeOf(points, [])).toBeNull()
})
