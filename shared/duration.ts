/** Stretches of time, as people read them. */

/** 75 -> 1:15, 3675 -> 1:01:15 */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const rest = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** A stretch of time as people say it: "40–60 sec", "6–8 min", "2–2.5 hr". */
export interface SecondsRange {
  readonly low: number
  readonly high: number
}

export function formatSecondsRange({ low, high }: SecondsRange, language: string): string {
  const [unit, size, step] =
    high < 100
      ? (['second', 1, 5] as const)
      : high < 100 * 60
        ? (['minute', 60, 1] as const)
        : (['hour', 3600, 0.5] as const)
  const from = Math.max(step, Math.floor(low / size / step) * step)
  const to = Math.max(from, Math.ceil(high / size / step) * step)
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' })
  return from === to ? format.format(to) : format.formatRange(from, to)
}
