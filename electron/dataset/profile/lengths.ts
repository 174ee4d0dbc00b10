/** Counts how long texts are, exactly up to a bound, and shows the counts as a histogram that can be read. */
import type { Histogram } from '../../../shared/workbench/profile.ts'

/** Longer ones are counted as this long. */
const longest = 65_536
const mostBins = 24

export class LengthCounter {
  readonly #counts = new Uint32Array(longest + 1)
  #rows = 0
  #max = 0
  #total = 0

  add(length: number): void {
    const kept = Math.min(length, longest)
    this.#counts[kept] = (this.#counts[kept] ?? 0) + 1
    this.#rows += 1
    this.#total += length
    if (length > this.#max) this.#max = length
  }

  histogram(): Histogram {
    const p99 = this.#quantile(0.99)
    const size = binSize(p99)
    const bins: { from: number; to: number; count: number }[] = []
    const last = Math.min(this.#max, longest)
    for (let from = 0; from <= last && this.#rows > 0; from += size) {
      // The few that are far longer share the last bin.
      const isLast = bins.length === mostBins - 1
      const to = isLast ? last + 1 : from + size
      let count = 0
      for (let length = from; length < to && length <= longest; length += 1)
        count += this.#counts[length] ?? 0
      bins.push({ from, to: isLast ? this.#max + 1 : to, count })
      if (isLast) break
    }
    return {
      bins,
      median: this.#quantile(0.5),
      p95: this.#quantile(0.95),
      max: this.#max,
      total: this.#total,
    }
  }

  #quantile(share: number): number {
    let left = share * this.#rows
    for (let length = 0; length <= longest; length += 1) {
      left -= this.#counts[length] ?? 0
      if (left <= 0) return length
    }
    return longest
  }
}

/** 1, 2 or 5 times a power of ten. */
function binSize(p99: number): number {
  const least = Math.max(1, (p99 + 1) / (mostBins - 2))
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map((step) => step * power).find((size) => size >= least) ?? least
}
