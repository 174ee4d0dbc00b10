/**
 * The seeded split into training and validation rows: the same for every candidate of a version. Rows are told by their
 * places, so that millions take a few bytes each. What a seed gives never changes: versions find their rows by it.
 */

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
  const shuffled = [...items]
  mix(shuffled, seed)
  return shuffled
}

/** The places of so many items in the order in which `shuffle` puts them. */
export function shuffledPlaces(count: number, seed: number): Uint32Array {
  const places = countedUp(count)
  mix(places, seed)
  return places
}

/** All places of so many items, ascending. */
export function countedUp(count: number): Uint32Array {
  const places = new Uint32Array(count)
  for (let place = 0; place < count; place += 1) places[place] = place
  return places
}

/** Those of the rows whose place is wanted. Unlike `filter`, without a list of them in between. */
export function rowsWhere(
  rows: Uint32Array,
  isWanted: (place: number) => boolean,
): Uint32Array<ArrayBuffer> {
  let count = 0
  for (let place = 0; place < rows.length; place += 1) if (isWanted(place)) count += 1
  const wanted = new Uint32Array(count)
  let filled = 0
  for (let place = 0; place < rows.length; place += 1) {
    if (isWanted(place)) wanted[filled++] = rows[place] as number // within
  }
  return wanted
}

function mix<T>(items: { [place: number]: T; readonly length: number }, seed: number): void {
  const random = seededRandom(seed)
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const held = items[last] as T // within bounds by construction
    items[last] = items[other] as T
    items[other] = held
  }
}

/** A one for each row that is for validation. */
export type Sides = Uint8Array

/** At least one row on each side when there are two or more. */
export function splitRows(count: number, validationFraction: number, seed: number): Sides {
  const wanted = Math.round(count * validationFraction)
  const validationCount = Math.min(Math.max(wanted, 1), Math.max(count - 1, 0))
  return marked(count, shuffledPlaces(count, seed).subarray(0, validationCount))
}

/**
 * The same for rows that belong together: whole groups go to one side, in seeded order, until validation has its share.
 *
 * @param firstOf for each row the place of the first row of its group
 * @returns null when all rows are of one group, and there is nothing to divide
 */
export function splitGroups(
  firstOf: Int32Array,
  validationFraction: number,
  seed: number,
): { sides: Sides; groupCount: number } | null {
  const sizes = new Uint32Array(firstOf.length)
  for (const first of firstOf) sizes[first] = (sizes[first] ?? 0) + 1
  const groups = rowsWhere(countedUp(firstOf.length), (row) => firstOf[row] === row)
  if (groups.length < 2) return null
  const wanted = Math.max(1, Math.round(firstOf.length * validationFraction))
  const chosen = new Uint8Array(firstOf.length)
  let count = 0
  let chosenGroups = 0
  for (const place of shuffledPlaces(groups.length, seed)) {
    const group = groups[place] as number // the places of these groups
    const size = sizes[group] as number // counted above
    // A group that would take more than its share waits, unless nothing was chosen yet and this is the last.
    const isTooLarge = count + size > wanted * 1.5 && count > 0
    if (count >= wanted || chosenGroups === groups.length - 1) break
    if (isTooLarge) continue
    chosen[group] = 1
    chosenGroups += 1
    count += size
  }
  const sides: Sides = new Uint8Array(firstOf.length)
  firstOf.forEach((first, row) => (sides[row] = chosen[first] as number)) // one for each row
  return { sides, groupCount: groups.length }
}

/** The same with every stratum having its share on both sides, as far as it has rows for both. @param strata few */
export function splitStrata(
  strata: Int8Array,
  validationFraction: number,
  seed: number,
): { sides: Sides; groupCount: number } {
  const sizes = new Map<number, number>()
  for (const stratum of strata) sizes.set(stratum, (sizes.get(stratum) ?? 0) + 1)
  const sides: Sides = new Uint8Array(strata.length)
  let owed = 0
  let validationCount = 0
  for (const [stratum, size] of sizes) {
    owed += size * validationFraction
    // What rounding left over is carried to the next stratum, so that the total is right.
    const count = Math.min(Math.round(owed), Math.max(size - 1, 0))
    owed -= count
    validationCount += count
    const members = new Uint32Array(size)
    let filled = 0
    strata.forEach((other, row) => other === stratum && (members[filled++] = row))
    mix(members, seed)
    for (const row of members.subarray(0, count)) sides[row] = 1
  }
  return {
    sides: validationCount > 0 ? sides : splitRows(strata.length, validationFraction, seed),
    groupCount: sizes.size,
  }
}

/** So many of the rows, picked with the seed, in the order of the file. */
export function sampleOf(rows: Uint32Array, count: number | null, seed: number): Uint32Array {
  if (count === null || count >= rows.length) return rows
  // Not the split's own order, or the sample would be the same for every share.
  const order = shuffledPlaces(rows.length, seed ^ 0x5a17)
  const kept = marked(rows.length, order.subarray(0, count))
  return rowsWhere(rows, (place) => kept[place] === 1)
}

function marked(count: number, places: Uint32Array): Uint8Array {
  const marks = new Uint8Array(count)
  for (const place of places) marks[place] = 1
  return marks
}
