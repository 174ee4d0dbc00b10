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

/**
 * The same for rows that belong together: whole groups go to one side, in seeded order, until validation has its share.
 *
 * @param groupOf rows of one group have the same key
 * @returns null when all rows are of one group, and there is nothing to divide
 */
export function splitGroups<T>(
  rows: readonly T[],
  groupOf: (row: T, index: number) => string | number,
  validationFraction: number,
  seed: number,
): { training: T[]; validation: T[]; groupCount: number } | null {
  const keys = rows.map(groupOf)
  const sizes = new Map<string | number, number>()
  for (const key of keys) sizes.set(key, (sizes.get(key) ?? 0) + 1)
  if (sizes.size < 2) return null
  const wanted = Math.max(1, Math.round(rows.length * validationFraction))
  const chosen = new Set<string | number>()
  let count = 0
  for (const key of shuffle([...sizes.keys()], seed)) {
    const size = sizes.get(key) ?? 0
    // A group that would take more than its share waits, unless nothing was chosen yet and this is the last.
    const isTooLarge = count + size > wanted * 1.5 && count > 0
    if (count >= wanted || chosen.size === sizes.size - 1) break
    if (isTooLarge) continue
    chosen.add(key)
    count += size
  }
  return {
    training: rows.filter((_, index) => !chosen.has(keys[index] ?? '')),
    validation: rows.filter((_, index) => chosen.has(keys[index] ?? '')),
    groupCount: sizes.size,
  }
}

/** The same with every stratum having its share on both sides, as far as it has rows for both. */
export function splitStrata<T>(
  rows: readonly T[],
  stratumOf: (row: T, index: number) => string | number,
  validationFraction: number,
  seed: number,
): { training: T[]; validation: T[]; groupCount: number } {
  const indices = rows.map((_, index) => index)
  const strata = Map.groupBy(indices, (index) => stratumOf(rows[index] as T, index)) // an index of rows
  const validation = new Set<number>()
  let owed = 0
  for (const members of strata.values()) {
    owed += members.length * validationFraction
    // What rounding left over is carried to the next stratum, so that the total is right.
    const count = Math.min(Math.round(owed), Math.max(members.length - 1, 0))
    owed -= count
    for (const index of shuffle(members, seed).slice(0, count)) validation.add(index)
  }
  if (validation.size === 0)
    return { ...splitRows(rows, validationFraction, seed), groupCount: strata.size }
  return {
    training: rows.filter((_, index) => !validation.has(index)),
    validation: rows.filter((_, index) => validation.has(index)),
    groupCount: strata.size,
  }
}

/** So many rows, picked with the seed, in the order of the file. */
export function sampleOf<T>(rows: readonly T[], count: number | null, seed: number): readonly T[] {
  if (count === null || count >= rows.length) return rows
  const order = shuffle(
    rows.map((_, index) => index),
    // Not the split's own order, or the sample would be the same for every share.
    seed ^ 0x5a17,
  )
  const kept = new Set(order.slice(0, count))
  return rows.filter((_, index) => kept.has(index))
}
