import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef, type RefObject } from 'react'
import uPlot from 'uplot'
import { formatDuration } from '../../shared/duration.ts'
import { decimated } from './decimate.ts'
import type { AlignedColumns, HorizontalAxis, SeriesChoice } from './series.ts'
import { formatMeasure } from '../format.ts'
import { theme } from '../theme.ts'

/** What the buttons around a chart do with it. */
export interface ChartHandle {
  resetZoom(): void
  /** The chart as a PNG in base64, on the page's own background. */
  toPng(): string
}

interface LineChartProps {
  readonly label: string
  readonly axis: HorizontalAxis
  readonly axisLabel: string
  readonly logarithmic: boolean
  readonly columns: AlignedColumns
  readonly series: readonly SeriesChoice[]
  readonly handleRef: RefObject<ChartHandle | null>
  /** Of the values; null leaves it to the values themselves. */
  readonly range: readonly [low: number, high: number] | null
  /** In the axis's own unit; null when everything is shown. */
  readonly onZoom: (zoom: Zoom | null) => void
}

export interface Zoom {
  readonly min: number
  readonly max: number
}

const height = 240

/** One uPlot instance: made for a set of series, fed with new points, sized by its container. Dragging zooms in. */
export function LineChart(props: LineChartProps) {
  const { label, axis, axisLabel, logarithmic, columns, series, handleRef, range, onZoom } = props
  const container = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  /** All points; the plot holds what its pixels can show of them. */
  const all = useRef(columns)
  const scheme = useComputedColorScheme('light')
  const key = JSON.stringify(series)
  const [low, high] = range ?? [null, null]

  useEffect(() => {
    const element = container.current
    if (!element) return
    const choices = JSON.parse(key) as SeriesChoice[]
    const size = () => ({ width: element.clientWidth, height })
    let waiting = 0
    // Not within uPlot's own hook, and once a frame at most.
    const feedSoon = () => {
      cancelAnimationFrame(waiting)
      waiting = requestAnimationFrame(() => chart.current && feed(chart.current, all.current))
    }
    const plot = new uPlot(
      {
        ...size(),
        scales: { x: { time: false }, y: scaleOf(logarithmic, low, high) },
        axes: axesOf(scheme, axis),
        legend: {
          live: true,
          // As the lines themselves: training is dashed, validation is not.
          markers: { dash: (_chart, row) => (choices[row - 1]?.dashed ? 'dashed' : 'solid') },
        },
        cursor: { drag: { x: true, y: false } },
        hooks: {
          setScale: [
            (changed, scale) => {
              if (scale !== 'x') return
              onZoom(zoomOf(changed))
              feedSoon()
            },
          ],
        },
        series: [
          {
            label: axisLabel,
            value: (_chart, value: number | null) => positionText(axis, value),
          },
          ...choices.map(toPlotSeries),
        ],
      },
      // Filled by the effect below, which runs after this one.
      [[], ...choices.map(() => [])],
      element,
    )
    // A faint line is the same series as the one in front of it.
    const rows = element.querySelectorAll<HTMLElement>('.u-legend .u-series')
    choices.forEach((choice, index) => {
      const row = rows[index + 1]
      if (row && choice.faint) row.style.display = 'none'
    })
    chart.current = plot
    handleRef.current = {
      resetZoom: () => plot.setData(plot.data),
      toPng: () => picture(plot.ctx.canvas, choices, scheme === 'dark'),
    }
    const observer = new ResizeObserver(() => {
      plot.setSize(size())
      feedSoon()
    })
    observer.observe(element)
    return () => {
      cancelAnimationFrame(waiting)
      observer.disconnect()
      plot.destroy()
      chart.current = null
      handleRef.current = null
    }
  }, [key, scheme, axis, axisLabel, logarithmic, low, high, handleRef, onZoom])

  useEffect(() => {
    all.current = columns
    if (chart.current) feed(chart.current, columns)
  }, [columns, key, scheme, axis, axisLabel, logarithmic, low, high])

  return <div ref={container} role="img" aria-label={label} />
}

