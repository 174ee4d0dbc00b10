import { expect, test } from 'vitest'
import { runChaosJourney } from '../support/aws/chaosJourney.ts'

// `npm run chaos` makes 200 of them.
test.each([1, 2, 3])('every job ends right on a bad day, seed %i', async (seed) => {
  const run = await runChaosJourney(seed)
  expect(run.defects).toEqual([])
  expect(Object.values(run.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10)
})
