import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markDifferences } from '../../shared/wordDifference.ts'

test('marks the words that the other text does not have, in any script', () => {
  expect(markDifferences('Send it back within 30 days.', 'Send it back within a month.')).toEqual([
    { text: 'Send it back within ', isDifferent: false },
    { text: '30 days', isDifferent: true },
    { text: '.', isDifferent: false },
  ])
  const marked = markDifferences('我们很乐意帮忙', '我们不帮忙').filter(
    (piece) => piece.isDifferent,
  )
  expect(marked.map(({ text }) => text).join('')).toContain('乐意')
})

test('loses nothing of a text, and marks nothing of equal ones', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, other) => {
      expect(
        markDifferences(text, other)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
      expect(markDifferences(text, text).some(({ isDifferent }) => isDifferent)).toBe(false)
    }),
  )
})
