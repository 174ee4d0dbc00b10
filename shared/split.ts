/** The seeded split into training and validation rows: the same for every candidate of a version. */

/** mulberry32: a 32-bit seeded generator, uniform in [0, 1). Public domain, Tommy Ettinger 2017. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Fisher-Yates with a seed; a new array. */
export function shuffle<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed)
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const held = shuffled[last] as T // within bounds by construction
    shuffled[last] = shuffled[other] as T
    shuffled[other] = held
  }
  return shuffled
}

/** At least one row on each side when there are two or more. Both sides keep the order of the file. */
export function splitRows<T>(
  rows: readonly T[],
  validationFraction: number,
  seed: number,
): { training: T[]; validation: T[] } {
  const wanted = Math.round(rows.length * validationFraction)
  const validationCount = Math.min(Math.max(wanted, 1), Math.max(rows.length - 1, 0))
  const order = shuffle(
    rows.map((_, index) => index),
    seed,
  )
  const validationIndices = new Set(order.slice(0, validationCount))
  return {
    training: rows.filter((_, index) => !validationIndices.has(index)),
    validation: rows.filter((_, index) => validationIndices.has(index)),
  }
}
