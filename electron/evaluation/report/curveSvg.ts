/** A small line chart as inline SVG, for reports that are read without the app. */
import type { MetricPoint } from '../../../shared/metrics.ts'
import { escapeHtml } from './escapeHtml.ts'

export interface CurveSeries {
  readonly name: string
  readonly colour: string
  readonly points: readonly MetricPoint[]
}

const width = 420
const height = 240
const margin = { left: 48, right: 12, top: 12, bottom: 28 }

export function curveSvg(title: string, series: readonly CurveSeries[]): string {
  const all = series.flatMap((one) => one.points)
  if (all.length === 0) return ''
  // Not by spreading: a long training has more points than a call has room for arguments.
  const lastStep = all.reduce((highest, point) => Math.max(highest, point.step), 1)
  const low = all.reduce((lowest, point) => Math.min(lowest, point.value), Infinity)
  const high = all.reduce((highest, point) => Math.max(highest, point.value), -Infinity)
  const span = high - low || 1
  const x = (step: number) => margin.left + (step / lastStep) * (width - margin.left - margin.right)
  const y = (value: number) =>
    margin.top + (1 - (value - low) / span) * (height - margin.top - margin.bottom)
  const ticks = [low, low + span / 2, high]
  const lines = series.map(({ colour, points }) => {
    const path = [...points]
      .sort((a, b) => a.step - b.step)
      .map((point) => `${x(point.step).toFixed(1)},${y(point.value).toFixed(1)}`)
      .join(' ')
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>`
  })
  const legend = series.map(
    ({ name, colour }, index) =>
      `<rect x="${margin.left + 12 + index * 130}" y="${margin.top}" width="12" height="3" fill="${colour}"/><text x="${margin.left + 30 + index * 130}" y="${margin.top + 6}">${escapeHtml(name)}</text>`,
  )
  const axis = ticks.map(
    (tick) =>
      `<line class="axis" x1="${margin.left}" x2="${width - margin.right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text x="${margin.left - 6}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${tick.toPrecision(3)}</text>`,
  )
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${axis.join('')}<text x="${width - margin.right}" y="${height - 6}" text-anchor="end">${lastStep}</text><text x="${margin.left}" y="${height - 6}">0</text>${lines.join('')}${legend.join('')}</svg></figure>`
}
