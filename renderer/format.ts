/** Numbers, times and sizes as people read them. */
export { formatBytes } from '../shared/bytes.ts'
export { formatCount, formatDate, formatDifference, formatMeasure } from '../shared/formats.ts'

/** 4,741,376 -> 4.7M */
export function formatCompact(value: number, language: string): string {
  return new Intl.NumberFormat(language, {
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(value)
}

export function formatPercent(value: number): string {
  return `${Math.round(value * 100)} %`
}
