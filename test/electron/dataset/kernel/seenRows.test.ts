import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordWords, word } from '../../../../electron/dataset/kernel/kernel.ts'
import { seen, SeenRows, type Seen } from '../../../../electron/dataset/kernel/seenRows.ts'

const hashed = (value: number, salt: number) => {
  const mixed = Math.imul(value + salt * 7919, 0x9e3779b1)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
function rowOf(question: number, answer: number, other: number): Int32Array {
  const words = new Int32Array(recordWords)
  words[word.questionHash] = hashed(question, 1)
  words[word.questionHash + 1] = hashed(question, 2)
  words[word.answerHash] = hashed(answer, 5)
  words[word.answerHash + 1] = hashed(answer, 3)
  words[word.rowHash] = hashed((question * 1000 + answer) * 1000 + other, 4)
  return words
}

test('tells repeated rows, repeated pairs and other answers as a look at all rows does', () => {
  const few = fc.integer({ min: 0, max: 2 })
  // Few questions with many answers, and few pairs with many rows.
  const row = fc.oneof(
    fc.tuple(few, fc.integer({ min: 0, max: 60 }), few),
    fc.tuple(few, few, fc.integer({ min: 0, max: 100 })),
  )
  fc.assert(
    fc.property(fc.array(row, { maxLength: 400 }), (rows) => {
      const known = new SeenRows()
      rows.forEach(([question, answer, other], index) => {
        const before = rows.slice(0, index)
        const isRepeated = before.some((one) => one.join() === [question, answer, other].join())
        const hasOther = before.some((one) => one[0] === question && one[1] !== answer)
        const isPair = before.some((one) => one[0] === question && one[1] === answer)
        const wanted: Seen = isRepeated
          ? seen.repeated
          : isPair
            ? seen.samePair
            : hasOther
              ? seen.otherAnswer
              : seen.new
        expect(known.add(rowOf(question, answer, other), 0)).toBe(wanted)
      })
    }),
    { numRuns: 60 },
  )
})

test('rows beyond those in memory get the same verdicts late', () => {
  const few = fc.integer({ min: 0, max: 2 })
  const row = fc.tuple(few, fc.integer({ min: 0, max: 60 }), few)
  fc.assert(
    fc.property(fc.array(row, { maxLength: 200 }), fc.nat(40), (rows, mostInMemory) => {
      const [all, some] = [new SeenRows(), new SeenRows(mostInMemory)]
      const wanted = rows.map((one) => all.add(rowOf(...one), 0))
      const found = rows.map((one, index) => some.add(rowOf(...one), 0, index, 3_000_000_000))
      some.finish((verdict, index, line) => {
        expect(line).toBe(3_000_000_000)
        // Nothing is told twice.
        expect(found[index]).toBe(seen.later)
        found[index] = verdict
      })
      expect(found.map((verdict) => (verdict === seen.later ? seen.new : verdict))).toEqual(wanted)
    }),
    { numRuns: 60 },
  )
})

test.each([Infinity, 150])(
  'rows that are added as long as they are new get the verdicts that each gets alone (%i in memory)',
  (mostInMemory) => {
    const row = fc.tuple(fc.nat(400), fc.nat(2), fc.nat(1))
    fc.assert(
      fc.property(fc.array(row, { maxLength: 300 }), fc.nat(20), (rows, unfit) => {
        const [alone, together] = [new SeenRows(mostInMemory), new SeenRows(mostInMemory)]
        const wanted = rows.map((one) => alone.add(rowOf(...one), 0))
        const records = new Int32Array(rows.length * recordWords)
        rows.forEach((one, index) => records.set(rowOf(...one), index * recordWords))
        const isFit = (at: number) => (at / recordWords) % 20 !== unfit
        const found: Seen[] = []
        for (let at = 0; at < records.length; at += recordWords) {
          const next = together.addNew(records, at, records.length, isFit)
          for (; at < next; at += recordWords)
            found.push(((records[at + word.verdict] ?? 0) - 1) as Seen)
          if (at < records.length) found.push(together.add(records, at))
        }
        expect(found).toEqual(wanted)
      }),
      { numRuns: 100 },
    )
  },
)

test.each([Infinity, 1])(
  'a row is added once, however often it comes (%i in memory)',
  (mostInMemory) => {
    const known = new SeenRows(mostInMemory)
    const rows = [rowOf(1, 1, 0), rowOf(2, 1, 0), rowOf(1, 2, 0), rowOf(1, 1, 0)]
    const first = rows.map((row, index) => known.add(row, 0, index))
    expect(rows.map((row, index) => known.add(row, 0, index))).toEqual(first)
    const late: number[] = []
    known.finish((_, index) => late.push(index))
    expect(late).toEqual(mostInMemory === 1 ? [2] : [])
  },
)

test('rows of one question with the same hash by chance are told apart by their answers', () => {
  const known = new SeenRows()
  expect(known.add(rowOf(5, 1, 0), 0)).toBe(seen.new)
  const other = rowOf(5, 2, 0)
  other[word.rowHash] = hashed((5 * 1000 + 1) * 1000, 4)
  expect(known.add(other.slice(), 0)).toBe(seen.otherAnswer)
  expect(known.add(other, 0)).toBe(seen.repeated)
})

test.each([0, 1])(
  'answers to one question are told apart by either half of their hashes (%i)',
  (half) => {
    const known = new SeenRows()
    known.add(rowOf(5, 1, 0), 0)
    const other = rowOf(5, 2, 0)
    // In a million answers to one question a hundred have a half in common by chance.
    other[word.answerHash + half] = rowOf(5, 1, 0)[word.answerHash + half] as number // it has both
    expect(known.add(other, 0)).toBe(seen.otherAnswer)
  },
)

test('a question that stands in every row takes no longer than others', () => {
  const known = new SeenRows()
  const began = performance.now()
  const count = 300_000
  for (let answer = 0; answer < count; answer += 1) {
    const verdict = known.add(rowOf(5, answer, 0), 0)
    if (verdict !== (answer === 0 ? seen.new : seen.otherAnswer)) throw new Error(String(answer))
  }
  for (let answer = 0; answer < count; answer += 1) {
    if (known.add(rowOf(5, answer, 0), 0) !== seen.repeated) throw new Error(String(answer))
  }
  expect(performance.now() - began).toBeLessThan(5000)
})

test('a question and answer that stand in every row take no longer than others', () => {
  const known = new SeenRows()
  const began = performance.now()
  for (let other = 0; other < 300_000; other += 1) {
    const verdict = known.add(rowOf(5, 1, other), 0)
    if (verdict !== (other === 0 ? seen.new : seen.samePair)) throw new Error(String(other))
  }
  expect(performance.now() - began).toBeLessThan(5000)
})
