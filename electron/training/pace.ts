/** How fast a job goes now, from the progress seen lately: an estimate that a pause or a slow start does not spoil. */

export interface Pace {
  /**
   * @returns seconds left; null until enough steps were seen to tell
   */
  secondsLeft(step: number, totalSteps: number, atMs: number): number | null
  /** The job stands still, so what was seen says nothing about what comes. */
  reset(): void
}

const windowMs = 60_000
const fewestSteps = 3
const shortestMs = 2_000

export function createPace(): Pace {
  let seen: { step: number; atMs: number }[] = []
  return {
    secondsLeft(step, totalSteps, atMs) {
      const last = seen.at(-1)
      // Only new steps count: between two of them the estimate would grow and shrink for no reason.
      if (!last || step > last.step) seen.push({ step, atMs })
      seen = seen.filter((one, index) => one.atMs >= atMs - windowMs || index >= seen.length - 2)
      const first = seen[0]
      const newest = seen.at(-1)
      if (!first || !newest || totalSteps <= 0) return null
      const steps = newest.step - first.step
      const elapsedMs = newest.atMs - first.atMs
      if (steps < fewestSteps || elapsedMs < shortestMs) return null
      return Math.max(0, Math.round(((totalSteps - step) * elapsedMs) / steps / 1000))
    },
    reset() {
      seen = []
    },
  }
}
