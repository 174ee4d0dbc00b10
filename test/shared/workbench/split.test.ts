import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitExamples } from '../../../electron/dataset/splitExamples.ts'
import { findLeakage } from '../../../electron/dataset/profile/leakage.ts'
import { sampleOf, splitGroups, splitRows, splitStrata } from '../../../shared/split.ts'

const example = (prompt: string, group?: string) => ({
  prompt,
  completion: 'Yes.',
  ...(group === undefined ? {} : { group }),
})
const base = { validationFraction: 0.25, splitSeed: 3 }

test('a random split is what it always was', () => {
  const examples = Array.from({ length: 40 }, (_, index) => example(`Question ${index}`))
  const { training, validation } = splitExamples(examples, base)
  expect({ training, validation }).toEqual(splitRows(examples, 0.25, 3))
})

test('groups are never divided, and both sides have some', () => {
  const rows = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 80 })
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 1000 }), (groups, seed) => {
      const split = splitGroups(groups, (group) => group, 0.25, seed)
      if (new Set(groups).size < 2) {
        expect(split).toBeNull()
        return
      }
      if (!split) throw new Error('There are groups to divide.')
      const sides = [new Set(split.training), new Set(split.validation)] as const
      expect([...sides[0]].filter((group) => sides[1].has(group))).toEqual([])
      expect(split.training.length).toBeGreaterThan(0)
      expect(split.validation.length).toBeGreaterThan(0)
      expect([...split.training, ...split.validation].sort()).toEqual([...groups].sort())
    }),
  )
})

test('every stratum has its share on both sides', () => {
  const rows = Array.from({ length: 200 }, (_, index) => index)
  const { training, validation } = splitStrata(rows, (row) => row % 4, 0.2, 1)
  expect(validation).toHaveLength(40)
  for (const stratum of [0, 1, 2, 3]) {
    expect(validation.filter((row) => row % 4 === stratum)).toHaveLength(10)
    expect(training.filter((row) => row % 4 === stratum)).toHaveLength(40)
  }
})

test('strata of one row each still leave rows for validation', () => {
  const { training, validation } = splitStrata(['a', 'b', 'c', 'd'], (row) => row, 0.25, 1)
  expect(validation).toHaveLength(1)
  expect(training).toHaveLength(3)
})

test('a sample keeps the order of the file and is the same every time', () => {
  const rows = Array.from({ length: 100 }, (_, index) => index)
  const sample = sampleOf(rows, 10, 1)
  expect(sample).toHaveLength(10)
  expect(sample).toEqual([...sample].sort((a, b) => a - b))
  expect(sampleOf(rows, 10, 1)).toEqual(sample)
  expect(sampleOf(rows, null, 1)).toEqual(rows)
})

test('a validation file is the validation side, whole', () => {
  const own = [example('a'), example('b')]
  const other = [example('c')]
  expect(
    splitExamples(own, { ...base, split: { kind: 'file', datasetId: 'other' } }, other),
  ).toEqual({
    training: own,
    validation: other,
    groupCount: null,
  })
})

test('rows of one group only can’t be divided by it', () => {
  const examples = [example('a', 'x'), example('b', 'x')]
  expect(() =>
    splitExamples(examples, { ...base, split: { kind: 'group', column: 'customer' } }),
  ).toThrow(expect.objectContaining({ code: 'SplitImpossible' }) as Error)
})

const questions = Array.from({ length: 30 }, (_, index) => [
  example(
    `How can I send back the ${'lamp desk bulb shade cable'.split(' ')[index % 5]} number ${index * 7919} that I bought?`,
  ),
  example(
    `How can I send back the ${'lamp desk bulb shade cable'.split(' ')[index % 5]} number ${index * 7919} that I bought, please?`,
  ),
]).flat()

test('questions that leak at random do not when similar ones stay together', () => {
  const random = splitExamples(questions, base)
  expect(findLeakage(random.training, random.validation).similar).toBeGreaterThan(0)
  const apart = splitExamples(questions, { ...base, split: { kind: 'similar' } })
  expect(findLeakage(apart.training, apart.validation)).toEqual({
    same: 0,
    similar: 0,
    examples: [],
  })
})

test('leakage tells the same question from one that is nearly the same', () => {
  const training = [example('How do I return the lamp that I bought last week?')]
  const validation = [
    example('How do I return the lamp that I bought last week?'),
    example('How do I return the lamp that I bought last week, please?'),
    example('Where is my order?'),
  ]
  expect(findLeakage(training, validation)).toMatchObject({
    same: 1,
    similar: 1,
    examples: [{}, { training: training[0]?.prompt }],
  })
})
