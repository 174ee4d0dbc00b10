/** Small whole numbers, a bit for each that there may be. */
export class BitSet {
  readonly #words: Uint32Array

  /** @param limit more than any number that will be added */
  constructor(limit: number) {
    this.#words = new Uint32Array(Math.ceil(limit / 32))
  }

  add(value: number): void {
    this.#words[value >>> 5] = (this.#words[value >>> 5] ?? 0) | (1 << (value & 31))
  }

  has(value: number): boolean {
    return (((this.#words[value >>> 5] ?? 0) >>> (value & 31)) & 1) === 1
  }

  /** Ascending. */
  *values(): Generator<number> {
    for (let at = 0; at < this.#words.length; at += 1) {
      for (let left = this.#words[at] ?? 0; left !== 0; left &= left - 1) {
        yield at * 32 + 31 - Math.clz32(left & -left)
      }
    }
  }
}
