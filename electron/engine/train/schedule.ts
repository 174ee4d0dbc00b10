/** Learning-rate schedules over a run's progress. */

export type ScheduleKind = 'cosine' | 'linear' | 'constant'

/**
 * Factor on the peak learning rate. Rises linearly over the warm-up, then falls from 1 to 0 along the kind's curve.
 * `position` counts from 0 to `total`, in steps or in any other unit.
 */
export function scheduleFactor(
  kind: ScheduleKind,
  position: number,
  warmup: number,
  total: number,
): number {
  if (position < warmup) return position / warmup
  const progress = Math.min(1, (position - warmup) / Math.max(1e-9, total - warmup))
  if (kind === 'constant') return 1
  return kind === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress))
}
