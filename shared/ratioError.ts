/** How far a ratio of sums over examples can be trusted. */

export interface Share {
  readonly amount: number
  readonly size: number
}

/**
 * Standard error of sum(amount) / sum(size), the examples being a sample: the linearised (delta method) estimator, which
 * is what a bootstrap over the examples approaches. 0 for fewer than two.
 */
export function ratioError(shares: readonly Share[]): number {
  const size = shares.reduce((sum, share) => sum + share.size, 0)
  const count = shares.length
  if (count < 2 || size === 0) return 0
  const ratio = shares.reduce((sum, share) => sum + share.amount, 0) / size
  const squares = shares.reduce((sum, share) => sum + (share.amount - ratio * share.size) ** 2, 0)
  return Math.sqrt((squares * count) / (count - 1)) / size
}
