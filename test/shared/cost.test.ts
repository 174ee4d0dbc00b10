import { expect, test } from 'vitest'
import { formatSums, sumsOf } from '../../shared/cost.ts'
import { formatPrice, formatPrices } from '../../shared/endpoint.ts'

const dollars = { perHour: 1.5, currency: 'USD' as const, reckonedIn: null }
const yuan = { perHour: 14.33, currency: 'CNY' as const, reckonedIn: 'cn-north-1' }

test('what was reckoned carries its sign, and nothing is nothing', () => {
  expect(formatPrices([dollars, { ...dollars, reckonedIn: 'us-gov-west-1' }], 'en')).toBe('≈ $3.00')
  const asleep = { ...dollars, perHour: 0, reckonedIn: 'us-gov-west-1' }
  expect(formatPrices([dollars, asleep], 'en')).toBe('$1.50')
})

test('yuan and dollars are never added up', () => {
  expect(
    sumsOf([
      { currency: 'USD', amount: 1 },
      { currency: 'CNY', amount: 7 },
      { currency: 'USD', amount: 2 },
    ]),
  ).toEqual([
    { currency: 'USD', amount: 3 },
    { currency: 'CNY', amount: 7 },
  ])
  expect(formatSums([{ currency: 'CNY', amount: 7 }], 'zh')).toBe('¥7.00')
  expect(formatSums([], 'en')).toBe('')
})

test('prices of several endpoints stand together, and say when one of them was reckoned', () => {
  expect(formatPrices([dollars, dollars], 'en')).toBe('$3.00')
  expect(formatPrices([dollars, yuan, yuan], 'en')).toBe('≈ $1.50 + ¥28.66')
  expect(formatPrices([], 'en')).toBe('')
  expect(formatPrice(yuan, 2, 'en')).toBe('≈ ¥28.66')
})
