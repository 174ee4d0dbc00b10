import { expect, test } from 'vitest'
import { formatDuration, formatSecondsRange } from '../../shared/duration.ts'

test.each([
  [{ low: 1, high: 3 }, '5 sec'],
  [{ low: 42, high: 58 }, '40–60 sec'],
  [{ low: 380, high: 470 }, '6–8 min'],
  [{ low: 7000, high: 8900 }, '1.5–2.5 hr'],
])('%o is said as %s', (range, words) => {
  expect(formatSecondsRange(range, 'en').replaceAll('\u202f', ' ')).toBe(words)
})

test('in Chinese as well', () => {
  expect(formatSecondsRange({ low: 380, high: 470 }, 'zh-CN')).toMatch(/6-8 ?分钟/)
})

test.each([
  [0, '0:00'],
  [75, '1:15'],
  [154.6, '2:35'],
  [3675, '1:01:15'],
])('%d seconds are %s', (seconds, words) => expect(formatDuration(seconds)).toBe(words))
