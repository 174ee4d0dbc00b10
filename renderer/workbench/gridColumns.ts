/**
 * Which columns of a wide table are drawn. Few columns share the width among them and are all drawn; beyond that each
 * has the same width, so that what can be seen follows from how far the table is scrolled.
 */

/** Beyond this only the columns in view are drawn: files with thousands of columns exist. */
const mostFlexibleColumns = 40
/** Pixels of a column of a wide table. */
export const columnWidth = 176
/** Pixels of the row numbers, which stay at the left of a wide table. */
export const numberWidth = 72

export function isWide(columnCount: number): boolean {
  return columnCount > mostFlexibleColumns
}

/** Pixels from the left of the table. */
export function columnLeft(column: number): number {
  return numberWidth + column * columnWidth
}

/** The first column that can be seen, in part or whole, at a scroll position in pixels. */
export function firstColumnAt(scrollLeft: number): number {
  return Math.max(0, Math.floor(scrollLeft / columnWidth))
}

/**
 * In their order. The active column is always among them: its cell may hold an editor, and what reads the screen aloud
 * looks for it.
 *
 * @param first the first column that can be seen
 * @param width pixels of the table that show columns and row numbers
 */
export function drawnColumns(
  columnCount: number,
  first: number,
  width: number,
  active: number,
): readonly number[] {
  if (!isWide(columnCount)) return Array.from({ length: columnCount }, (_, column) => column)
  const seen = Math.ceil(Math.max(0, width - numberWidth) / columnWidth) + 1
  const to = Math.min(columnCount, first + seen)
  const from = Math.max(0, Math.min(first, to - seen))
  const drawn = Array.from({ length: to - from }, (_, at) => from + at)
  if (active >= from && active < to) return drawn
  if (active < 0 || active >= columnCount) return drawn
  return active < from ? [active, ...drawn] : [...drawn, active]
}

/**
 * The scroll position that shows a cell beside the row numbers, moved as little as possible. All in pixels, the cell's
 * left from the left of the table.
 */
export function leftShowing(
  cell: { readonly left: number; readonly width: number },
  scrollLeft: number,
  width: number,
): number {
  const furthest = cell.left - numberWidth
  if (furthest < scrollLeft) return Math.max(0, furthest)
  const nearest = cell.left + cell.width - width
  // A cell wider than the table shows its beginning.
  return nearest > scrollLeft ? Math.min(nearest, furthest) : scrollLeft
}
