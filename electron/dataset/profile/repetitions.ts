/** Rows that repeat others word for word, and questions that have several answers; by hashes, so that memory is bounded. */

/** 64 bits of text as two 32-bit halves; a seed of the run's own keeps files from being made to collide. */
export interface TextHash {
  readonly low: number
  readonly high: number
}

export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): TextHash {
  let low = seed | 0
  let high = ~seed
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number // within the bounds of the loop
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte, 0x5bd1e995) ^ (high >>> 15)
  }
  return { low: low ^ (end - start), high: high ^ Math.imul(low, 0x9e3779b1) }
}

/** From a text's hash to a number that was kept for it; grows as needed. */
export class HashTable {
  #lows = new Int32Array(1 << 12)
  #highs = new Int32Array(1 << 12)
  #values = new Int32Array(1 << 12).fill(-1)
  #size = 0

  /** The value that is kept, or -1 after keeping this one (not negative). */
  findOrKeep({ low, high }: TextHash, value: number): number {
    if (this.#size * 2 > this.#values.length) this.#grow()
    const slot = this.#slot(low, high)
    const kept = this.#values[slot] as number // a slot is within the table
    if (kept >= 0) return kept
    this.#lows[slot] = low
    this.#highs[slot] = high
    this.#values[slot] = value
    this.#size += 1
    return -1
  }

  #slot(low: number, high: number): number {
    const mask = this.#values.length - 1
    let slot = (low ^ Math.imul(high, 0x85ebca6b)) & mask
    while (
      (this.#values[slot] as number) >= 0 &&
      (this.#lows[slot] !== low || this.#highs[slot] !== high)
    ) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    const [lows, highs, values] = [this.#lows, this.#highs, this.#values]
    this.#lows = new Int32Array(values.length * 2)
    this.#highs = new Int32Array(values.length * 2)
    this.#values = new Int32Array(values.length * 2).fill(-1)
    values.forEach((value, at) => {
      if (value < 0) return
      const [low, high] = [lows[at] as number, highs[at] as number] // as long as the values
      const slot = this.#slot(low, high)
      this.#lows[slot] = low
      this.#highs[slot] = high
      this.#values[slot] = value
    })
  }
}
