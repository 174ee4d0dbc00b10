/** How much a curve jumps about by itself, and its level without that. */

export interface CurvePoint {
  readonly step: number
  readonly value: number
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

/**
 * Standard deviation of independent noise on a smooth curve, from second differences: a straight line has none, and
 * those of noise have six times its variance.
 */
export function noiseOfEvaluations(points: readonly CurvePoint[]): number {
  const values = points.map((point) => point.value)
  const differences = values
    .slice(2)
    .map((value, index) => value - 2 * (values[index + 1] ?? 0) + (values[index] ?? 0))
  if (differences.length === 0) return 0
  const squares = differences.reduce((sum, difference) => sum + difference ** 2, 0)
  return Math.sqrt(squares / differences.length / 6)
}

/** The median of the points of some steps; NaN when there are none. */
export function levelBetween(points: readonly CurvePoint[], first: number, last: number): number {
  return median(
    points.filter(({ step }) => step >= first && step <= last).map(({ value }) => value),
  )
}
