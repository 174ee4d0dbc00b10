/** How fast bytes went out in the last seconds. */

export interface Rate {
  note(totalBytes: number, atMs: number): void
  /** Null before there is a stretch to measure. */
  bytesPerSecond(): number | null
}

const windowMs = 10_000

export function createRate(): Rate {
  let points: { totalBytes: number; atMs: number }[] = []
  return {
    note(totalBytes, atMs) {
      points.push({ totalBytes, atMs })
      const fromMs = atMs - windowMs
      // One point before the window stays, so that a slow upload has a stretch as well.
      const first = points.findIndex((point) => point.atMs >= fromMs)
      points = points.slice(Math.max(0, first - 1))
    },
    bytesPerSecond() {
      const [first] = points
      const last = points.at(-1)
      if (!first || !last || last.atMs === first.atMs) return null
      return ((last.totalBytes - first.totalBytes) * 1000) / (last.atMs - first.atMs)
    },
  }
}
