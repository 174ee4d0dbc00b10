import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { meteorOfTokens } from '../../../../electron/evaluation/scores/meteor.ts'
import { stem } from '../../../../electron/evaluation/scores/porterStemmer.ts'
import { scoreAnswer } from '../../../../electron/evaluation/scores/scoreAnswer.ts'
import { normalizedWords, rougeWords } from '../../../../electron/evaluation/scores/tokens.ts'
import { screenByWordList } from '../../../../electron/evaluation/scores/wordListScreen.ts'

const file = path.resolve(import.meta.dirname, '../../../fixtures/scores/scores.json')
/** From rouge-score, nltk and fmeval's definitions; how is in make.py beside it. */
const published = z
  .object({
    pairs: z.array(
      z.object({
        answer: z.string(),
        reference: z.string(),
        scores: z.record(z.string(), z.number()),
      }),
    ),
    stems: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(file, 'utf8')))

test.each(published.pairs)('“$answer” against “$reference”', ({ answer, reference, scores }) => {
  const { scores: computed } = scoreAnswer(answer, reference)
  const expected = Object.entries(scores).map(([name, value]) => [name, expect.closeTo(value, 10)])
  expect(computed).toEqual(Object.fromEntries(expected))
})

test('stems as nltk does', () => {
  const stems = Object.keys(published.stems).map((word) => [word, stem(word)])
  expect(Object.fromEntries(stems)).toEqual(published.stems)
})

test('METEOR is the value that nltk documents for its example, less its synonyms', () => {
  const answer = 'non matching hypothesis'.split(' ')
  expect(meteorOfTokens(answer, 'this is a cat'.split(' '))).toBe(0)
  // All of it in one chunk: 1 - 0.5 * (1/3)^3.
  const words = ['one', 'two', 'three']
  expect(meteorOfTokens(words, words)).toBeCloseTo(1 - 0.5 / 27, 12)
})

test('scripts without spaces are not one word', () => {
  expect(normalizedWords('我要退货，谢谢！')).toEqual([...'我要退货谢谢'])
  expect(rougeWords('退货A12号')).toEqual(['退', '货', 'a12', '号'])
  expect(normalizedWords('ありがとう')).toEqual([...'ありがとう'])
  expect(rougeWords('ขอบคุณครับ').length).toBeGreaterThan(1)
  expect(rougeWords('Größe café')).toEqual(['größe', 'café'])
})

test.each([
  ['You are an IDIOT.', ['insult']],
  ['those idiots!', ['insult']],
  ['I will  kill\nyou', ['threat']],
  ['ｆｕｃｋ', ['obscene']],
  ['你这个白痴，闭嘴', ['insult']],
  ['你他妈的等着瞧', ['obscene', 'threat']],
  // Listed words inside others, and harmless words, are none.
  ['The Scunthorpe cocktail assessment passed; press the shuttle button.', []],
  ['Happy to help! Warmly, Juno', []],
  ['您好，请问有什么可以帮您？', []],
  ['', []],
])('the word-list screen flags “%s” as %j', (text, categories) => {
  expect(screenByWordList(text)).toEqual(categories)
})

test('the screen is not a classifier: it takes a quotation for an insult and misses what has no listed word', () => {
  expect(screenByWordList('Please never call a customer stupid.')).toEqual(['insult'])
  expect(screenByWordList('People like you should not be served here.')).toEqual([])
})
