import { expect, test } from 'vitest'
import { wordsAroundPairs } from '../../../../electron/dataset/profile/chineseWords.ts'

test('a pair of characters is told by the word it stands in, and not where it spans two', () => {
  const words = wordsAroundPairs(['怎么修改收货地址？', '收货地址写错了', '什么时候发货'])
  expect(words.get('地址')).toBe('地址')
  expect(words.get('时候')).toBe('什么时候')
  expect(words.has('货地')).toBe(false)
})

test('two characters that no dictionary joins are a word', () => {
  expect(wordsAroundPairs(['尺码怎么选？', '请问尺码偏大吗']).get('尺码')).toBe('尺码')
})

test('other scripts have no such words', () => {
  expect(wordsAroundPairs(['How do I return it?', ''])).toEqual(new Map())
})
