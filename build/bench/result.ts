/** What a benchmark reports: one figure, and the peer's from the same run. */
export interface BenchResult {
  readonly suite: string
  readonly case: string
  readonly metric: string
  readonly value: number
  readonly unit: string
  /** Null where there is nothing to compare with. */
  readonly peer: string | null
  /** Null when the peer isn't installed. */
  readonly peerValue: number | null
  /** Above 1 where we are better. */
  readonly ratio: number | null
  readonly n: number
}

export interface BenchOptions {
  readonly quick: boolean
  /** For people; JSON goes to the standard output alone. */
  readonly say: (line: string) => void
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
