import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  historyOf,
  withEntry,
  noEdits,
  type EditEntry,
  type RowEdit,
} from '../../../shared/workbench/edits.ts'
import { Overlay } from '../../../shared/workbench/overlay.ts'
import { RowSet, toRanges } from '../../../shared/workbench/rowSet.ts'

const stored = [
  ['How?', 'So.'],
  ['Why?', 'Because.'],
  ['When?', 'Now.'],
]

function shown(edits: readonly RowEdit[]): string[][] {
  const overlay = new Overlay(stored.length, 2, edits)
  return Array.from({ length: overlay.rowCount }, (_, place) => {
    const row = overlay.rowAt(place)
    return overlay.cells(row, stored[row - 1] ?? [])
  })
}

const replace = (find: string, replacement: string, more: Partial<RowEdit> = {}): RowEdit =>
  ({
    kind: 'replace',
    find,
    replacement,
    column: null,
    matchCase: true,
    wholeCell: false,
    ...more,
  }) as RowEdit

test('shows what is stored while nothing was done', () => {
  expect(shown([])).toEqual(stored)
})

test('writes, deletes and adds; numbers of rows stay theirs', () => {
  const edits: RowEdit[] = [
    { kind: 'delete', rows: [[1, 1]] },
    { kind: 'set', row: 2, column: 1, value: 'That is why.' },
    { kind: 'add', rows: [['Who?']] },
    { kind: 'set', row: 4, column: 1, value: 'You.' },
  ]
  expect(shown(edits)).toEqual([
    ['Why?', 'That is why.'],
    ['When?', 'Now.'],
    ['Who?', 'You.'],
  ])
})

test('replaces in what was there, not in what is written afterwards', () => {
  expect(
    shown([
      { kind: 'set', row: 1, column: 0, value: 'W W' },
      replace('W', 'w', { column: 0 }),
      { kind: 'set', row: 3, column: 0, value: 'W' },
      { kind: 'add', rows: [['W', 'W']] },
    ]),
  ).toEqual([
    ['w w', 'So.'],
    ['why?', 'Because.'],
    ['W', 'Now.'],
    ['W', 'W'],
  ])
})

test('replaces literally, whole cells or in any case where that is asked for', () => {
  expect(shown([replace('.', '$&!')]).map(([, answer]) => answer)).toEqual([
    'So$&!',
    'Because$&!',
    'Now$&!',
  ])
  expect(shown([replace('now.', 'Later.', { matchCase: false, wholeCell: true })])[2]).toEqual([
    'When?',
    'Later.',
  ])
  expect(shown([replace('ow', 'x', { wholeCell: true })])).toEqual(stored)
})

test('a ragged row gets the cells that it lacks when one is written', () => {
  expect(
    new Overlay(1, 3, [{ kind: 'set', row: 1, column: 2, value: 'c' }]).cells(1, ['a']),
  ).toEqual(['a', '', 'c'])
})

test('undo and redo are entries of the log', () => {
  const set = (value: string): RowEdit => ({ kind: 'set', row: 1, column: 0, value })
  const entries: EditEntry[] = [
    set('a'),
    set('b'),
    { kind: 'undo' },
    { kind: 'undo' },
    { kind: 'redo' },
  ]
  expect(historyOf(entries)).toEqual({ done: [set('a')], undone: [set('b')] })
  expect(historyOf([...entries, set('c'), { kind: 'redo' }])).toEqual({
    done: [set('a'), set('c')],
    undone: [],
  })
  expect(entries.reduce(withEntry, noEdits)).toEqual(historyOf(entries))
  expect(historyOf([{ kind: 'undo' }, { kind: 'redo' }])).toEqual(noEdits)
})

const range = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([start, length]): [number, number] => [start, start + length])

test('a set of stretches is the set of its rows', () => {
  const step = fc.record({
    isAdding: fc.boolean(),
    ranges: fc.array(range, { minLength: 1, maxLength: 3 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const rows = new RowSet()
      const plain = new Set<number>()
      for (const { isAdding, ranges } of steps) {
        if (isAdding) rows.add(ranges)
        else rows.remove(ranges)
        for (const [start, end] of ranges)
          for (let row = start; row <= end; row += 1)
            if (isAdding) plain.add(row)
            else plain.delete(row)
      }
      const sorted = [...plain].sort((a, b) => a - b)
      expect(rows.ranges()).toEqual(toRanges(sorted))
      expect(rows.size).toBe(plain.size)
      const outside = Array.from({ length: 90 }, (_, index) => index + 1).filter(
        (row) => !plain.has(row),
      )
      expect(outside.slice(0, 10).map((_, place) => rows.nthOutside(place))).toEqual(
        outside.slice(0, 10),
      )
      for (const row of [1, 30, 60, 90]) {
        expect(rows.has(row)).toBe(plain.has(row))
        expect(rows.countUpTo(row)).toBe(sorted.filter((member) => member <= row).length)
      }
    }),
  )
})
