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
