import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RepetitionFinder } from '../../../../electron/dataset/profile/repetitions.ts'

test('finds repeated rows and questions with several answers as a look at all pairs does', () => {
  const row = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 4 }))
  fc.assert(
    fc.property(fc.array(row, { maxLength: 80 }), (rows) => {
      const finder = new RepetitionFinder()
      rows.forEach(([question, answer], index) => {
        finder.add(
          Uint32Array.of(index + 1, question & 3, question << 26, answer & 1, answer >> 1),
          0,
        )
      })
      const { repeated, conflictCount, conflicts } = finder.finish(rows.length)
      const isRepeated = (index: number) =>
        rows.findIndex((other) => other.join() === rows[index]?.join()) < index
      expect([...repeated.values()]).toEqual(
        rows.flatMap((_, index) => (isRepeated(index) ? [index + 1] : [])),
      )
      const firsts = rows.flatMap(([question], index) =>
        isRepeated(index) ? [] : [{ question, row: index + 1 }],
      )
      const groups = [...Map.groupBy(firsts, ({ question }) => question).values()]
        .filter(({ length }) => length > 1)
        .map((group) => ({ count: group.length, rows: group.map((one) => one.row).slice(0, 5) }))
        .sort((a, b) => b.count - a.count || (a.rows[0] ?? 0) - (b.rows[0] ?? 0))
      expect(conflictCount).toBe(groups.reduce((sum, { count }) => sum + count, 0))
      expect(conflicts).toEqual(groups)
    }),
  )
})

test('an answer is told from another one by 64 bits', () => {
  const finder = new RepetitionFinder()
  const rows = [
    [1, 7, 7, 5, 1],
    [2, 7, 7, 5, 2],
    [3, 7, 7, 6, 1],
    [4, 7, 7, 5, 2],
  ]
  for (const row of rows) finder.add(Uint32Array.from(row), 0)
  const { repeated, conflictCount } = finder.finish(rows.length)
  expect([...repeated.values()]).toEqual([4])
  expect(conflictCount).toBe(3)
})

test('a question with very many answers takes no longer than others', () => {
  const finder = new RepetitionFinder()
  const began = performance.now()
  for (let row = 1; row <= 300_000; row += 1) {
    finder.add(Uint32Array.of(row, 7, 7, Math.imul(row, 0x9e3779b1), row), 0)
  }
  expect(finder.finish(300_000)).toMatchObject({
    conflictCount: 300_000,
    conflicts: [{ count: 300_000, rows: [1, 2, 3, 4, 5] }],
  })
  expect(performance.now() - began).toBeLessThan(5000)
})
