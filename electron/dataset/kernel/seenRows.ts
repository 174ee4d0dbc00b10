/**
 * Knows which rows came before: the same row, the same question and answer beside other cells, and the same question with
 * another answer. 16 bytes for each row in an open-addressing table. Once it holds `mostInMemory` rows, later ones wait in
 * a file and are compared at the end, so that memory stays bounded at any number of rows.
 */
import { partCount, Partitions } from '../partitions.ts'
import { recordWords, word } from './kernel.ts'

/** The four words of a record that are compared stand one after the other: see `word`. */
const comparedAt = word.answerHash + 1
const slotWords = 4
const [answerWord, lowWord, highWord, rowWord] = [0, 1, 2, 3]

/** Of two that hold for a row, the greater one counts. */
export const seen = { new: 0, otherAnswer: 1, samePair: 2, repeated: 3, later: 4 } as const
export type Seen = (typeof seen)[keyof typeof seen]

/**
 * Rows of one question that lie one after the other. Where thousands ask the same, such as an instruction that stands in
 * every row, the later ones lie where their answers say, and of thousands that also answer the same the later ones where
 * their own hashes say: to look through them all for each would be quadratic. So the first row of a question and answer
 * is always found.
 */
const mostAlike = 32

function farPlace(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1)
}

/** A row whose verdict came late. */
export type OnLate = (verdict: Seen, row: number, line: number) => void

/** More than a guess should reserve memory for. */
const mostExpected = 8_000_000
/** Those four, the row's number, its line, and what was known of it by then. */
const spillWords = slotWords + 3

export class SeenRows {
  #slots = new Int32Array(4096 * slotWords)
  /** What `touch` saw: without it the loop would be left out as useless. */
  touched = 0
  #count = 0
  /** Of the row that was located last. */
  #verdict: Seen = seen.new
  readonly #mostInMemory: number
  /** The same question is always in the same part. */
  #spill: Partitions | null = null
  readonly #spilled = new Int32Array(spillWords)

  /** @param mostInMemory rows; without a limit every verdict comes at once */
  constructor(mostInMemory = Infinity) {
    this.#mostInMemory = mostInMemory
  }

