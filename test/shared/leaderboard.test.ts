import { expect, test } from 'vitest'
import { createTranslate } from '../../electron/translate.ts'
import { rankCandidates, reasonWords, type UnrankedEntry } from '../../shared/leaderboard.ts'

const entry = (id: string, change: Partial<UnrankedEntry> = {}): UnrankedEntry => ({
  candidateId: id,
  versionId: 'version-1',
  versionNumber: 1,
  baseModelId: `base-${id}`,
  baseModelName: id.toUpperCase(),
  status: 'Completed',
  trainingLoss: 1,
  validationLoss: 2,
  validationLossStep: 10,
  validationBitsPerByte: 1,
  validationBitsPerByteError: 0.02,
  parameterCount: 5_000_000,
  trainingSeconds: 60,
  tokensSeen: 1000,
  costUsd: 0,
  costPerThousandAnswersUsd: 0,
  evaluation: null,
  lagging: null,
  ...change,
})
const order = (entries: UnrankedEntry[]) =>
  rankCandidates(entries, null).map(({ candidateId }) => candidateId)
const suggested = (entries: UnrankedEntry[]) =>
  rankCandidates(entries, null).find((ranked) => ranked.suggested)

test('models with different tokens are ranked by bits per byte, not by their losses', () => {
  // Long tokens are harder to predict one by one, and fewer.
  const long = entry('long', { validationLoss: 3, validationBitsPerByte: 0.9 })
  const short = entry('short', { validationLoss: 2, validationBitsPerByte: 1.2 })
  expect(order([short, long])).toEqual(['long', 'short'])
  expect(rankCandidates([short, long], null)[0]?.rankedBy).toBe('bitsPerByte')
})

test('where only losses are known, it says whether they can be compared', () => {
  const known = entry('a', { validationLoss: 2.5 })
  const unknown = entry('b', { validationLoss: 2, validationBitsPerByte: null })
  expect(order([known, unknown])).toEqual(['b', 'a'])
  expect(rankCandidates([known, unknown], null)[0]?.rankedBy).toBe('lossOfDifferentTokens')
  const sameBase = rankCandidates([known, { ...unknown, baseModelId: known.baseModelId }], null)
  expect(sameBase[0]?.rankedBy).toBe('loss')
})

test('what has no validation loss comes last, without a rank', () => {
  const waiting = entry('w', { validationLoss: null, validationBitsPerByte: null })
  const ranks = rankCandidates([waiting, entry('a')], null).map(({ rank }) => rank)
  expect(ranks).toEqual([1, null])
})

test.each([
  ['only', [entry('a'), entry('b', { status: 'Failed', validationBitsPerByte: 0.5 })], 'a'],
  ['lowest', [entry('a'), entry('b', { validationBitsPerByte: 1.2, parameterCount: 1 })], 'a'],
  ['smaller', [entry('a'), entry('b', { validationBitsPerByte: 1.05, parameterCount: 1 })], 'b'],
  ['lowestWithin', [entry('a', { parameterCount: 1 }), entry('b')], 'a'],
  [
    'lowestUnknown',
    [entry('a', { validationBitsPerByteError: null }), entry('b', { validationBitsPerByte: 1.01 })],
    'a',
  ],
] as const)('the suggestion is “%s”', (kind, entries, winner) => {
  const chosen = suggested([...entries])
  expect(chosen).toMatchObject({ candidateId: winner, reason: { kind } })
  for (const language of ['en', 'zh'] as const) {
    const translate = createTranslate(language)
    const words = chosen && reasonWords(chosen, translate, language)
    const sentence = words ? translate(words.key, words.values) : ''
    expect(sentence).toContain(winner.toUpperCase())
    expect(sentence).not.toMatch(/{{|analysis:/)
  }
})

test('the uncertainty of a difference is that of both, at 95 %', () => {
  const reason = suggested([entry('a'), entry('b', { validationBitsPerByte: 1.2 })])?.reason
  expect(reason?.uncertainty).toBeCloseTo(1.96 * Math.hypot(0.02, 0.02), 12)
  expect(reason?.difference).toBeCloseTo(0.2, 12)
})

test('the analyst’s own choice stands beside the suggestion', () => {
  const ranked = rankCandidates([entry('a'), entry('b', { validationBitsPerByte: 2 })], 'b')
  expect(ranked.map((one) => [one.suggested, one.chosen, one.reason !== null])).toEqual([
    [true, false, true],
    [false, true, false],
  ])
})

test('nothing is suggested while nothing has completed', () => {
  expect(suggested([entry('a', { status: 'InProgress' })])).toBeUndefined()
})

test('where both were measured row by row, the difference itself is what is uncertain', () => {
  const entries = [entry('a'), entry('b', { validationBitsPerByte: 1.05, parameterCount: 1 })]
  const [first] = rankCandidates(entries, null, () => 0.01).filter(({ suggested }) => suggested)
  expect(first).toMatchObject({ candidateId: 'a', reason: { kind: 'lowest' } })
  expect(first?.reason?.uncertainty).toBeCloseTo(0.0196, 12)
  const [second] = rankCandidates(entries, null, () => 0.03).filter(({ suggested }) => suggested)
  expect(second).toMatchObject({ candidateId: 'b', reason: { kind: 'smaller' } })
})
