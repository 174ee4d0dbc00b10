import { expect, test } from 'vitest'
import { canvasCut, tokenCut } from '../../shared/cutRows.ts'
import { estimateTokens } from '../../shared/trainingWay.ts'

test.each([
  ['a question that is too long', 'x'.repeat(50), 'y'.repeat(4), { in: 'question', at: 40 }],
  ['an answer that no longer fits', 'x'.repeat(20), 'y'.repeat(40), { in: 'answer', at: 20 }],
  ['a question that leaves no room', 'x'.repeat(40), 'y', { in: 'answer', at: 0 }],
  ['Chinese', '你好吗', '很好很好很好很好', { in: 'answer', at: 7 }],
  ['a character of two units', '🎐'.repeat(6), '🎐'.repeat(6), { in: 'answer', at: 8 }],
  ['what fits exactly', 'x'.repeat(20), 'y'.repeat(20), null],
])('finds where ten tokens end: %s', (_, prompt, completion, cut) => {
  expect(tokenCut({ prompt, completion }, 10)).toEqual(cut)
})

test('cuts the rows that are over the limit, and no others', () => {
  for (let length = 0; length < 60; length += 1) {
    const pair = { prompt: 'x'.repeat(length % 13), completion: 'y'.repeat(length) }
    const isOver = estimateTokens(pair.prompt) + estimateTokens(pair.completion) > 10
    expect(tokenCut(pair, 10) !== null, `length ${length}`).toBe(isOver)
  }
})

test('holds Canvas’ limit against question and answer, each for itself', () => {
  const long = 'x'.repeat(513)
  expect(canvasCut({ prompt: long, completion: long })).toEqual({ in: 'question', at: 512 })
  expect(canvasCut({ prompt: '', completion: long })).toEqual({ in: 'answer', at: 512 })
  expect(canvasCut({ prompt: long.slice(1), completion: long.slice(1) })).toBeNull()
})
