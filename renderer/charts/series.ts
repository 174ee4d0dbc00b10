/** Metric points -> the aligned columns that a chart draws. */
import type { MetricName, MetricPoint } from '../../shared/metrics.ts'
import type { Candidate } from '../../shared/model.ts'

export interface SeriesChoice {
  readonly label: string
  readonly candidateId: string
  readonly metric: MetricName
  readonly colour: string
  readonly dashed: boolean
  /** Weight of what came before in the moving average; 0 draws the points themselves. */
  readonly smoothing: number
  /** Behind its smoothed line, and not in the legend. */
  readonly faint: boolean
}

/** The first column holds every x that any series has, ascending; the others a value per x, or null. */
export type AlignedColumns = [number[], ...(number | null)[][]]

export const horizontalAxes = ['step', 'epoch', 'tokens', 'time'] as const
export type HorizontalAxis = (typeof horizontalAxes)[number]

export function alignSeries(
  points: readonly MetricPoint[],
  choices: readonly SeriesChoice[],
  positionOf: (point: MetricPoint) => number | null = (point) => point.step,
): AlignedColumns {
  const bySeries = Map.groupBy(points, ({ candidateId, metric }) => `${candidateId} ${metric}`)
  const columns = choices.map((choice) => {
    const own = (bySeries.get(`${choice.candidateId} ${choice.metric}`) ?? []).toSorted(
      (a, b) => a.step - b.step,
    )
    const values = smooth(
      own.map(({ value }) => value),
      choice.smoothing,
    )
    const column = new Map<number, number>()
    own.forEach((point, index) => {
      const x = positionOf(point)
      if (x !== null) column.set(x, values[index] ?? point.value)
    })
    return column
  })
  const positions = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort(
    (a, b) => a - b,
  )
  return [positions, ...columns.map((column) => positions.map((x) => column.get(x) ?? null))]
}

/**
 * Exponential moving average, without the pull of a start at zero: each value is divided by the weight seen so far, as in
 * Adam's moments and TensorBoard's smoothing.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  let sum = 0
  let seen = 0
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value
    seen = weight * seen + (1 - weight)
    return sum / seen
  })
}

/** Where a point stands; null where that is not known. Time is seconds since the candidate's first point. */
export function positions(
  axis: HorizontalAxis,
  candidates: readonly Candidate[],
  points: readonly MetricPoint[],
): (point: MetricPoint) => number | null {
  if (axis === 'step') return ({ step }) => step
  if (axis === 'epoch') {
    const epochsPerStep = new Map(
      candidates.map(({ id, hyperparameters, progress }) => [
        id,
        Number(hyperparameters['epoch']) / (progress?.totalSteps || Number.NaN),
      ]),
    )
    return ({ candidateId, step }) => {
      const epoch = step * (epochsPerStep.get(candidateId) ?? Number.NaN)
      return Number.isFinite(epoch) ? epoch : null
    }
  }
  if (axis === 'tokens') return tokenPositions(points)
  const starts = new Map<string, number>()
  for (const { candidateId, loggedAtMs } of points)
    starts.set(candidateId, Math.min(loggedAtMs, starts.get(candidateId) ?? Infinity))
  return ({ candidateId, loggedAtMs }) => (loggedAtMs - (starts.get(candidateId) ?? 0)) / 1000
}

/** Answer tokens learned from so far: of a point between two training steps, those of the step before. */
function tokenPositions(points: readonly MetricPoint[]): (point: MetricPoint) => number | null {
  const byCandidate = Map.groupBy(
    points.filter(({ metric }) => metric === 'train_tokens'),
    ({ candidateId }) => candidateId,
  )
  const sums = new Map<string, { readonly steps: number[]; readonly totals: number[] }>()
  for (const [candidateId, own] of byCandidate) {
    const sorted = own.toSorted((a, b) => a.step - b.step)
    const steps: number[] = []
    const totals: number[] = []
    let total = 0
    let before = 0
    for (const { step, value } of sorted) {
      // Of a thinned series each point stands for the steps since the last.
      total += value * Math.max(1, step - before)
      before = step
      steps.push(step)
      totals.push(total)
    }
    sums.set(candidateId, { steps, totals })
  }
  return ({ candidateId, step }) => {
    const known = sums.get(candidateId)
    if (!known) return null
    const index = lastUntil(known.steps, step)
    return index < 0 ? 0 : (known.totals[index] ?? 0)
  }
}

/** Index of the last of ascending values that is not above; -1 when all are. */
function lastUntil(ascending: readonly number[], wanted: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? Infinity) <= wanted) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Names without what stands in brackets at their end, where they can still be told apart. */
export function shortNames(names: readonly string[]): string[] {
  const short = names.map((name) => name.replace(/\s*[(（][^)）]*[)）]$/u, ''))
  return names.map((name, index) => {
    const candidate = short[index] ?? name
    const isUnique = short.filter((other) => other === candidate).length === 1
    return isUnique && candidate !== '' ? candidate : name
  })
}

/** The lowest and highest value of all series; null without any. */
export function rangeOf(
  points: readonly MetricPoint[],
  choices: readonly SeriesChoice[],
): [low: number, high: number] | null {
  const wanted = new Set(choices.map(({ candidateId, metric }) => `${candidateId} ${metric}`))
  let low = Infinity
  let high = -Infinity
  for (const { candidateId, metric, value } of points) {
    if (!wanted.has(`${candidateId} ${metric}`)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low > high ? null : [low, high]
}

/** What the chart shows, as a table for other programs; lines end as RFC 4180 says. */
export function columnsToCsv(
  axisLabel: string,
  columns: AlignedColumns,
  choices: readonly SeriesChoice[],
): string {
  const [at, ...values] = columns
  const shown = choices.flatMap((choice, index) =>
    choice.faint ? [] : [{ label: choice.label, column: values[index] ?? [] }],
  )
  const quoted = (text: string) =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  const lines = [
    [axisLabel, ...shown.map(({ label }) => label)].map(quoted),
    ...at.map((x, row) => [x, ...shown.map(({ column }) => column[row] ?? '')].map(String)),
  ]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}