  /** Makes room at once for so many rows, as far as they may be in memory. */
  expect(rows: number): void {
    const wanted = Math.min(rows, this.#mostInMemory, mostExpected)
    let length = this.#slots.length
    while (wanted * 6 >= length) length *= 2
    if (length > this.#slots.length) this.#growTo(length)
  }

  /**
   * Looks where the records that stand from `from` to `to` would lie, before they are added one by one: the processor then
   * fetches many places of the table at once instead of waiting for each.
   */
  touch(records: Int32Array, from: number, to: number): void {
    const slots = this.#slots
    const mask = slots.length / slotWords - 1
    let all = 0
    for (let at = from + word.questionHash; at < to; at += recordWords) {
      // Both are within the table. The second one may be in the next line of the cache, where a search often goes on.
      const place = (records[at] as number) & mask
      const near = (place + 2) & mask
      all |= (slots[place * slotWords] as number) | (slots[near * slotWords] as number)
    }
    this.touched = all
  }

  /**
   * @param records holds the row's hashes, as the kernel's table does
   * @param at where the row's record begins there
   * @returns `later` when only `finish` can tell
   */
  add(records: Int32Array, at: number, rowNumber = 0, line = 0): Seen {
    const compared = at + comparedAt
    if (this.#count < this.#mostInMemory) return this.#keep(records, compared)
    this.#locate(this.#slots, records, compared)
    const verdict = this.#verdict
    if (verdict === seen.repeated) return verdict
    const spilled = this.#spilled
    for (let index = 0; index < slotWords; index += 1) {
      spilled[index] = records[compared + index] as number // the record has them all
    }
    spilled[slotWords] = rowNumber
    spilled[slotWords + 1] = line
    spilled[slotWords + 2] = verdict
    this.#spill ??= new Partitions(spillWords, 0)
    this.#spill.add((spilled[highWord] as number) >>> 26, spilled, 0)
    return seen.later
  }

  /** Compares with what is there, and keeps a row that isn't. @param at of the four words */
  #keep(words: Int32Array, at: number): Seen {
    if (this.#count * 6 >= this.#slots.length) this.#growTo(this.#slots.length * 2)
    const base = this.#locate(this.#slots, words, at)
    if (base < 0) return seen.repeated
    copyRow(words, at, this.#slots, base)
    this.#count += 1
    return this.#verdict
  }

  /** Where a row belongs that is not there yet, -1 for one that is; sets the verdict. @param at of the four words */
  #locate(slots: Int32Array, words: Int32Array, at: number): number {
    const mask = slots.length / slotWords - 1
    const answer = words[at + answerWord] as number // a row has four words
    const low = words[at + lowWord] as number
    const high = filledHigh(words, at)
    const row = words[at + rowWord] as number
    let verdict: Seen = seen.new
    let place = low & mask
    let alike = 0
    let alikePairs = 0
    for (;;) {
      const base = place * slotWords
      // Within the table: `place` is masked.
      const slotLow = slots[base + lowWord] as number
      const slotHigh = slots[base + highWord] as number
      if ((slotLow | slotHigh) === 0) {
        this.#verdict = verdict
        return base
      }
      place = (place + 1) & mask
      if (slotLow !== low || slotHigh !== high) continue
      // Where one question stands in every row, 32 bits alone would be the same for many a row by chance.
      const isPair = slots[base + answerWord] === answer
      if (isPair && slots[base + rowWord] === row) {
        this.#verdict = seen.repeated
        return -1
      }
      if (isPair) verdict = seen.samePair
      else if (verdict === seen.new) verdict = seen.otherAnswer
      alike += 1
      if (alike === mostAlike) place = farPlace(answer) & mask
      else if (alike > mostAlike && isPair) {
        alikePairs += 1
        if (alikePairs === mostAlike) place = farPlace(row) & mask
      }
    }
  }

  /** The late verdicts, other than `new`. */
  finish(onLate: OnLate): void {
    const spill = this.#spill
    if (!spill) return
    // What is left to compare stands in the file: the table is not needed any more.
    this.#slots = new Int32Array(0)
    const parts = Array.from({ length: partCount }, (_, part) => spill.sizeOf(part))
    const unsigned = new Uint32Array(Math.max(...parts))
    const words = new Int32Array(unsigned.buffer)
    const rows = new SeenRows()
    for (const [part, size] of parts.entries()) {
      spill.readWhole(part, unsigned)
      rows.#clear()
      rows.expect(size / spillWords)
      for (let at = 0; at < size; at += spillWords) {
        const late = rows.#keep(words, at)
        const early = words[at + slotWords + 2] as Seen // as it was spilled
        const verdict = late > early ? late : early
        if (verdict === seen.new) continue
        onLate(verdict, unsigned[at + slotWords] as number, unsigned[at + slotWords + 1] as number)
      }
    }
    this.close()
  }

  /** Removes the file of an unfinished pass. */
  close(): void {
    this.#spill?.close()
    this.#spill = null
  }

  #clear(): void {
    this.#slots.fill(0)
    this.#count = 0
  }

  #growTo(length: number): void {
    const old = this.#slots
    const slots = new Int32Array(length)
    for (let base = 0; base < old.length; base += slotWords) {
      const low = old[base + lowWord] as number // within the table
      const high = old[base + highWord] as number
      if ((low | high) !== 0) copyRow(old, base, slots, this.#locate(slots, old, base))
    }
    this.#slots = slots
  }
}

/** Zero marks an empty slot. */
function filledHigh(words: Int32Array, at: number): number {
  const high = words[at + highWord] as number // a row has four words
  return ((words[at + lowWord] as number) | high) === 0 ? 1 : high
}

function copyRow(words: Int32Array, at: number, slots: Int32Array, base: number): void {
  slots[base + answerWord] = words[at + answerWord] as number // a row has four words
  slots[base + lowWord] = words[at + lowWord] as number
  slots[base + highWord] = filledHigh(words, at)
  slots[base + rowWord] = words[at + rowWord] as number
}
