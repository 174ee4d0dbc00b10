/** Seeded pseudo-random numbers: the same seed gives the same run on every machine. */

/** Tommy Ettinger's mulberry32: uniform in [0, 1), period 2^32. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** 0..count-1 in random order (Fisher-Yates). */
export function shuffledIndices(count: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  for (let end = count - 1; end > 0; end -= 1) {
    const pick = Math.floor(random() * (end + 1))
    const swapped = order[end] as number
    order[end] = order[pick] as number
    order[pick] = swapped
  }
  return order
}

/** Standard normal deviates (Box-Muller). */
export function normalDeviates(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
