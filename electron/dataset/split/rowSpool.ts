/** A few words of each row of a table, kept in the order of the rows; in a file where there are very many. */
import { Partitions } from '../partitions.ts'

/** 32 MB. */
const mostWords = 8_000_000

export class RowSpool {
  readonly #recordWords: number
  readonly #records: Partitions
  /** What is added next; the row's number goes first. */
  readonly record: Uint32Array

  /** @param words of a row, its number not counted */
  constructor(words: number) {
    this.#recordWords = 1 + words
    this.#records = new Partitions(this.#recordWords, mostWords, 1)
    this.record = new Uint32Array(this.#recordWords)
  }

  /** Adds `record`. Rows come in ascending order. */
  add(): void {
    this.#records.add(0, this.record, 0)
  }

  /**
   * Tells the words of some rows.
   *
   * @param rows ascending
   * @param use told each one's place among `rows`, and where its words begin, its number first
   */
  each(rows: Uint32Array, use: (words: Uint32Array, at: number, place: number) => void): void {
    let place = 0
    for (const words of this.#records.read(0)) {
      for (let at = 0; at < words.length; at += this.#recordWords) {
        if (words[at] !== rows[place]) continue
        use(words, at, place)
        place += 1
      }
      if (place === rows.length) return
    }
  }

  close(): void {
    this.#records.close()
  }
}
