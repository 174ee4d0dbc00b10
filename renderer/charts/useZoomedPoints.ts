import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { MetricPoint } from '../../shared/metrics.ts'
import type { Candidate } from '../../shared/model.ts'
import { zoomedMetricsQuery } from '../queries.ts'
import type { Zoom } from './LineChart.tsx'

/** From so many points on a series may have been thinned. */
const maybeThinned = 9_000

/**
 * The points, and more of those that are zoomed into where the overview had to leave some out. `zoom` is in steps; null
 * shows the overview.
 */
export function useZoomedPoints(
  candidates: readonly Candidate[],
  points: readonly MetricPoint[],
  zoom: Zoom | null,
): readonly MetricPoint[] {
  const isThinned = useMemo(() => countLargest(points) >= maybeThinned, [points])
  const range = zoom &&
    isThinned && { from: Math.max(0, Math.floor(zoom.min)), to: Math.max(0, Math.ceil(zoom.max)) }
  const added = useQueries({
    queries: range
      ? candidates.map((candidate) => ({
          ...zoomedMetricsQuery(candidate.id, range),
          placeholderData: keepPreviousData,
        }))
      : [],
    combine: joinResults,
  })
  const from = range ? range.from : null
  const to = range ? range.to : null
  return useMemo(() => {
    if (from === null || to === null || added === null) return points
    return [...points.filter(({ step }) => step < from || step > to), ...added]
  }, [points, added, from, to])
}

/** Null until all are there. */
function joinResults(
  results: readonly { data?: MetricPoint[] | undefined }[],
): MetricPoint[] | null {
  const all = results.flatMap(({ data }) => (data ? [data] : []))
  return all.length === results.length ? all.flat() : null
}

function countLargest(points: readonly MetricPoint[]): number {
  const counts = new Map<string, number>()
  for (const { candidateId, metric } of points) {
    const key = `${candidateId} ${metric}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return Math.max(0, ...counts.values())
}
