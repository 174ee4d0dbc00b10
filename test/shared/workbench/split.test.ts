import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leakageFinding, withoutLeakage } from '../../../shared/workbench/splitLeakage.ts'
import type { SplitPreview } from '../../../shared/workbench/splitPlan.ts'
import {
  countedUp,
  sampleOf,
  shuffle,
  shuffledPlaces,
  splitGroups,
  splitRows,
  splitStrata,
} from '../../../shared/split.ts'

test('a random split has its share, and rows on both sides', () => {
  const sides = splitRows(40, 0.25, 3)
  expect(sides).toHaveLength(40)
  expect(sides.filter((side) => side === 1)).toHaveLength(10)
  expect(splitRows(40, 0.25, 3)).toEqual(sides)
  expect(splitRows(40, 0.25, 4)).not.toEqual(sides)
  expect([...splitRows(2, 0.05, 1)].sort()).toEqual([0, 1])
  expect([...splitRows(1, 0.5, 1)]).toEqual([0])
})

test('groups are never divided, and both sides have some', () => {
  const rows = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 80 })
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 1000 }), (groups, seed) => {
      const split = splitGroups(
        Int32Array.from(groups, (group) => groups.indexOf(group)),
        0.25,
        seed,
      )
      if (new Set(groups).size < 2) {
        expect(split).toBeNull()
        return
      }
      if (!split) throw new Error('There are groups to divide.')
      expect(split.groupCount).toBe(new Set(groups).size)
      const of = (side: number) => new Set(groups.filter((_, row) => split.sides[row] === side))
      const [training, validation] = [of(0), of(1)]
      expect([...training].filter((group) => validation.has(group))).toEqual([])
      expect(training.size).toBeGreaterThan(0)
      expect(validation.size).toBeGreaterThan(0)
    }),
  )
})

test('every stratum has its share on both sides', () => {
  const { sides } = splitStrata(
    Int8Array.from({ length: 200 }, (_, row) => row % 4),
    0.2,
    1,
  )
  for (const stratum of [0, 1, 2, 3]) {
    const own = sides.filter((_, row) => row % 4 === stratum)
    expect(own.filter((side) => side === 1)).toHaveLength(10)
    expect(own.filter((side) => side === 0)).toHaveLength(40)
  }
})

test('strata of one row each still leave rows for validation', () => {
  const { sides } = splitStrata(Int8Array.from([0, 1, 2, 3]), 0.25, 1)
  expect([...sides].sort()).toEqual([0, 0, 0, 1])
})

test('a sample keeps the order of the file and is the same every time', () => {
  const rows = countedUp(100)
  const sample = sampleOf(rows, 10, 1)
  expect(sample).toHaveLength(10)
  expect(sample).toEqual(sample.toSorted())
  expect(sampleOf(rows, 10, 1)).toEqual(sample)
  expect(sampleOf(rows, null, 1)).toBe(rows)
})

test('places are mixed as the items themselves are', () => {
  const items = ['a', 'b', 'c', 'd', 'e', 'f']
  expect([...shuffledPlaces(6, 5)].map((place) => items[place])).toEqual(shuffle(items, 5))
})

const preview = (leakage: Partial<SplitPreview['leakage']>): SplitPreview => ({
  ...{ trainingCount: 8, validationCount: 2, trainingTokens: 80, groupCount: null },
  ...{ topics: [], topicRowCount: 10 },
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
