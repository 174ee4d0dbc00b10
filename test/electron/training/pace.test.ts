import { expect, test } from 'vitest'
import { createPace } from '../../../electron/training/pace.ts'

test('tells nothing before three steps and two seconds were seen', () => {
  const pace = createPace()
  expect(pace.secondsLeft(1, 100, 0)).toBeNull()
  expect(pace.secondsLeft(3, 100, 1000)).toBeNull()
  expect(pace.secondsLeft(4, 100, 1500)).toBeNull()
  expect(pace.secondsLeft(5, 100, 2000)).toBe(48)
})

test('is not spoiled by a slow start, for it looks at the last minute only', () => {
  const pace = createPace()
  pace.secondsLeft(0, 1000, 0)
  pace.secondsLeft(1, 1000, 100_000)
  let left: number | null = null
  for (let step = 2; step <= 100; step += 1)
    left = pace.secondsLeft(step, 1000, 100_000 + step * 1000)
  expect(left).toBe(900)
})

test('starts anew after a reset', () => {
  const pace = createPace()
  pace.secondsLeft(1, 100, 0)
  expect(pace.secondsLeft(11, 100, 10_000)).toBe(89)
  pace.reset()
  expect(pace.secondsLeft(12, 100, 5_000_000)).toBeNull()
  expect(pace.secondsLeft(16, 100, 5_002_000)).toBe(42)
})

test('knows nothing of a job whose length is not known', () => {
  const pace = createPace()
  pace.secondsLeft(1, 0, 0)
  expect(pace.secondsLeft(9, 0, 10_000)).toBeNull()
})
