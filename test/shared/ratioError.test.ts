import { expect, test } from 'vitest'
import { ratioError, type Share } from '../../shared/ratioError.ts'
import { mulberry32 } from '../../electron/engine/random.ts'

test('it is what a bootstrap over the examples finds', () => {
  const random = mulberry32(7)
  const shares = Array.from({ length: 80 }, (): Share => {
    const size = 20 + Math.floor(200 * random())
    return { size, amount: size * (0.5 + random()) }
  })
  const ratios = Array.from({ length: 4000 }, () => {
    const drawn = shares.map(() => shares[Math.floor(random() * shares.length)] as Share)
    const total = (of: keyof Share) => drawn.reduce((sum, share) => sum + share[of], 0)
    return total('amount') / total('size')
  })
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
  const variance = ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / ratios.length
  expect(ratioError(shares) / Math.sqrt(variance)).toBeCloseTo(1, 1)
})

test('equal examples have none, and one alone says nothing', () => {
  expect(ratioError(Array.from({ length: 5 }, () => ({ amount: 3, size: 2 })))).toBe(0)
  expect(ratioError([{ amount: 3, size: 2 }])).toBe(0)
  expect(ratioError([])).toBe(0)
})
