import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef, type RefObject } from 'react'
import uPlot from 'uplot'
import { formatDuration } from '../format.ts'
import type { AlignedColumns, HorizontalAxis, SeriesChoice } from './series.ts'

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
  readonly onZoom: (zoomed: boolean) => void
}

const height = 240

/** One uPlot instance: made for a set of series, fed with new points, sized by its container. Dragging zooms in. */
export function LineChart(props: LineChartProps) {
  const { label, axis, axisLabel, logarithmic, columns, series, handleRef, onZoom } = props
  const container = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const scheme = useComputedColorScheme('light')
  const key = JSON.stringify(series)

  useEffect(() => {
    const element = container.current
    if (!element) return
    const choices = JSON.parse(key) as SeriesChoice[]
    const size = () => ({ width: element.clientWidth, height })
    const plot = new uPlot(
      {
        ...size(),
        scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : {} },
        axes: axesOf(scheme, axis),
        legend: { live: true },
        cursor: { drag: { x: true, y: false } },
        hooks: { setScale: [(changed, scale) => scale === 'x' && onZoom(isZoomed(changed))] },
        series: [
          { label: axisLabel, value: (_chart, value: number | null) => position(axis, value) },
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
    const observer = new ResizeObserver(() => plot.setSize(size()))
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
      chart.current = null
      handleRef.current = null
    }
  }, [key, scheme, axis, axisLabel, logarithmic, handleRef, onZoom])

  useEffect(() => {
    const plot = chart.current
    if (!plot) return
    const { min, max } = plot.scales['x'] ?? {}
    const kept = isZoomed(plot) && min !== undefined && max !== undefined ? { min, max } : null
    plot.setData(columns, kept === null)
    // New points of a running training must not take away what was zoomed into.
    if (kept) plot.setScale('x', kept)
  }, [columns, key, scheme, axis, axisLabel, logarithmic])

  return <div ref={container} role="img" aria-label={label} />
}

function axesOf(scheme: 'light' | 'dark', axis: HorizontalAxis): uPlot.Axis[] {
  const dark = scheme === 'dark'
  const grid = { stroke: dark ? '#2b333b' : '#e6ebef', width: 1 }
  const shared = { stroke: dark ? '#a9b6c1' : '#55636f', grid, ticks: grid, font: '12px system-ui' }
  const values: uPlot.Axis.Values = (_chart, ticks) =>
    ticks.map((tick) => {
      if (axis === 'time') return formatDuration(tick)
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
    value: (_chart: uPlot, value: number | null) => (value === null ? '–' : value.toFixed(3)),
  }
}

function position(axis: HorizontalAxis, value: number | null): string {
  if (value === null) return '–'
  if (axis === 'time') return formatDuration(value)
  return axis === 'epoch' ? value.toFixed(2) : String(value)
}

function isZoomed(plot: uPlot): boolean {
  const [positions] = plot.data
  const { min, max } = plot.scales['x'] ?? {}
  const first = positions[0]
  const last = positions.at(-1)
  if (first === undefined || last === undefined || min === undefined || max === undefined)
    return false
  return min > first || max < last
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
  context.font = `${Math.round(12 * devicePixelRatio)}px system-ui`
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
