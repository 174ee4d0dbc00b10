/** Means with their uncertainty: percentile bootstrap over rows (B. Efron, 1979), seeded. */
import { seededRandom } from './split.ts'

const resamples = 2000
const bootstrapSeed = 20_240_601

export interface Estimate {
  readonly mean: number
  /** 95 % of resampled means lie between these. */
  readonly low: number
  readonly high: number
}

/** Percentile interval of the mean: rows are drawn anew, with replacement. */
export function bootstrapInterval(values: readonly number[]): [low: number, high: number] {
  if (values.length === 0) return [0, 0]
  const random = seededRandom(bootstrapSeed)
  const means = Array.from({ length: resamples }, () => {
    let sum = 0
    for (let drawn = 0; drawn < values.length; drawn += 1)
      sum += values[Math.floor(random() * values.length)] ?? 0
    return sum / values.length
  }).sort((a, b) => a - b)
  return percentileInterval(means)
}

/** Of values in ascending order. */
export function percentileInterval(sorted: readonly number[]): [low: number, high: number] {
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  return [at(0.025), at(0.975)]
}

export function estimate(values: readonly number[]): Estimate {
  const [low, high] = bootstrapInterval(values)
  return { mean: mean(values), low, high }
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
