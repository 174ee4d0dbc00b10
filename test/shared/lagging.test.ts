import { expect, test } from 'vitest'
import { laggingOf, type Runner } from '../../shared/lagging.ts'

/** 100 steps, evaluated every 10 up to `done`, falling from 2 by `gain` at each. */
const runner = (
  name: string,
  done: number,
  gain: number,
  change: Partial<Runner> = {},
): Runner => ({
  name,
  isRunning: done < 100,
  share: done / 100,
  totalSteps: 100,
  curve: Array.from({ length: Math.floor(done / 10) + 1 }, (_, at) => ({
    step: at * 10,
    value: 2 - at * gain,
  })),
  ...change,
})
const slow = (change: Partial<Runner> = {}) => runner('slow', 50, 0.01, change)
const quick = runner('quick', 100, 0.1)

test('a running one that was behind at the same share of its steps is named with its values', () => {
  const all = [slow(), quick]
  expect(laggingOf(all[0] ?? quick, all)).toEqual({
    behind: 'quick',
    share: 0.5,
    own: expect.closeTo(1.95, 12),
    other: expect.closeTo(1.5, 12),
  })
})

test.each([
  ['has ended', slow({ isRunning: false })],
  ['has barely begun', runner('slow', 30, 0.01)],
  [
    'was hardly evaluated',
    slow({
      curve: [
        { step: 0, value: 2 },
        { step: 40, value: 2 },
      ],
    }),
  ],
  ['does not know how far it is', slow({ share: null })],
  ['is close', runner('slow', 50, 0.09)],
])('nobody is called late who %s', (_, one) => {
  expect(laggingOf(one, [one, quick])).toBeNull()
})

test('it is compared only with those that came as far', () => {
  const one = slow()
  expect(laggingOf(one, [one, runner('starting', 20, 0.5)])).toBeNull()
  expect(laggingOf(one, [one])).toBeNull()
})
