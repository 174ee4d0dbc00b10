import { expect, test } from 'vitest'
import { formatDifference, formatMeasure } from '../../shared/formats.ts'

test.each([
  [2.52149, '2.521'],
  [0.1, '0.100'],
  [0.08812, '0.088'],
  [0.00421, '0.0042'],
  [0.000421, '0.00042'],
  [0.0000000421, '0.000000'],
  [-0.00421, '-0.0042'],
  [0, '0.000'],
  [null, '–'],
  [undefined, '–'],
])('%s is written as %s', (value, text) => {
  expect(formatMeasure(value)).toBe(text)
})

test('a difference has a sign', () => {
  expect([0.25, -0.0031].map(formatDifference)).toEqual(['+0.250', '−0.0031'])
})
