/** Small whole numbers, a bit for each that there may be. */
export class BitSet {
  readonly words: Uint32Array<ArrayBuffer>

  /** @param from a limit, more than any number that will be added; or the words of another set */
  constructor(from: number | Uint32Array<ArrayBuffer>) {
    this.words = typeof from === 'number' ? new Uint32Array(Math.ceil(from / 32)) : from
  }

  /** @param values in any order */
  static of(values: Uint32Array): BitSet {
    let most = 0
    for (const value of values) most = Math.max(most, value)
    const set = new BitSet(most + 1)
    for (const value of values) set.add(value)
    return set
  }

  get size(): number {
    let size = 0
    for (const word of this.words) size += bitsOf(word)
    return size
  }

  add(value: number): void {
    this.words[value >>> 5] = (this.words[value >>> 5] ?? 0) | (1 << (value & 31))
  }

  has(value: number): boolean {
    return (((this.words[value >>> 5] ?? 0) >>> (value & 31)) & 1) === 1
  }

  /** Ascending. */
  *values(): Generator<number> {
    for (let at = 0; at < this.words.length; at += 1) {
      for (let left = this.words[at] ?? 0; left !== 0; left &= left - 1) {
        yield at * 32 + 31 - Math.clz32(left & -left)
      }
    }
  }

  /** Those that stand at these places of all values, ascending both. */
  at(places: readonly number[]): number[] {
    const found: number[] = []
    let before = 0
    for (let at = 0; at < this.words.length && found.length < places.length; at += 1) {
      const word = this.words[at] ?? 0
      const until = before + bitsOf(word)
      for (;;) {
        const place = places[found.length]
        if (place === undefined || place >= until) break
        let left = word
        for (let skipped = before; skipped < place; skipped += 1) left &= left - 1
        found.push(at * 32 + 31 - Math.clz32(left & -left))
      }
      before = until
    }
    return found
  }
}

function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
