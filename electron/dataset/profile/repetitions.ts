/** Rows that repeat others word for word, and questions that have several answers; by hashes, so that memory is bounded. */
import { partCount, Partitions } from '../partitions.ts'
import { BitSet } from '../bitSet.ts'
import { largest, rowsPerGroup, type RowNumbers } from './rowNumbers.ts'

/** The row, its question's hash and its answer's, two words each. */
const recordWords = 5
/** 32 MB. */
const mostWords = 8_000_000

export interface Repetitions {
  /** Rows whose question and answer stand in a row before them. */
  readonly repeated: BitSet
  /** Rows whose question has several answers. */
  readonly conflictCount: number
  /** The largest ones: each a question with its first rows, one for each answer. */
  readonly conflicts: readonly RowNumbers[]
}

/** Rows come in the order of their numbers. */
export class RepetitionFinder {
  readonly #rows = new Partitions(recordWords, mostWords)

  /** @param at where the row's number and the hashes of question and answer begin in `words` */
  add(words: Uint32Array, at: number): void {
    this.#rows.add((words[at + 2] as number) >>> 26, words, at)
  }

  /** @param lastRow the highest number of a row */
  finish(lastRow: number): Repetitions {
    const repeated = new BitSet(lastRow + 1)
    const groups: RowNumbers[] = []
    let conflictCount = 0
    for (let part = 0; part < partCount; part += 1) {
      const found = conflictsOf(this.#rows.readWhole(part), repeated)
      for (const { count } of found) conflictCount += count
      groups.push(...largest(found))
    }
    this.close()
    return { repeated, conflictCount, conflicts: largest(groups) }
  }

  close(): void {
    this.#rows.close()
  }
}

function conflictsOf(words: Uint32Array, repeated: BitSet): RowNumbers[] {
  const count = words.length / recordWords
  const mask = 2 ** Math.ceil(Math.log2(Math.max(count, 4) * 1.5)) - 1
  // By question, and by question and answer: the first record of each.
  const questions = new Int32Array(mask + 1).fill(-1)
  const pairs = new Int32Array(mask + 1).fill(-1)
  const conflicts = new Map<number, { count: number; rows: number[] }>()
  // Records and slots are within their arrays.
  const word = (record: number, at: number) => words[record * recordWords + at] as number
  for (let record = 0; record < count; record += 1) {
    const [low, high, answer] = [word(record, 1), word(record, 2), word(record, 3)]
    const answersTheSame = (other: number) =>
      word(other, 3) === answer && word(other, 4) === word(record, 4)
    const asksTheSame = (other: number) => word(other, 1) === low && word(other, 2) === high
    let slot = (low ^ Math.imul(answer, 0x9e3779b1)) & mask
    let found = pairs[slot] as number
    while (found >= 0 && !(asksTheSame(found) && answersTheSame(found))) {
      slot = (slot + 1) & mask
      found = pairs[slot] as number
    }
    if (found >= 0) {
      repeated.add(word(record, 0))
      continue
    }
    pairs[slot] = record
    slot = low & mask
    found = questions[slot] as number
    while (found >= 0 && !asksTheSame(found)) {
      slot = (slot + 1) & mask
      found = questions[slot] as number
    }
    if (found < 0) {
      questions[slot] = record
      continue
    }
    const group = conflicts.get(found) ?? { count: 1, rows: [word(found, 0)] }
    group.count += 1
    if (group.rows.length < rowsPerGroup) group.rows.push(word(record, 0))
    conflicts.set(found, group)
  }
  return [...conflicts.values()]
}
