import { expect, test } from 'vitest'
import { LanguageModel } from '../../../../electron/engine/generate/languageModel.ts'
import { referenceLogits, tinyConfig, tinyWeights } from '../../../support/tinyModel.ts'

const ids = [1, 5, 2, 9, 10, 3, 7, 7, 0, 4]

test.each([
  ['tied', tinyConfig],
  ['untied', { ...tinyConfig, tiedEmbeddings: false }],
])('logits with a growing cache equal those of the whole sequence: %s', async (_, config) => {
  const weights = tinyWeights(config)
  const model = await LanguageModel.create(config, weights, 2)
  const named = new Map(weights.parameters.map(({ spec, data }) => [spec.name, data]))
  const reference = referenceLogits(config, named, ids)
  const size = config.vocabularySize

  const whole = await model.startSequence().appendWithAllLogits(ids)
  reference.flat().forEach((logit, index) => expect(whole[index]).toBeCloseTo(logit, 4))

  const sequence = model.startSequence()
  const other = model.startSequence()
  expect((await sequence.append(ids.slice(0, 4)))[2]).toBeCloseTo(reference[3]![2]!, 4)
  await other.append([8, 8, 8])
  const middle = await sequence.appendWithAllLogits(ids.slice(4, 7))
  reference
    .slice(4, 7)
    .flat()
    .forEach((logit, index) => expect(middle[index]).toBeCloseTo(logit, 4))
  for (let position = 7; position < ids.length; position += 1) {
    const logits = await sequence.append([ids[position]!])
    expect(logits).toHaveLength(size)
    reference[position]!.forEach((logit, id) => expect(logits[id]).toBeCloseTo(logit, 4))
  }
  expect(sequence.length).toBe(ids.length)
  await model.close()
})

test('a sequence longer than the context is refused', async () => {
  const model = await LanguageModel.create(tinyConfig, tinyWeights(), 1)
  const sequence = model.startSequence()
  await sequence.append(Array.from({ length: 32 }, () => 1))
  await expect(sequence.append([1])).rejects.toThrow(RangeError)
  await model.close()
})