/** What the plot's pixels can show of the columns, at the zoom that it has. */
function feed(plot: uPlot, columns: AlignedColumns): void {
  // New points of a running training must not take away what was zoomed into.
  const zoom = zoomOf(plot)
  const shown = decimated(columns, { zoom, pixels: plot.bbox.width })
  if (shown === plot.data) return
  plot.setData(shown, zoom === null)
  if (zoom) plot.setScale('x', zoom)
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

function scaleOf(logarithmic: boolean, low: number | null, high: number | null): uPlot.Scale {
  const fixed: uPlot.Scale =
    low !== null && high !== null ? { range: () => uPlot.rangeNum(low, high, 0.1, true) } : {}
  return logarithmic ? { distr: 3 } : fixed
}

function axesOf(scheme: 'light' | 'dark', axis: HorizontalAxis): uPlot.Axis[] {
  const dark = scheme === 'dark'
  const grid = { stroke: dark ? '#2b333b' : '#e6ebef', width: 1 }
  const shared = {
    stroke: dark ? '#a9b6c1' : '#55636f',
    grid,
    ticks: grid,
    font: `12px ${theme.fontFamily}`,
  }
  const values: uPlot.Axis.Values = (_chart, ticks) =>
    ticks.map((tick) => {
      if (axis === 'time') return formatDuration(tick)
      if (axis === 'tokens') return compact.format(tick)
      return axis === 'epoch' || Number.isInteger(tick) ? String(tick) : ''
    })
  return [
    { ...shared, values },
    { ...shared, size: 56 },
  ]
}

function toPlotSeries(choice: SeriesChoice): uPlot.Series {
  return {
    label: choice.label,
    stroke: choice.colour,
    width: choice.faint ? 1 : 2,
    alpha: choice.faint ? 0.3 : 1,
    spanGaps: true,
    points: { show: false },
    ...(choice.dashed ? { dash: [5, 4] } : {}),
    value: (chart: uPlot, value: number | null, series: number, index: number | null) =>
      formatMeasure(value ?? lastValue(chart, series, index)),
  }
}

/** What the series was at the crosshair: its last value before, where it has none there. */
function lastValue(chart: uPlot, series: number, index: number | null): number | null {
  for (let at = index ?? -1; at >= 0; at -= 1) {
    const value = chart.data[series]?.[at]
    if (value !== null && value !== undefined) return value
  }
  return null
}

export function positionText(axis: HorizontalAxis, value: number | null): string {
  if (value === null) return '–'
  if (axis === 'time') return formatDuration(value)
  return axis === 'epoch' ? value.toFixed(2) : String(Math.round(value))
}

/** Null when everything is shown. */
function zoomOf(plot: uPlot): Zoom | null {
  const [positions] = plot.data
  const { min, max } = plot.scales['x'] ?? {}
  const first = positions[0]
  const last = positions.at(-1)
  if (first === undefined || last === undefined || min === undefined || max === undefined)
    return null
  return min > first || max < last ? { min, max } : null
}

/** The plot below a legend: uPlot's own is not part of its canvas. */
function picture(
  source: HTMLCanvasElement,
  choices: readonly SeriesChoice[],
  dark: boolean,
): string {
  const named = choices.filter((choice) => !choice.faint)
  const line = Math.round(18 * devicePixelRatio)
  const canvas = document.createElement('canvas')
  canvas.width = source.width
  canvas.height = source.height + line * (named.length + 1)
  const context = canvas.getContext('2d')
  if (!context) return ''
  context.fillStyle = dark ? '#15191e' : '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.font = `${Math.round(12 * devicePixelRatio)}px ${theme.fontFamily}`
  context.textBaseline = 'middle'
  named.forEach((choice, index) => {
    const y = line * (index + 1)
    context.strokeStyle = choice.colour
    context.lineWidth = 2 * devicePixelRatio
    context.setLineDash(choice.dashed ? [5 * devicePixelRatio, 4 * devicePixelRatio] : [])
    context.beginPath()
    context.moveTo(line, y)
    context.lineTo(line * 3, y)
    context.stroke()
    context.fillStyle = dark ? '#e6ebef' : '#1c2733'
    context.fillText(choice.label, line * 3.5, y)
  })
  context.drawImage(source, 0, canvas.height - source.height)
  return canvas.toDataURL('image/png').replace('data:image/png;base64,', '')
}
