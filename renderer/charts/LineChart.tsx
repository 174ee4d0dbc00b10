import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import type { AlignedColumns, SeriesChoice } from './series.ts'

interface LineChartProps {
  readonly label: string
  readonly stepLabel: string
  readonly columns: AlignedColumns
  readonly series: readonly SeriesChoice[]
}

const height = 240

/** One uPlot instance: made for a set of series, fed with new points, sized by its container. */
export function LineChart({ label, stepLabel, columns, series }: LineChartProps) {
  const container = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const scheme = useComputedColorScheme('light')
  const key = JSON.stringify(series)

  useEffect(() => {
    const element = container.current
    if (!element) return
    const ink = scheme === 'dark' ? '#a9b6c1' : '#55636f'
    const grid = { stroke: scheme === 'dark' ? '#2b333b' : '#e6ebef', width: 1 }
    const axis = { stroke: ink, grid, ticks: grid, font: '12px system-ui' }
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        scales: { x: { time: false } },
        axes: [
          {
            ...axis,
            values: (_chart, ticks) =>
              ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : '')),
          },
          { ...axis, size: 56 },
        ],
        legend: { live: true },
        cursor: { drag: { x: true, y: false } },
        series: [
          { label: stepLabel },
          ...(JSON.parse(key) as SeriesChoice[]).map((choice) => ({
            label: choice.label,
            stroke: choice.colour,
            width: 2,
            spanGaps: true,
            points: { show: false },
            ...(choice.dashed ? { dash: [5, 4] } : {}),
            value: (_chart: uPlot, value: number | null) =>
              value === null ? '–' : value.toFixed(3),
          })),
        ],
      },
      // Filled by the effect below, which runs after this one.
      [[], ...(JSON.parse(key) as SeriesChoice[]).map(() => [])],
      element,
    )
    chart.current = plot
    const observer = new ResizeObserver(() => {
      plot.setSize({ width: element.clientWidth, height })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
      chart.current = null
    }
  }, [key, scheme, stepLabel])

  useEffect(() => {
    chart.current?.setData(columns)
  }, [columns, key, scheme, stepLabel])

  return <div ref={container} role="img" aria-label={label} />
}
