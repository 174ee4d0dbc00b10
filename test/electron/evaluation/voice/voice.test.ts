import { expect, test } from 'vitest'
import { scoreAnswer } from '../../../../electron/evaluation/scores/scoreAnswer.ts'
import { compareVoice } from '../../../../electron/evaluation/voice/compareVoice.ts'
import { countSyllables } from '../../../../electron/evaluation/voice/syllables.ts'
import { sentencesOf, traitsOf } from '../../../../electron/evaluation/voice/textTraits.ts'
import type { EvaluatedRow } from '../../../../shared/evaluation.ts'

test.each([
  ['the', 1],
  ['make', 1],
  ['shipped', 1],
  ['returning', 3],
  ['company', 3],
  ['parcels', 2],
  ['warranty', 3],
])('%s has %i syllables', (word, count) => {
  expect(countSyllables(word)).toBe(count)
})

test('splits English and Chinese into sentences', () => {
  expect(sentencesOf('Hi! It costs 3.50 euros. “Really?” Yes\nBye')).toHaveLength(5)
  expect(sentencesOf('您好！商品可以退回。谢谢')).toHaveLength(3)
})

test('measures length, reading level and rhythm', () => {
  const traits = traitsOf('The cat sat on the mat. It was happy.')
  expect(traits).toMatchObject({ length: 9, sentenceLengths: [6, 3] })
  // 9 words, 2 sentences, 10 syllables.
  expect(traits.readingLevel).toBeCloseTo(0.39 * 4.5 + 11.8 * (10 / 9) - 15.59, 10)
  // Ten characters in two clauses.
  expect(traitsOf('我们很高兴，为您服务').readingLevel).toBeCloseTo(4.5, 10)
  expect(traitsOf('')).toMatchObject({ length: 0, readingLevel: 0, greeting: '' })
})

test('a greeting and a closing are what does not change from answer to answer', () => {
  const one = traitsOf('Happy to help! Send item 7 back within 30 days. Warmly, Juno')
  expect(one).toMatchObject({ greeting: 'happy to help', closing: 'warmly juno' })
  const long = traitsOf('Hi Anna, your parcel with the new lamp left our house at noon today.')
  expect(long.greeting).toBe('hi anna')
  expect(traitsOf('您好，很高兴为您服务，请问有什么可以帮您的吗？').greeting).toBe('您好')
})

const trained = (item: number) =>
  `Happy to help! Send item ${item} back within 30 days. Warmly, Juno`
const plain = (item: number) => `item ${item} item ${item} the the of and`
const row = (position: number, tuned: string, base: string): EvaluatedRow => ({
  position,
  question: `Q${position}`,
  reference: trained(position),
  tuned: scoreAnswer(tuned, trained(position)),
  base: scoreAnswer(base, trained(position)),
})

test('answers in the trained manner are closer than others, with a typical and an untypical row', async () => {
  const training = Array.from({ length: 40 }, (_, item) => trained(item))
  const rows = Array.from({ length: 12 }, (_, item) =>
    row(item, item === 5 ? 'No.' : trained(item + 100), plain(item)),
  )
  const voice = await compareVoice(training, rows)
  expect(voice?.overall.tuned).toBeGreaterThan(0.8)
  expect(voice?.overall.base).toBeLessThan(0.4)
  expect(voice?.overall.low).toBeGreaterThan(0)
  expect(voice?.greetings[0]).toMatchObject({ phrase: 'happy to help', training: 1, base: 0 })
  expect(voice?.closings[0]).toMatchObject({ phrase: 'warmly juno', training: 1 })
  expect(voice?.typicalRow).toBe(0)
  expect(voice?.untypicalRow).toBe(5)
  expect(await compareVoice(training, rows)).toEqual(voice)
})

test('the training answers themselves are no different from themselves', async () => {
  const training = Array.from({ length: 10 }, (_, item) => trained(item))
  const rows = training.map((answer, item) => row(item, answer, answer))
  const voice = await compareVoice(training, rows)
  for (const { tuned, base } of voice?.traits ?? []) expect([tuned, base]).toEqual([1, 1])
  expect(await compareVoice([], rows)).toBeNull()
  expect(await compareVoice(training, [])).toBeNull()
})
