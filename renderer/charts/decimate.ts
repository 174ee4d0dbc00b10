/**
 * Fewer points than a chart has pixels for look the same: of each pixel column the lowest and the highest value of every
 * series stay, in their order. What lies outside the part that is shown is left out but for its neighbours and both ends.
 */
import type { AlignedColumns } from './series.ts'

export interface ShownPart {
  /** In the axis's own unit; null shows everything. */
  readonly zoom: { readonly min: number; readonly max: number } | null
  /** Width of the plot in the screen's own pixels. */
  readonly pixels: number
}

/** Zoom levels are looked at again: of one set of columns the last few are kept. */
const mostKept = 8
const kept = new WeakMap<AlignedColumns, Map<string, AlignedColumns>>()

/** The same columns and part give the same object. */
export function decimated(columns: AlignedColumns, part: ShownPart): AlignedColumns {
  const pixels = Math.max(1, Math.round(part.pixels))
  const key = `${pixels} ${part.zoom?.min ?? ''} ${part.zoom?.max ?? ''}`
  const known = kept.get(columns) ?? new Map<string, AlignedColumns>()
  kept.set(columns, known)
  const found = known.get(key)
  if (found) return found
  const made = decimate(columns, { ...part, pixels })
  if (known.size >= mostKept) known.delete([...known.keys()][0] ?? '')
  known.set(key, made)
  return made
}

export function decimate(columns: AlignedColumns, { zoom, pixels }: ShownPart): AlignedColumns {
  const [at, ...series] = columns
  const count = at.length
  // Two extremes of each series a pixel: with no more than these there is nothing to leave out.
  if (count <= 2 * series.length * pixels) return columns
  const from = zoom ? Math.max(0, firstNotBelow(at, zoom.min) - 1) : 0
  const to = zoom ? Math.min(count - 1, firstNotBelow(at, zoom.max) + 1) : count - 1
  const low = zoom ? zoom.min : (at[0] ?? 0)
  const high = zoom ? zoom.max : (at[count - 1] ?? 0)
  const perPixel = (high - low) / pixels || 1
  const stays = new Uint8Array(count)
  for (const index of [0, from, to, count - 1]) stays[index] = 1
  for (const values of series) keepExtremes(at, values, { from, to, low, perPixel }, stays)
  const rows = new Uint32Array(stays.reduce((sum, one) => sum + one, 0))
  let next = 0
  stays.forEach((one, index) => {
    if (one === 1) {
      rows[next] = index
      next += 1
    }
  })
  const pick = <T>(values: readonly T[]): T[] => {
    const picked = new Array<T>(rows.length)
    rows.forEach((row, index) => (picked[index] = values[row] as T)) // a row of every column
    return picked
  }
  return [pick(at), ...series.map((values) => pick(values))]
}

interface Columns {
  readonly from: number
  readonly to: number
  readonly low: number
  readonly perPixel: number
}

/** Marks the rows of the lowest and highest value in each pixel column. */
function keepExtremes(
  at: readonly number[],
  values: readonly (number | null)[],
  { from, to, low, perPixel }: Columns,
  stays: Uint8Array,
): void {
  let column = Number.NaN
  let lowest = -1
  let highest = -1
  const close = () => {
    if (lowest >= 0) stays[lowest] = 1
    if (highest >= 0) stays[highest] = 1
    lowest = -1
    highest = -1
  }
  for (let index = from; index <= to; index += 1) {
    const value = values[index]
    if (value === null || value === undefined) continue
    const own = Math.floor(((at[index] ?? 0) - low) / perPixel)
    if (own !== column) close()
    column = own
    if (lowest < 0 || value < (values[lowest] ?? Infinity)) lowest = index
    if (highest < 0 || value > (values[highest] ?? -Infinity)) highest = index
  }
  close()
}

/** Index of the first of ascending values that is not below; their number when all are. */
function firstNotBelow(ascending: readonly number[], wanted: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? Infinity) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
