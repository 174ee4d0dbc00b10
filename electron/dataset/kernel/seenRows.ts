/**
 * Knows which rows came before: the same row, the same question and answer beside other cells, and the same question with
 * another answer. 20 bytes for each row lie one after the other, and four or more in an open-addressing table of their numbers,
 * which is what is looked at for a row that is new: so few bytes are found sooner. Once there are `mostInMemory` rows, later
 * ones wait in a file and are compared at the end, so that memory stays bounded at any number of rows.
 */
import { partCount, Partitions } from '../partitions.ts'
import { recordWords, word } from './kernel.ts'

/**
 * The words of a record that are compared stand one after the other: see `word`. The hash of the whole row is cut, since
 * it is only asked where question and answer are the same.
 */
const comparedAt = word.answerHash
const comparedWords = 5
const [answerLowWord, answerHighWord, lowWord, highWord, rowWord] = [0, 1, 2, 3, 4]

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
/** Rows are kept in pieces, so that none has to be moved when more come. */
const chunkBits = 16
const chunkMask = (1 << chunkBits) - 1
/** Those, the row's number, its line, and what was known of it by then. */
const spillWords = comparedWords + 3

export class SeenRows {
  /** In the order in which they came, 2 to the power of `chunkBits` in each. */
  #chunks: Int32Array[] = []
  /** 0, or in the low bits, as many as the table's size asks for, a row's number from 1 on; the rest is of its question's hash. */
  #slots = new Int32Array(0)
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
    this.#growTo(4096)
  }

  /** Makes room at once for so many rows, as far as they may be in memory. */
  expect(rows: number): void {
    const wanted = Math.min(rows, this.#mostInMemory, mostExpected)
    let length = this.#slots.length
    while (wanted >= mostIn(length)) length *= 2
    if (length > this.#slots.length) this.#growTo(length)
  }

  /**
   * Looks where the records that stand from `from` to `to` would lie, before they are added one by one: the processor then
   * fetches many places of the table at once instead of waiting for each.
   */
  touch(records: Int32Array, from: number, to: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let all = 0
    for (let at = from + word.questionHash; at < to; at += recordWords) {
      all |= slots[(records[at] as number) & mask] as number // within both
    }
    this.touched = all
  }

  /**
   * A row that was added gets its verdict in its record, and is not added again.
   *
   * @param records holds the row's hashes, as the kernel's table does
   * @param at where the row's record begins there
   * @returns `later` when only `finish` can tell
   */
  add(records: Int32Array, at: number, rowNumber = 0, line = 0): Seen {
    const known = records[at + word.verdict] as number // a record has all words
    if (known > 0) return (known - 1) as Seen // as it was set
    const compared = at + comparedAt
    const verdict =
      this.#count < this.#mostInMemory
        ? this.#keep(records, compared)
        : this.#postpone(records, compared, rowNumber, line)
    records[at + word.verdict] = verdict + 1
    return verdict
  }

  /** Compares with what is there, and has a row that isn't wait in the file. @param compared where the words are that are compared */
  #postpone(records: Int32Array, compared: number, rowNumber: number, line: number): Seen {
    this.#locate(records, compared)
    const verdict = this.#verdict
    if (verdict === seen.repeated) return verdict
    const spilled = this.#spilled
    for (let index = 0; index < comparedWords; index += 1) {
      spilled[index] = records[compared + index] as number // the record has them all
    }
    spilled[comparedWords] = rowNumber
    spilled[comparedWords + 1] = line
    spilled[comparedWords + 2] = verdict
    this.#spill ??= new Partitions(spillWords, 0)
    this.#spill.add((spilled[highWord] as number) >>> 26, spilled, 0)
    return seen.later
  }

  /**
   * Adds rows as long as nothing that is known begins with the same bits as their questions' hashes, which tells without a
   * closer look that they are new. Most rows are, and one loop for them all takes two thirds of the time of `add`.
   *
   * @param from where the first row's record begins, and `to` where the last one's ends
   * @param isFit whether the row may be added whose record begins there
   * @returns where the first record begins that was not added
   */
  addNew(records: Int32Array, from: number, to: number, isFit: (at: number) => boolean): number {
    const slots = this.#slots
    const mask = slots.length - 1
    const room = Math.min(mostIn(slots.length), this.#mostInMemory) - this.#count
    const end = Math.min(to, from + Math.max(room, 0) * recordWords)
    let count = this.#count
    let at = from
    rows: for (; at < end && isFit(at); at += recordWords) {
      // A record has all words.
      const high = records[at + word.questionHash + 1] as number
      let place = (records[at + word.questionHash] as number) & mask
      for (;;) {
        const slot = slots[place] as number // masked
        if (slot === 0) break
        if (((slot ^ high) & ~mask) === 0) break rows
        place = (place + 1) & mask
      }
      this.#copy(records, at + comparedAt, count)
      count += 1
      slots[place] = (high & ~mask) | count
      records[at + word.verdict] = seen.new + 1
    }
    this.#count = count
    return at
  }

  /** Compares with what is there, and keeps a row that isn't. @param at of the words that are compared */
  #keep(words: Int32Array, at: number): Seen {
    if (this.#count >= mostIn(this.#slots.length)) this.#growTo(this.#slots.length * 2)
    const place = this.#locate(words, at)
    if (place < 0) return seen.repeated
    this.#copy(words, at, this.#count)
    this.#count += 1
    this.#put(place, this.#count, words[at + highWord] as number)
    return this.#verdict
  }

  /** @param kept the row's place among those that are kept */
  #copy(words: Int32Array, at: number, kept: number): void {
    const chunk = (this.#chunks[kept >>> chunkBits] ??= newChunk())
    const base = (kept & chunkMask) * comparedWords
    for (let index = 0; index < comparedWords; index += 1) {
      chunk[base + index] = words[at + index] as number // a row has them all
    }
  }

  /** @param number of a row that is kept, from 1 on @param high word of its question's hash */
  #put(place: number, number: number, high: number): void {
    this.#slots[place] = (high & -this.#slots.length) | number
  }

  /** Where a row belongs that is not there yet, -1 for one that is; sets the verdict. @param at of the words that are compared */
  #locate(words: Int32Array, at: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    const answerLow = words[at + answerLowWord] as number // a row has them all
    const answerHigh = words[at + answerHighWord] as number
    const low = words[at + lowWord] as number
    const high = words[at + highWord] as number
    const row = words[at + rowWord] as number
    let verdict: Seen = seen.new
    let next = low & mask
    let alike = 0
    let alikePairs = 0
    for (;;) {
      const place = next
      const slot = slots[place] as number // masked, as a row's number is
      if (slot === 0) {
        this.#verdict = verdict
        return place
      }
      next = (place + 1) & mask
      if (((slot ^ high) & ~mask) !== 0) continue
      const kept = (slot & mask) - 1
      const rows = this.#chunks[kept >>> chunkBits] as Int32Array // it is kept
      const base = (kept & chunkMask) * comparedWords
      if (rows[base + lowWord] !== low || rows[base + highWord] !== high) continue
      // Where one question stands in every row, 32 bits alone would be the same for many an answer by chance.
      const isPair =
        rows[base + answerHighWord] === answerHigh && rows[base + answerLowWord] === answerLow
      if (isPair && rows[base + rowWord] === row) {
        this.#verdict = seen.repeated
        return -1
      }
      if (isPair) verdict = seen.samePair
      else if (verdict === seen.new) verdict = seen.otherAnswer
      alike += 1
      if (alike === mostAlike) next = farPlace(answerHigh) & mask
      else if (alike > mostAlike && isPair) {
        alikePairs += 1
        if (alikePairs === mostAlike) next = farPlace(row) & mask
      }
    }
  }

  /** The late verdicts, other than `new`. */
  finish(onLate: OnLate): void {
    const spill = this.#spill
    if (!spill) return
    // What is left to compare stands in the file: the rows in memory are not needed any more.
    this.#chunks = []
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
        const early = words[at + comparedWords + 2] as Seen // as it was spilled
        const verdict = late > early ? late : early
        if (verdict === seen.new) continue
        onLate(
          verdict,
          unsigned[at + comparedWords] as number,
          unsigned[at + comparedWords + 1] as number,
        )
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
    this.#slots = new Int32Array(length)
    for (let kept = 0; kept < this.#count; kept += 1) {
      const rows = this.#chunks[kept >>> chunkBits] as Int32Array // it is kept
      const at = (kept & chunkMask) * comparedWords
      const place = this.#locate(rows, at)
      if (place >= 0) this.#put(place, kept + 1, rows[at + highWord] as number)
    }
  }
}

function newChunk(): Int32Array {
  return new Int32Array((chunkMask + 1) * comparedWords)
}

/** Rows in a table of so many slots: two thirds are filled. */
function mostIn(slots: number): number {
  return Math.floor((slots * 2) / 3)
}
