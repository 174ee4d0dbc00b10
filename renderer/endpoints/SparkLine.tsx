import { seriesColours } from '../theme.ts'

interface Point {
  readonly atMs: number
  readonly value: number
}

const width = 240
const height = 56
const margin = 4

/** A small chart without axes: whether it goes up or down. */
export function SparkLine({
  label,
  lines,
}: {
  label: string
  lines: readonly (readonly Point[])[]
}) {
  const all = lines.flat()
  const first = Math.min(...all.map(({ atMs }) => atMs))
  const last = Math.max(...all.map(({ atMs }) => atMs))
  const most = Math.max(...all.map(({ value }) => value), 1e-9)
  const place = ({ atMs, value }: Point) => {
    const along = last > first ? (atMs - first) / (last - first) : 0.5
    const x = margin + along * (width - 2 * margin)
    return { x, y: height - margin - (value / most) * (height - 2 * margin) }
  }
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} width="100%">
      {lines.map((points, index) => {
        const colour = seriesColours[index % seriesColours.length]
        const places = points.map(place)
        return (
          <g key={index} stroke={colour} fill={colour}>
            <polyline
              fill="none"
              strokeWidth={1.5}
              points={places.map(({ x, y }) => `${x},${y}`).join(' ')}
            />
            {places.map(({ x, y }) => (
              <circle key={x} cx={x} cy={y} r={1.8} stroke="none" />
            ))}
          </g>
        )
      })}
    </svg>
  )
}
