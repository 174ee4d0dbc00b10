import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TakeWords } from '../../../electron/dataset/kernel/recordReader.ts'
import { recordWords } from '../../../electron/dataset/kernel/kernel.ts'
import type { Seen } from '../../../electron/dataset/kernel/seenRows.ts'
import { RowCheck } from '../../../electron/dataset/rowCheck.ts'

const roles = { question: 'question', answer: 'answer' }
const shape = {
  delimiter: 0x2c,
  columns: ['question', 'answer'],
  suggestedRoles: roles,
  sample: [],
}

/** What is told of each row that is not new, and where; `late` of those that had to wait. */
function told(rows: readonly string[], mostInMemory: number, takes: boolean) {
  const check = new RowCheck(shape, roles, mostInMemory)
  const found: unknown[] = []
  let row = 0
  const takeWords: TakeWords = (words, from, to, _, line) => {
    const next = check.compareNew(words, from, to, { row: row + 1, line }, 0)
    // Some that were compared are handed over all the same.
    const taken = Math.floor(((next - from) / recordWords) * 0.7)
    row += taken
    return from + taken * recordWords
  }
  const reader = check.reader(
    (view) => {
      row += 1
      const verdict = check.check(view, row)
      const { isRepeated, hasOtherAnswer, repeatsPair } = verdict
      if (isRepeated || hasOtherAnswer || repeatsPair) found.push([row, view.line, verdict])
    },
    takes ? { takeWords } : {},
  )
  reader.push(Buffer.from(rows.join('')))
  reader.finish()
  const late: [row: number, line: number, verdict: Seen][] = []
  check.finish((verdict, number, line) => late.push([number, line, verdict]))
  return { found, late: late.toSorted(([a], [b]) => a - b) }
}

test('rows that are compared by their words alone get the verdicts of a look at each, where they stand', () => {
  const row = fc.oneof(
    fc
      .tuple(fc.nat(300), fc.nat(2), fc.boolean())
      .map(([question, answer, isLong]) => `Q${question},"A${answer}${isLong ? '\nmore' : ''}"\n`),
    fc.constantFrom(' ,A\n', 'Q,\n', 'Q,"""A"""\n', '\n', 'Q\n'),
  )
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 50, maxLength: 700, size: 'max' }),
      fc.constantFrom(0, 20, 200, Infinity),
      (rows, mostInMemory) => {
        expect(told(rows, mostInMemory, true)).toEqual(told(rows, mostInMemory, false))
      },
    ),
    { numRuns: 60, endOnFailure: true },
  )
})
