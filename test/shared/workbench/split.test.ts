import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitExamples } from '../../../electron/dataset/splitExamples.ts'
import { findLeaks } from '../../../electron/dataset/profile/leakage.ts'
import { leakageFinding, withoutLeakage } from '../../../shared/workbench/splitLeakage.ts'
import type { SplitPreview } from '../../../shared/workbench/splitPlan.ts'
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
  expect(findLeaks(random.training, random.validation).length).toBeGreaterThan(0)
  const apart = splitExamples(questions, { ...base, split: { kind: 'similar' } })
  expect(findLeaks(apart.training, apart.validation)).toEqual([])
})

test('leakage tells the same question from one that is nearly the same', () => {
  const training = [example('How do I return the lamp that I bought last week?')]
  const validation = [
    example('How do I return the lamp that I bought last week?'),
    example('How do I return the lamp that I bought last week, please?'),
    example('Where is my order?'),
  ]
  expect(findLeaks(training, validation)).toEqual([
    { validation: validation[0], training: training[0], isSame: true },
    { validation: validation[1], training: training[0], isSame: false },
  ])
})

test.each([
  { kind: 'file', datasetId: 'other', withoutLeaked: true },
  { kind: 'topic', withoutLeaked: true },
  { kind: 'group', column: 'customer', withoutLeaked: true },
] as const)('leaves leaked questions out of the validation rows: $kind', (split) => {
  const subjects = 'voucher window invoice opening warranty colour courier socket'.split(' ')
  const others = subjects.map((subject) => example(`Tell me about your ${subject}, ${subject}!`))
  const own = [...questions, ...others].map((row, index) => ({ ...row, group: String(index % 7) }))
  const other = [...questions.slice(0, 3), example('Is there an app for the lamp?')]
  const all = splitExamples(own, { ...base, split: { ...split, withoutLeaked: false } }, other)
  const kept = splitExamples(own, { ...base, split }, other)
  const leaked = findLeaks(all.training, all.validation)
  expect(leaked.length).toBeGreaterThan(0)
  expect(kept.training).toEqual(all.training)
  expect(kept.validation).toHaveLength(all.validation.length - leaked.length)
  expect(findLeaks(kept.training, kept.validation)).toEqual([])
})

test('a validation file that is all trained on leaves nothing to check with', () => {
  const split = { kind: 'file', datasetId: 'other', withoutLeaked: true } as const
  const other = questions.slice(0, 3)
  expect(() => splitExamples(questions, { ...base, split }, other)).toThrow(
    expect.objectContaining({ code: 'SplitImpossible' }) as Error,
  )
})

const preview = (leakage: Partial<SplitPreview['leakage']>): SplitPreview => ({
  ...{ trainingCount: 8, validationCount: 2, trainingTokens: 80, groupCount: null, topics: [] },
  leakage: { same: 0, similar: 0, isAvoidable: true, examples: [], ...leakage },
})
const found = { validation: 'Is it?', training: 'Is it?', row: 3, line: 4 }

test('leakage is a finding where there is some, mended as the plan allows', () => {
  expect(leakageFinding(preview({}), { kind: 'random' })).toBeNull()
  const leaked = preview({ same: 1, similar: 1, examples: [found, { ...found, line: null }] })
  expect(leakageFinding(leaked, { kind: 'random' })).toEqual({
    ...{ code: 'split-leakage', severity: 'warning', count: 2, fixable: true },
    examples: [{ line: 4, row: 3, column: null, before: 'Is it?', after: 'Is it?' }],
  })
  // Nothing would be left of the validation rows.
  const file = { kind: 'file', datasetId: 'other' } as const
  const all = preview({ ...leaked.leakage, isAvoidable: false })
  expect(leakageFinding(all, file)).toMatchObject({ fixable: false, examples: [{ row: null }] })
  expect(leakageFinding(preview({ same: 1 }), file)).toMatchObject({ fixable: true })
})

test('what keeps questions apart leaves the rest of the plan as it is', () => {
  const choice = { validationFraction: 0.3, sampleRows: 20 }
  expect(withoutLeakage({ ...choice, split: { kind: 'random' } })).toEqual({
    ...choice,
    split: { kind: 'similar' },
  })
  expect(withoutLeakage({ ...choice, split: { kind: 'group', column: 'customer' } })).toEqual({
    ...choice,
    split: { kind: 'group', column: 'customer', withoutLeaked: true },
  })
})
