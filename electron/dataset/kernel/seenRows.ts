/**
 * Knows which rows came before: the same row, and the same question with another answer. 16 bytes for each row in an
 * open-addressing table. Once it holds `mostInMemory` rows, later ones wait in a file and are compared at the end, so
 * that memory stays bounded at any number of rows.
 */
import { partCount, Partitions } from '../partitions.ts'
import { recordWords, word } from './kernel.ts'

/** The four words of a record that are compared stand one after the other: see `word`. */
const comparedAt = word.answerHash + 1
const slotWords = 4
const [answerWord, lowWord, highWord, rowWord] = [0, 1, 2, 3]

export const seen = { new: 0, repeated: 1, otherAnswer: 2, later: 3 } as const
export type Seen = (typeof seen)[keyof typeof seen]

/**
 * Rows of one question that lie one after the other. Where thousands ask the same, such as an instruction that stands in
 * every row, the later ones lie where their own hashes say: to look through them all for each would be quadratic.
 */
const mostAlike = 32

function farPlace(rowHashLow: number): number {
  return Math.imul(rowHashLow ^ (rowHashLow >>> 15), 0x9e3779b1)
}

/** A row whose verdict came late. */
export type OnLate = (verdict: Seen, row: number, line: number) => void

/** More than a guess should reserve memory for. */
const mostExpected = 8_000_000
/** Those four, the row's number and its line. */
const spillWords = 6

export class SeenRows {
  #slots = new Int32Array(4096 * slotWords)
  /** What `touch` saw: without it the loop would be left out as useless. */
  touched = 0
  #count = 0
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
      all |= slots[((records[at] as number) & mask) * slotWords] as number // within both
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
    if (this.#count < this.#mostInMemory) return this.#place(records, compared, true)
    const verdict = this.#place(records, compared, false)
    if (verdict === seen.repeated) return verdict
    const spilled = this.#spilled
    for (let index = 0; index < slotWords; index += 1) {
      spilled[index] = records[compared + index] as number // the record has them all
    }
    spilled[slotWords] = rowNumber
    spilled[slotWords + 1] = line
    this.#spill ??= new Partitions(spillWords, 0)
    this.#spill.add((spilled[highWord] as number) >>> 26, spilled, 0)
    return verdict === seen.new ? seen.later : verdict
  }

  /** Compares with what is there; a new row is kept if `keeps` says so. @param at of the four words */
  #place(words: Int32Array, at: number, keeps: boolean): Seen {
    if (keeps && this.#count * 6 >= this.#slots.length) this.#growTo(this.#slots.length * 2)
    const slots = this.#slots
    const mask = slots.length / slotWords - 1
    const answer = words[at + answerWord] as number // a row has four words
    const low = words[at + lowWord] as number
    // Zero marks an empty slot.
    const high =
      ((words[at + highWord] as number) | low) === 0 ? 1 : (words[at + highWord] as number)
    const row = words[at + rowWord] as number
    let verdict: Seen = seen.new
    let place = low & mask
    let alike = 0
    for (;;) {
      const base = place * slotWords
      // Within the table: `place` is masked.
      const slotLow = slots[base + lowWord] as number
      const slotHigh = slots[base + highWord] as number
      if ((slotLow | slotHigh) === 0) break
      if (slotLow === low && slotHigh === high) {
        // Where one question stands in every row, 32 bits alone would be the same for many a row by chance.
        if (slots[base + answerWord] !== answer) verdict = seen.otherAnswer
        else if (slots[base + rowWord] === row) return seen.repeated
        alike += 1
        if (alike === mostAlike) {
          place = farPlace(row) & mask
          continue
        }
      }
      place = (place + 1) & mask
    }
    if (!keeps) return verdict
    const base = place * slotWords
    slots[base + answerWord] = answer
    slots[base + lowWord] = low
    slots[base + highWord] = high
    slots[base + rowWord] = row
    this.#count += 1
    return verdict
  }

  /** The late verdicts, other than `new`. */
  finish(onLate: OnLate): void {
    const spill = this.#spill
    if (!spill) return
    // What is left to compare stands in the file: the table is not needed any more.
    this.#slots = new Int32Array(0)
    const rows = new SeenRows()
    for (let part = 0; part < partCount; part += 1) {
      const unsigned = spill.readWhole(part)
      const words = new Int32Array(unsigned.buffer)
      rows.#clear()
      rows.expect(words.length / spillWords)
      for (let at = 0; at < words.length; at += spillWords) {
        const verdict = rows.#place(words, at, true)
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
    const mask = slots.length / slotWords - 1
    for (let base = 0; base < old.length; base += slotWords) {
      const low = old[base + lowWord] as number // within the table
      const high = old[base + highWord] as number
      if ((low | high) === 0) continue
      let at = low & mask
      let alike = 0
      for (;;) {
        const slotLow = slots[at * slotWords + lowWord] as number
        const slotHigh = slots[at * slotWords + highWord] as number
        if ((slotLow | slotHigh) === 0) break
        const isAlike = slotLow === low && slotHigh === high
        if (isAlike) alike += 1
        at = isAlike && alike === mostAlike ? farPlace(old[base + rowWord] as number) : at + 1
        at &= mask
      }
      for (let word = 0; word < slotWords; word += 1) {
        slots[at * slotWords + word] = old[base + word] as number
      }
    }
    this.#slots = slots
  }
}
