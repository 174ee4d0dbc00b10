/**
 * Knows which rows came before: the same row, and the same question with another answer. 16 bytes for each row in an
 * open-addressing table. Once it holds `mostInMemory` rows, later ones wait in a file and are compared at the end, so
 * that memory stays bounded at any number of rows.
 */
import { partCount, Partitions } from '../partitions.ts'

export interface SeenRow {
  readonly questionHashLow: number
  readonly questionHashHigh: number
  readonly answerHashLow: number
  readonly rowHashLow: number
}

export const seen = { new: 0, repeated: 1, otherAnswer: 2, later: 3 } as const
export type Seen = (typeof seen)[keyof typeof seen]

/**
 * Rows of one question that lie one after the other. Where thousands ask the same, such as an instruction that stands in
 * every row, the later ones lie where their own hashes say: to look through them all for each would be quadratic.
 */
const mostAlike = 32

function farPlace(rowHashLow: number): number {
  return Math.imul(rowHashLow ^ (rowHashLow >>> 15), 0x9e3779b1) >>> 0
}

/** A row whose verdict came late. */
export type OnLate = (verdict: Seen, row: number, line: number) => void

const slotWords = 4
/** More than a guess should reserve memory for. */
const mostExpected = 8_000_000
const spillWords = 6

export class SeenRows {
  #slots = new Uint32Array(4096 * slotWords)
  /** What `touch` saw: without it the loop would be left out as useless. */
  touched = 0
  #count = 0
  readonly #mostInMemory: number
  /** The same question is always in the same part. */
  #spill: Partitions | null = null
  readonly #spilled = new Uint32Array(spillWords)

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
   * Looks where the rows of these hashes would stand, before they are added one by one: the processor then fetches many
   * places of the table at once instead of waiting for each.
   *
   * @param words holds the low words of the questions' hashes, `step` words from one to the next
   */
  touch(words: Uint32Array, from: number, to: number, step: number): void {
    const slots = this.#slots
    const mask = slots.length / slotWords - 1
    let all = 0
    for (let at = from; at < to; at += step) {
      all |= slots[((words[at] as number) & mask) * slotWords] as number // within both
    }
    this.touched = all
  }

  /** `later` when only `finish` can tell. */
  add(row: SeenRow, rowNumber = 0, line = 0): Seen {
    const { questionHashLow, questionHashHigh, answerHashLow, rowHashLow } = row
    // Zero marks an empty slot.
    const high = questionHashHigh === 0 && questionHashLow === 0 ? 1 : questionHashHigh
    if (this.#count * 6 >= this.#slots.length && this.#count < this.#mostInMemory) {
      this.#growTo(this.#slots.length * 2)
    }
    const slots = this.#slots
    const mask = slots.length / slotWords - 1
    let verdict: Seen = seen.new
    let at = questionHashLow & mask
    let alike = 0
    for (;;) {
      const base = at * slotWords
      // Within the table: `at` is masked.
      const slotLow = slots[base] as number
      const slotHigh = slots[base + 1] as number
      if (slotLow === 0 && slotHigh === 0) break
      if (slotLow === questionHashLow && slotHigh === high) {
        // Where one question stands in every row, 32 bits alone would be the same for many a row by chance.
        if (slots[base + 3] !== answerHashLow) verdict = seen.otherAnswer
        else if (slots[base + 2] === rowHashLow) return seen.repeated
        alike += 1
        if (alike === mostAlike) {
          at = farPlace(rowHashLow) & mask
          continue
        }
      }
      at = (at + 1) & mask
    }
    if (this.#count >= this.#mostInMemory) {
      this.#spill ??= new Partitions(spillWords, 0)
      this.#spilled.set([questionHashLow, high, rowHashLow, answerHashLow, rowNumber, line])
      this.#spill.add(high >>> 26, this.#spilled, 0)
      return verdict === seen.new ? seen.later : verdict
    }
    const base = at * slotWords
    slots[base] = questionHashLow
    slots[base + 1] = high
    slots[base + 2] = rowHashLow
    slots[base + 3] = answerHashLow
    this.#count += 1
    return verdict
  }

  /** The late verdicts, other than `new`. */
  finish(onLate: OnLate): void {
    const spill = this.#spill
    if (!spill) return
    // What is left to compare stands in the file: the table is not needed any more.
    this.#slots = new Uint32Array(0)
    for (let part = 0; part < partCount; part += 1) {
      const words = spill.readWhole(part)
      const rows = new SeenRows()
      for (let at = 0; at < words.length; at += spillWords) {
        const [low = 0, high = 0, rowHashLow = 0, answer = 0, row = 0, line = 0] = words.subarray(
          at,
          at + spillWords,
        )
        const verdict = rows.add({
          questionHashLow: low,
          questionHashHigh: high,
          rowHashLow,
          answerHashLow: answer,
        })
        if (verdict !== seen.new) onLate(verdict, row, line)
      }
    }
    this.close()
  }

  /** Removes the file of an unfinished pass. */
  close(): void {
    this.#spill?.close()
    this.#spill = null
  }

  #growTo(length: number): void {
    const old = this.#slots
    const slots = new Uint32Array(length)
    const mask = slots.length / slotWords - 1
    for (let base = 0; base < old.length; base += slotWords) {
      const low = old[base] as number // within the table
      const high = old[base + 1] as number
      if (low === 0 && high === 0) continue
      let at = low & mask
      let alike = 0
      while (slots[at * slotWords] !== 0 || slots[at * slotWords + 1] !== 0) {
        const isAlike = slots[at * slotWords] === low && slots[at * slotWords + 1] === high
        if (isAlike) alike += 1
        at = isAlike && alike === mostAlike ? farPlace(old[base + 2] as number) : at + 1
        at &= mask
      }
      slots[at * slotWords] = low
      slots[at * slotWords + 1] = high
      slots[at * slotWords + 2] = old[base + 2] as number
      slots[at * slotWords + 3] = old[base + 3] as number
    }
    this.#slots = slots
  }
}
