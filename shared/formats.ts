/** Numbers and times as people read them. */

export function formatCount(value: number, language: string): string {
  return new Intl.NumberFormat(language).format(value)
}

/**
 * A loss, a score or their like, of about one: three decimals, and more where they would hide all but one digit. A model
 * that has learned its data by heart has a loss of 0.00042, not of 0. A dash where there is none.
 */
export function formatMeasure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  const size = Math.abs(value)
  if (size === 0 || size >= 0.1) return value.toFixed(3)
  const forTwoDigits = 1 - Math.floor(Math.log10(size))
  return value.toFixed(Math.min(Math.max(forTwoDigits, 3), 6))
}

/** The same with its sign. */
export function formatDifference(value: number): string {
  return `${value < 0 ? '−' : '+'}${formatMeasure(Math.abs(value))}`
}

export function formatDate(ms: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(ms)
}

/** @param month 2026-08 */
export function formatMonth(month: string, language: string): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  }).format(Date.parse(`${month}-01T00:00:00Z`))
}
