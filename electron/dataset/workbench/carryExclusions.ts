/** Finds the rows that an analyst excluded in the content that a fix or an edit made of theirs. */
import { Overlay } from '../../../shared/workbench/overlay.ts'
import { toRanges } from '../../../shared/workbench/rowSet.ts'
import type { RowEdit } from '../../../shared/workbench/edits.ts'
import type { RowStore } from '../rowStore.ts'
import { readRowsByNumber } from './rowReader.ts'

export interface PreviousContent {
  readonly contentSha256: string
  readonly edits: readonly RowEdit[]
  /** The step from it was made of the edits: numbers tell which row is which. */
  readonly isEdited: boolean
}

/** @returns the exclusion for the new content, or null when there is none */
export async function carryExclusions(
  store: RowStore,
  before: PreviousContent,
  contentSha256: string,
): Promise<RowEdit | null> {
  const { rowCount, columns } = await store.open(before.contentSha256)
  const overlay = new Overlay(rowCount, columns.length, before.edits)
  const excluded = overlay.excluded
    .ranges()
    .flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at))
    .filter((row) => !overlay.deleted.has(row))
  if (excluded.length === 0) return null
  const rows = before.isEdited
    ? excluded.map((row) => overlay.placeOf(row) + 1)
    : await findAgain(store, before.contentSha256, overlay, excluded, contentSha256)
  const sorted = rows.sort((a, b) => a - b)
  return sorted.length > 0 ? { kind: 'exclude', rows: toRanges(sorted), excluded: true } : null
}

/** A fix takes rows out and changes white space, marks and quotes: letters and digits tell which row is which. */
async function findAgain(
  store: RowStore,
  oldSha256: string,
  overlay: Overlay,
  excluded: readonly number[],
  newSha256: string,
): Promise<number[]> {
  const wanted = new Map<string, number>()
  for (const { cells } of await readRowsByNumber(store, oldSha256, overlay, excluded)) {
    const key = keyOf(cells)
    wanted.set(key, (wanted.get(key) ?? 0) + 1)
  }
  const rows: number[] = []
  for await (const batch of store.stream(newSha256)) {
    for (const { row, cells } of batch) {
      const key = keyOf(cells)
      const left = wanted.get(key) ?? 0
      if (left === 0) continue
      wanted.set(key, left - 1)
      rows.push(row)
    }
  }
  return rows
}

function keyOf(cells: readonly string[]): string {
  return cells.map((cell) => cell.replace(/[^\p{L}\p{N}]+/gu, '')).join('\u0000')
}
