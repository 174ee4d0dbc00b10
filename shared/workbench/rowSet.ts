/** A set of row numbers as sorted stretches: a million rows that were deleted in one go are one stretch. */
import type { RowRanges } from './edits.ts'

export class RowSet {
  #starts: number[] = []
  #ends: number[] = []
  /** Members before each stretch; made when it is asked for. */
  #before: number[] | null = null

  get size(): number {
    return this.#starts.reduce((sum, start, at) => sum + (this.#ends[at] ?? 0) - start + 1, 0)
  }

  has(row: number): boolean {
    const at = this.#stretchFrom(row)
    return at >= 0 && (this.#ends[at] ?? 0) >= row
  }

  add(ranges: RowRanges): void {
    const all = [
      ...this.ranges(),
      ...ranges.map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]),
    ]
    all.sort(([a], [b]) => a - b)
    const merged: [number, number][] = []
    for (const [start, end] of all) {
      const last = merged.at(-1)
      if (last && start <= last[1] + 1) last[1] = Math.max(last[1], end)
      else merged.push([start, end])
    }
    this.#keep(merged)
  }

  remove(ranges: RowRanges): void {
    const removed = new RowSet()
    removed.add(ranges)
    const left: [number, number][] = []
    for (const [start, end] of this.ranges()) {
      let from = start
      for (const [cutStart, cutEnd] of removed.ranges()) {
        if (cutEnd < from || cutStart > end) continue
        if (cutStart > from) left.push([from, cutStart - 1])
        from = cutEnd + 1
      }
      if (from <= end) left.push([from, end])
    }
    this.#keep(left)
  }

  ranges(): [number, number][] {
    return this.#starts.map((start, at) => [start, this.#ends[at] ?? start])
  }

  /** How many members are at most `row`. */
  countUpTo(row: number): number {
    const at = this.#stretchFrom(row)
    if (at < 0) return 0
    const inside = Math.min(row, this.#ends[at] ?? 0) - (this.#starts[at] ?? 0) + 1
    return (this.#countsBefore()[at] ?? 0) + inside
  }

  /** The number, from 1, that is the `position`th (from 0) of those that are not members. */
  nthOutside(position: number): number {
    const before = this.#countsBefore()
    // The last stretch whose start has at most `position` others before it.
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      const outsideBefore = (this.#starts[middle] ?? 0) - 1 - (before[middle] ?? 0)
      if (outsideBefore <= position) low = middle + 1
      else high = middle
    }
    const skipped =
      low === 0
        ? 0
        : (before[low - 1] ?? 0) + (this.#ends[low - 1] ?? 0) - (this.#starts[low - 1] ?? 0) + 1
    return position + 1 + skipped
  }

  #countsBefore(): number[] {
    if (this.#before) return this.#before
    let sum = 0
    this.#before = this.#starts.map((start, at) => {
      const before = sum
      sum += (this.#ends[at] ?? 0) - start + 1
      return before
    })
    return this.#before
  }

  /** The last stretch that begins at or before `row`; -1 when there is none. */
  #stretchFrom(row: number): number {
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#starts[middle] ?? 0) <= row) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #keep(ranges: readonly (readonly [number, number])[]): void {
    this.#starts = ranges.map(([start]) => start)
    this.#ends = ranges.map(([, end]) => end)
    this.#before = null
  }
}

/** Sorted numbers as stretches. */
export function toRanges(rows: Iterable<number>): [number, number][] {
  const ranges: [number, number][] = []
  for (const row of rows) {
    const last = ranges.at(-1)
    if (last && row === last[1] + 1) last[1] = row
    else ranges.push([row, row])
  }
  return ranges
}
