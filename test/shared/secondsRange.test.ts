import { expect, test } from 'vitest'
import { formatSecondsRange } from '../../shared/secondsRange.ts'

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
