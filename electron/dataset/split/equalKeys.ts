/** Which of many rows have the same key, told by a hash of it: sorted into parts first, so that memory stays bounded. */
import { partCount, Partitions } from '../partitions.ts'

/** The row's place, and the two words of its key's hash. */
const recordWords = 3
/** 32 MB. */
const mostWords = 8_000_000

export class EqualKeys {
  readonly #keys = new Partitions(recordWords, mostWords)
  readonly #record = new Uint32Array(recordWords)

  /** Places come in ascending order. */
  add(place: number, low: number, high: number): void {
    this.#record[0] = place
    this.#record[1] = low
    this.#record[2] = high
    this.#keys.add(high >>> 26, this.#record, 0)
  }

  /** For each place the first one that has the same key. @param count more than any place */
  finish(count: number): Int32Array {
    const firstOf = new Int32Array(count).fill(-1)
    for (let part = 0; part < partCount; part += 1) findFirsts(this.#keys.readWhole(part), firstOf)
    this.close()
    return firstOf
  }

  close(): void {
    this.#keys.close()
  }
}

function findFirsts(words: Uint32Array, firstOf: Int32Array): void {
  const mask = 2 ** Math.ceil(Math.log2(Math.max(words.length / recordWords, 4) * 1.5)) - 1
  // Where the first record of each key begins.
  const slots = new Int32Array(mask + 1).fill(-1)
  for (let at = 0; at < words.length; at += recordWords) {
    const [place, low, high] = [words[at] as number, words[at + 1], words[at + 2]] // whole records
    let slot = ((low ?? 0) ^ Math.imul(high ?? 0, 0x9e3779b1)) & mask
    let found = slots[slot] as number // masked
    while (found >= 0 && (words[found + 1] !== low || words[found + 2] !== high)) {
      slot = (slot + 1) & mask
      found = slots[slot] as number
    }
    if (found < 0) slots[slot] = at
    firstOf[place] = found < 0 ? place : (words[found] as number)
  }
}
