/** What a chart shows as SVG: a picture that stays sharp at every size, and text that stays text. */
import type { AlignedColumns, SeriesChoice } from './series.ts'

export interface ChartPicture {
  readonly title: string
  readonly axisLabel: string
  readonly logarithmic: boolean
  readonly columns: AlignedColumns
  readonly series: readonly SeriesChoice[]
  readonly formatX: (value: number) => string
}

const width = 960
const height = 480
const margin = { left: 64, right: 20, top: 44, bottom: 48 }
const lineHeight = 20

export function chartSvg(picture: ChartPicture): string {
  const { columns, series, title, axisLabel } = picture
  const [at, ...values] = columns
  const named = series.filter(({ faint }) => !faint)
  const bottom = height - margin.bottom
  const legendHeight = named.length * lineHeight
  const range = rangeOf(values.flat())
  const first = at[0] ?? 0
  const last = at.at(-1) ?? 1
  const x = (value: number) =>
    margin.left + ((value - first) / (last - first || 1)) * (width - margin.left - margin.right)
  const scale = picture.logarithmic ? Math.log : (value: number) => value
  const [low, high] = [scale(range.low), scale(range.high)]
  const y = (value: number) =>
    bottom - ((scale(value) - low) / (high - low || 1)) * (bottom - margin.top)
  const lines = series.map((choice, index) => polyline(at, values[index] ?? [], x, y, choice))
  const ticks = [0, 0.25, 0.5, 0.75, 1]
  const horizontal = ticks.map((share) => {
    const shown = low + share * (high - low)
    const value = picture.logarithmic ? Math.exp(shown) : shown
    const place = y(value).toFixed(1)
    return `<line x1="${margin.left}" x2="${width - margin.right}" y1="${place}" y2="${place}" stroke="#dde3e8"/><text x="${margin.left - 8}" y="${place}" dy="4" text-anchor="end">${value.toPrecision(3)}</text>`
  })
  const vertical = ticks.map((share) => {
    const value = first + share * (last - first)
    return `<text x="${x(value).toFixed(1)}" y="${bottom + 20}" text-anchor="middle">${escapeXml(picture.formatX(value))}</text>`
  })
  const legend = named.map(({ label, colour, dashed }, index) => {
    const place = height + index * lineHeight + 4
    return `<line x1="${margin.left}" x2="${margin.left + 28}" y1="${place}" y2="${place}" stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ''}/><text x="${margin.left + 36}" y="${place}" dy="4">${escapeXml(label)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height + legendHeight + 12}" font-family="system-ui, sans-serif" font-size="13" fill="#1c2733"><rect width="100%" height="100%" fill="#ffffff"/><text x="${margin.left}" y="26" font-size="16" font-weight="600">${escapeXml(title)}</text>${horizontal.join('')}${vertical.join('')}<text x="${(margin.left + width - margin.right) / 2}" y="${height - 8}" text-anchor="middle">${escapeXml(axisLabel)}</text>${lines.join('')}${legend.join('')}</svg>`
}

function polyline(
  at: readonly number[],
  values: readonly (number | null)[],
  x: (value: number) => number,
  y: (value: number) => number,
  { colour, dashed, faint }: SeriesChoice,
): string {
  const points = at.flatMap((position, index) => {
    const value = values[index] ?? null
    return value === null ? [] : [`${x(position).toFixed(1)},${y(value).toFixed(1)}`]
  })
  return `<polyline fill="none" stroke="${colour}" stroke-width="${faint ? 1 : 2}"${faint ? ' opacity="0.3"' : ''}${dashed ? ' stroke-dasharray="5 4"' : ''} points="${points.join(' ')}"/>`
}

/** Not by spreading: a long training has more points than a call has room for arguments. */
function rangeOf(values: readonly (number | null)[]): { low: number; high: number } {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (value === null) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low > high ? { low: 0, high: 1 } : { low, high }
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
