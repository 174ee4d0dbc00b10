import { expect, test } from 'vitest'
import { interpolate } from '../../../../electron/engine/train/estimate.ts'

const points = [
  { length: 32, seconds: 1 },
  { length: 64, seconds: 3 },
  { length: 256, seconds: 9 },
]

test.each([
  [32, 1],
  [48, 2],
  [64, 3],
  [160, 6],
  [256, 9],
  [512, 9],
  [16, 1],
])('a batch of length %d takes %d seconds', (length, seconds) => {
  expect(interpolate(points, length)).toBe(seconds)
})

test('nothing measured takes no time', () => {
  expect(interpolate([], 10)).toBe(0)
})
