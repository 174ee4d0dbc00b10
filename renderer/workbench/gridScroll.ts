/**
 * From a scroll bar to rows and back. A browser's element can't be higher than some tens of millions of pixels, so that
 * many rows share a pixel of the bar; the wheel still moves by rows.
 */
export const rowHeight = 34
/** Well below what browsers take. */
const mostPixels = 8_000_000

export interface GridSize {
  readonly rowCount: number
  /** Pixels that show rows. */
  readonly height: number
}

/** Rows that fit whole, at least one. */
export function fullRows({ height }: GridSize): number {
  return Math.max(1, Math.floor(height / rowHeight))
}

/** Of the element that is scrolled, without the header. */
export function contentHeight({ rowCount, height }: GridSize): number {
  return Math.max(height, Math.min(rowCount * rowHeight, mostPixels))
}

/** The first row that may be at the top, in rows and parts of them. */
export function lastTop({ rowCount, height }: GridSize): number {
  return Math.max(0, rowCount - height / rowHeight)
}

export function isScaled({ rowCount }: GridSize): boolean {
  return rowCount * rowHeight > mostPixels
}

export function topOf(scrollTop: number, size: GridSize): number {
  const range = contentHeight(size) - size.height
  if (range <= 0) return 0
  return Math.min(Math.max(scrollTop / range, 0), 1) * lastTop(size)
}

export function scrollTopOf(top: number, size: GridSize): number {
  const last = lastTop(size)
  return last === 0
    ? 0
    : (Math.min(Math.max(top, 0), last) / last) * (contentHeight(size) - size.height)
}

/** The top that shows a row, moved as little as possible. */
export function topShowing(row: number, top: number, size: GridSize): number {
  const shown = size.height / rowHeight
  if (row < top) return Math.min(row, lastTop(size))
  if (row + 1 > top + shown) return Math.min(row + 1 - shown, lastTop(size))
  return top
}

/** Rows to draw: those that can be seen, in part or whole. */
export function drawnRows(top: number, size: GridSize): { from: number; to: number } {
  const from = Math.floor(top)
  return { from, to: Math.min(size.rowCount, Math.ceil(top + size.height / rowHeight)) }
}
