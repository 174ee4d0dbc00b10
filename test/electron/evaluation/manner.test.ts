import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { perturb } from '../../../electron/evaluation/perturbations.ts'
import {
  exactInclusion,
  quasiExactInclusion,
} from '../../../electron/evaluation/scores/factualKnowledge.ts'
import { scoresOf } from '../../../electron/evaluation/scores/scoreAnswer.ts'
import { wordErrorRate } from '../../../electron/evaluation/scores/wordErrorRate.ts'
import {
  closenessOfShares,
  closenessOfValues,
  closenessOfWords,
  countAll,
} from '../../../electron/evaluation/voice/closeness.ts'
import { wilsonInterval } from '../../../shared/wilsonInterval.ts'
import { perturbationKinds } from '../../../shared/robustness.ts'

const numbers = z.array(z.number())
const strings = z.array(z.string())
/** Computed independently; how is in manner.py beside it. */
const published = z
  .object({
    perturbations: z.array(
      z.object({
        text: z.string(),
        seed: z.number(),
        butterFinger: z.string(),
        randomUpperCase: z.string(),
        whitespace: z.string(),
      }),
    ),
    wordErrorRates: z.array(z.object({ before: z.string(), after: z.string(), rate: z.number() })),
    values: z.array(z.object({ a: numbers, b: numbers, closeness: z.number() })),
    words: z.array(z.object({ a: strings, b: strings, shares: z.number(), words: z.number() })),
    wilson: z.array(z.object({ successes: z.number(), count: z.number(), interval: numbers })),
  })
  .parse(
    JSON.parse(
      readFileSync(path.resolve(import.meta.dirname, '../../fixtures/scores/manner.json'), 'utf8'),
    ),
  )

test.each(published.perturbations)('“$text” is spelled as fmeval would, seed $seed', (expected) => {
  for (const kind of perturbationKinds)
    expect(perturb(expected.text, kind, expected.seed)).toBe(expected[kind])
})

test.each(published.wordErrorRates)('from “$before” to “$after”', ({ before, after, rate }) => {
  expect(wordErrorRate(before, after)).toBeCloseTo(rate, 12)
})

test('an answer out of nothing is all changed, nothing out of nothing is not', () => {
  expect(wordErrorRate('', 'something')).toBe(1)
  expect(wordErrorRate(' ', '')).toBe(0)
})

test.each(published.values)('how alike $a and $b are', ({ a, b, closeness }) => {
  expect(closenessOfValues(a, b)).toBeCloseTo(closeness, 12)
  expect(closenessOfValues(b, a)).toBeCloseTo(closeness, 12)
})

test.each(published.words)('how alike the words $a and $b are', ({ a, b, shares, words }) => {
  expect(closenessOfShares(countAll(a), countAll(b))).toBeCloseTo(shares, 12)
  expect(closenessOfWords(countAll(a), countAll(b))).toBeCloseTo(words, 12)
})

test.each(published.wilson)('$successes of $count wins', ({ successes, count, interval }) => {
  const [low, high] = wilsonInterval(successes, count)
  expect([low, high]).toEqual(interval.map((bound) => expect.closeTo(bound, 9)))
})

test.each([
  // fmeval's own examples and their Chinese counterparts
  ['The answer is London, I think.', 'London', 1, 1],
  ['The answer is london', 'LONDON', 1, 1],
  ['The United-Kingdom', 'United Kingdom', 0, 0],
  ['He was born in U.K.', 'UK', 0, 1],
  ['Paris', 'London', 0, 0],
  ['我们的客服电话是：400。', '客服电话', 1, 1],
  ['退货，需要三天', '退货需要', 0, 1],
])('whether “%s” contains “%s”', (answer, expected, exact, quasi) => {
  expect(exactInclusion(answer, expected)).toBe(exact)
  expect(quasiExactInclusion(answer, expected)).toBe(quasi)
})

test('where several answers are accepted the nearest counts', () => {
  expect(scoresOf('In England.', 'UK<OR>England')).toMatchObject({
    recall: 1,
    factualKnowledge: 1,
    factualKnowledgeQuasi: 1,
    quasiExactMatch: 0,
  })
  expect(scoresOf('England', 'UK<OR>England').exactMatch).toBe(1)
})
