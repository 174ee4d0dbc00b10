import { expect, test } from 'vitest'
import { decimate, decimated } from '../../renderer/charts/decimate.ts'
import type { AlignedColumns } from '../../renderer/charts/series.ts'
import { seededRandom } from '../../shared/split.ts'

const random = seededRandom(3)
const count = 20_000
const steps = Array.from({ length: count }, (_, index) => index)
const noisy = steps.map(() => random())
const sparse = steps.map((step) => (step % 100 === 0 ? random() : null))
const columns: AlignedColumns = [steps, noisy, sparse]

/** By pixel column, lowest and highest: worked out on its own, over all points. */
function extremesOf([at, ...series]: AlignedColumns, pixels: number, low: number, high: number) {
  return series.map((values) => {
    const found = new Map<number, { low: number; high: number }>()
    at.forEach((x, index) => {
      const value = values[index]
      if (value === null || value === undefined || x < low || x > high) return
      const column = Math.floor((x - low) / ((high - low) / pixels))
      const known = found.get(column) ?? { low: value, high: value }
      found.set(column, { low: Math.min(known.low, value), high: Math.max(known.high, value) })
    })
    return found
  })
}

test('every pixel column keeps the lowest and highest value of every series', () => {
  const fewer = decimate(columns, { zoom: null, pixels: 400 })
  expect(fewer[0].length).toBeLessThan(2 * 2 * 400 + 4)
  expect(extremesOf(fewer, 400, 0, count - 1)).toEqual(extremesOf(columns, 400, 0, count - 1))
  expect(fewer[0]).toEqual(fewer[0].toSorted((a, b) => a - b))
})

test('a part that is zoomed into has its own extremes, its neighbours and both ends', () => {
  const zoom = { min: 5_000.5, max: 8_000.5 }
  const fewer = decimate(columns, { zoom, pixels: 300 })
  const shown = extremesOf(fewer, 300, zoom.min, zoom.max)
  expect(shown).toEqual(extremesOf(columns, 300, zoom.min, zoom.max))
  expect(fewer[0]).toContain(5_000)
  expect(fewer[0]).toContain(8_001)
  expect([fewer[0][0], fewer[0].at(-1)]).toEqual([0, count - 1])
  expect(fewer[0].filter((x) => x < 5_000 || x > 8_002)).toHaveLength(2)
})

test('few points stay as they are, and one zoom level is worked out once', () => {
  const few: AlignedColumns = [
    [1, 2, 3],
    [1, null, 2],
  ]
  expect(decimate(few, { zoom: null, pixels: 400 })).toBe(few)
  const part = { zoom: { min: 10, max: 9_000 }, pixels: 200 }
  expect(decimated(columns, part)).toBe(decimated(columns, { ...part }))
  expect(decimated(columns, { ...part, pixels: 201 })).not.toBe(decimated(columns, part))
})
