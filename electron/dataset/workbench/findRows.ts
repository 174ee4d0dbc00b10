/** The rows that hold a text. */
import type { Overlay } from '../../../shared/workbench/overlay.ts'
import type { FindRequest } from '../../../shared/workbench/view.ts'
import type { ContentStore } from '../content.ts'
import type { RowStore } from '../rowStore.ts'
import { createContains } from './filterRows.ts'
import { readEditedRows } from './rowReader.ts'
import { byteNeedle, findStretches, toRowRanges } from './searchBytes.ts'

/** @returns numbers of rows, ascending @throws AppError Cancelled */
export async function findRows(
  content: ContentStore,
  store: RowStore,
  contentSha256: string,
  overlay: Overlay,
  { text, column, matchCase }: Omit<FindRequest, 'datasetId'>,
  signal?: AbortSignal,
): Promise<Uint32Array> {
  const contains = createContains(text, column, matchCase)
  const found: number[] = []
  const needle = overlay.hasReplacements ? null : byteNeedle(text, matchCase)
  if (!needle) {
    for await (const batch of readEditedRows(store, contentSha256, overlay, signal)) {
      for (const row of batch) if (contains(row)) found.push(row.row)
    }
    return Uint32Array.from(found)
  }
  const index = await store.open(contentSha256)
  const path = content.pathOf(contentSha256)
  const stretches = await findStretches(path, index, needle, signal)
  for (const range of toRowRanges(stretches, index.rowCount)) {
    for await (const batch of store.stream(contentSha256, range)) {
      for (const { row, cells } of batch) {
        // What was written over is looked at below.
        if (!overlay.isTouched(row) && !overlay.deleted.has(row) && contains({ row, cells }))
          found.push(row)
      }
    }
  }
  for (const row of overlay.touchedRows()) {
    if (overlay.deleted.has(row)) continue
    const stored: string[] = []
    if (!overlay.isAdded(row)) {
      for await (const [first] of store.stream(contentSha256, { from: row, to: row }))
        stored.push(...(first?.cells ?? []))
    }
    if (contains({ row, cells: overlay.cells(row, stored) })) found.push(row)
  }
  return Uint32Array.from(found).sort()
}
