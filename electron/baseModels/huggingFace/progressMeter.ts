/** How fast bytes arrive, over the last seconds, and how long the rest will take. */

export interface ProgressMeter {
  /** @param receivedBytes in all; fewer than before where a file was begun anew */
  record(receivedBytes: number, atMs: number): void
  bytesPerSecond(): number | null
  secondsLeft(totalBytes: number): number | null
}

const windowMs = 8000
/** Less than this says nothing about a speed. */
const shortestMs = 500

export function createProgressMeter(): ProgressMeter {
  let marks: { atMs: number; receivedBytes: number }[] = []
  const rate = () => {
    const first = marks[0]
    const last = marks.at(-1)
    if (!first || !last || last.atMs - first.atMs < shortestMs) return null
    return ((last.receivedBytes - first.receivedBytes) * 1000) / (last.atMs - first.atMs)
  }
  return {
    record(receivedBytes, atMs) {
      const last = marks.at(-1)
      if (last && receivedBytes < last.receivedBytes) marks = []
      marks.push({ atMs, receivedBytes })
      marks = marks.filter((mark) => atMs - mark.atMs <= windowMs)
    },
    bytesPerSecond: rate,
    secondsLeft(totalBytes) {
      const bytesPerSecond = rate()
      const received = marks.at(-1)?.receivedBytes ?? 0
      return bytesPerSecond ? (totalBytes - received) / bytesPerSecond : null
    },
  }
}
