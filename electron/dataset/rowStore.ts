/**
 * Reads stored tables by row number. What the grid, searches, splits and exports build on.
 *
 * A dataset's content is one file of delimited text in UTF-8 under its SHA-256 (see content.ts), and beside it an index
 * of where rows begin (see rowIndex.ts). Any page is one seek and at most 64 rows more than were asked for; a whole
 * pass streams. Nothing holds a table in memory, so that size is bounded by the disk only: what needs all rows should
 * stream them and keep numbers, not texts. Content never changes under its SHA-256: an edit writes new content
 * (`DatasetService.saveEdits`), and results may be cached by SHA-256 for ever.
 */
import type { DatasetRow } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import type { ContentStore } from './content.ts'
import { cellText, isBlank, readCsv } from './csv.ts'
import { RecordReader } from './kernel/recordReader.ts'
import {
  decodeRowIndex,
  encodeRowIndex,
  RowIndexBuilder,
  rowsPerMark,
  type RowIndex,
} from './rowIndex.ts'
import { openTable, openText } from './textSource.ts'

/** What the grid shows of a cell. */
const maxCellCharacters = 4000
const maxIndexes = 16

export interface RowRange {
  /** First row, 1-based; 1 when left out. */
  readonly from?: number
  /** Last row, included; all when left out. */
  readonly to?: number
  readonly signal?: AbortSignal
}

export interface RowStore {
  /** Columns, delimiter and number of rows. @throws AppError DatasetNotFound when the content is gone */
  open(sha256: string): Promise<RowIndex>
  /** Keeps an index that was made while the content was scanned. */
  keepIndex(sha256: string, index: RowIndex): Promise<void>
  /** Rows `offset` to `offset + limit`, counted without the header; blank rows are rows. Cells are cut at 4,000 characters. */
  page(sha256: string, offset: number, limit: number): Promise<DatasetRow[]>
  /**
   * Rows in file order, in batches of some hundreds, their cells whole. A ragged row has as many cells as it has.
   *
   * @throws AppError Cancelled when the signal was aborted
   */
  stream(sha256: string, range?: RowRange): AsyncGenerator<DatasetRow[]>
}

export function createRowStore(store: ContentStore): RowStore {
  const indexes = new Map<string, Promise<RowIndex>>()

  function open(sha256: string): Promise<RowIndex> {
    const known = indexes.get(sha256) ?? loadIndex(store, sha256)
    indexes.delete(sha256)
    indexes.set(sha256, known)
    known.catch(() => indexes.delete(sha256))
    const [oldest] = indexes.keys()
    if (indexes.size > maxIndexes && oldest) indexes.delete(oldest)
    return known
  }

  async function* stream(sha256: string, range: RowRange = {}): AsyncGenerator<DatasetRow[]> {
    const index = await open(sha256)
    const { from = 1, signal } = range
    const to = Math.min(range.to ?? index.rowCount, index.rowCount)
    if (from > to) return
    const mark = Math.floor((from - 1) / rowsPerMark)
    const [offset = 0, line = 1] = [index.offsets[mark], index.lines[mark]]
    const columnCount = index.columns.length
    const records = readCsv(store.read(sha256, offset), {
      delimiter: index.delimiter,
      columnCount,
      line,
    })
    let row = mark * rowsPerMark
    for await (const batch of records) {
      if (signal?.aborted) throw new AppError('Cancelled', 'Reading rows was cancelled')
      const rows: DatasetRow[] = []
      for (const record of batch) {
        row += 1
        if (row < from) continue
        if (row > to) break
        const cells = record.cells.map((_, cell) => cellText(record, cell))
        rows.push({ row, line: record.line, cells })
      }
      if (rows.length > 0) yield rows
      if (row >= to) return
    }
  }

  async function page(sha256: string, offset: number, limit: number): Promise<DatasetRow[]> {
    const rows: DatasetRow[] = []
    for await (const batch of stream(sha256, { from: offset + 1, to: offset + limit })) {
      for (const row of batch) rows.push({ ...row, cells: row.cells.map(shorten) })
    }
    return rows
  }

  async function keepIndex(sha256: string, index: RowIndex): Promise<void> {
    indexes.set(sha256, Promise.resolve(index))
    await storeIndex(store, sha256, index)
  }

  return { open, keepIndex, page, stream }
}

/** The stored index; made, and stored if it can be, where there is none. */
async function loadIndex(store: ContentStore, sha256: string): Promise<RowIndex> {
  const stored = await store.readIndex(sha256)
  const index = stored && decodeRowIndex(stored)
  if (index) return index
  const built = await buildIndex(store, sha256)
  await storeIndex(store, sha256, built)
  return built
}

/** A disk that is full or read-only only costs the time to make it again. */
async function storeIndex(store: ContentStore, sha256: string, index: RowIndex): Promise<void> {
  await store.writeIndex(sha256, encodeRowIndex(index)).catch(() => undefined)
}

async function buildIndex(store: ContentStore, sha256: string): Promise<RowIndex> {
  const source = await openText(store.read(sha256))
  const { delimiter, columns, text } = await openTable(source.body)
  const builder = new RowIndexBuilder()
  let hasHeader = false
  const format = { delimiter, columnCount: columns.length, question: -1, answer: -1 }
  const reader = new RecordReader(format, (view) => {
    if (hasHeader) {
      builder.add(view.offset + source.markLength, view.line, view.length === 0)
    } else hasHeader = view.length > 0 && !isBlank(view.record())
  })
  for await (const chunk of text) reader.push(chunk)
  reader.finish()
  return builder.finish(delimiter, columns)
}

function shorten(text: string): string {
  return text.length > maxCellCharacters ? `${text.slice(0, maxCellCharacters)}…` : text
}
