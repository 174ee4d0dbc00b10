/** Reads the rows of a content as the edits leave them, in the order of their numbers. */
import { Overlay } from '../../../shared/workbench/overlay.ts'
import type { RowEdit } from '../../../shared/workbench/edits.ts'
import type { RowStore } from '../rowStore.ts'

export interface EditedRow {
  readonly row: number
  /** Whole. */
  readonly cells: readonly string[]
}

/** What tells a state of rows: its content, and what was done to it. */
export interface EditedContent {
  readonly contentSha256: string
  readonly edits: readonly RowEdit[]
}

const addedPerBatch = 500

export async function openOverlay(
  store: RowStore,
  { contentSha256, edits }: EditedContent,
): Promise<Overlay> {
  const { rowCount, columns } = await store.open(contentSha256)
  return new Overlay(rowCount, columns.length, edits)
}

/** All rows but the deleted ones. @throws AppError Cancelled */
export async function* readEditedRows(
  store: RowStore,
  contentSha256: string,
  overlay: Overlay,
  signal?: AbortSignal,
): AsyncGenerator<EditedRow[]> {
  const hasDeleted = overlay.deleted.size > 0
  for await (const batch of store.stream(contentSha256, signal ? { signal } : {})) {
    const rows: EditedRow[] = []
    for (const { row, cells } of batch) {
      if (hasDeleted && overlay.deleted.has(row)) continue
      rows.push({ row, cells: overlay.isTouched(row) ? overlay.cells(row, cells) : cells })
    }
    yield rows
  }
  for (let from = overlay.storedRowCount + 1; from <= overlay.lastRow; from += addedPerBatch) {
    const rows: EditedRow[] = []
    const to = Math.min(from + addedPerBatch - 1, overlay.lastRow)
    for (let row = from; row <= to; row += 1) {
      if (!overlay.deleted.has(row)) rows.push({ row, cells: overlay.cells(row, []) })
    }
    yield rows
  }
}

/** Rows by their numbers, in the order asked for; a number that is no row gives a row without cells. */
export async function readRowsByNumber(
  store: RowStore,
  contentSha256: string,
  overlay: Overlay,
  rows: readonly number[],
): Promise<EditedRow[]> {
  const stored = new Map<number, readonly string[]>()
  const wanted = rows.filter((row) => row <= overlay.storedRowCount).sort((a, b) => a - b)
  let at = 0
  while (at < wanted.length) {
    const from = wanted[at] ?? 0
    let to = from
    // Rows near each other are read in one go.
    while (at < wanted.length && (wanted[at] ?? 0) <= to + nearRows) {
      to = wanted[at] ?? to
      at += 1
    }
    for await (const batch of store.stream(contentSha256, { from, to })) {
      for (const { row, cells } of batch) stored.set(row, cells)
    }
  }
  return rows.map((row) => ({ row, cells: overlay.cells(row, stored.get(row) ?? []) }))
}

const nearRows = 32
