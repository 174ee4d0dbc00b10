/** Metric points -> the aligned columns that a chart draws. */
import type { MetricName, MetricPoint } from '../../shared/metrics.ts'

export interface SeriesChoice {
  readonly label: string
  readonly candidateId: string
  readonly metric: MetricName
  readonly colour: string
  readonly dashed: boolean
}

/** The first column holds every step that any series has, ascending; the others a value per step, or null. */
export type AlignedColumns = [number[], ...(number | null)[][]]

export function alignSeries(
  points: readonly MetricPoint[],
  choices: readonly SeriesChoice[],
): AlignedColumns {
  const columns = choices.map(
    (choice) =>
      new Map(
        points
          .filter(
            (point) => point.candidateId === choice.candidateId && point.metric === choice.metric,
          )
          .map((point) => [point.step, point.value]),
      ),
  )
  const steps = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b)
  return [steps, ...columns.map((column) => steps.map((step) => column.get(step) ?? null))]
}
