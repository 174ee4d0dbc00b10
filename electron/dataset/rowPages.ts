/** Pages of a dataset's rows. Remembers where every few hundred rows begin, so that a page far down opens at once. */
import type { DatasetRow, ScanReport } from '../../shared/dataset.ts'
import type { ContentStore } from './content.ts'
import { cellText, isBlank, readCsv, type CsvRecord } from './csv.ts'
import { openTable, openText } from './textSource.ts'

/** What the grid shows of a cell. */
const maxCellCharacters = 4000
const rowsBetweenMarks = 512
const maxIndexes = 16

interface Mark {
  readonly row: number
  readonly line: number
  readonly offset: number
}

interface Index {
  readonly delimiter: number
  readonly columnCount: number
  /** Marks hold offsets into UTF-8; content in UTF-16 has only the first one. */
  readonly marks: readonly Mark[]
}

export interface RowPages {
  /** Rows `offset` to `offset + limit`, counted without the header; blank rows are rows. */
  read(sha256: string, scan: ScanReport, offset: number, limit: number): Promise<DatasetRow[]>
}

export function createRowPages(store: ContentStore): RowPages {
  const indexes = new Map<string, Promise<Index | null>>()

  function indexOf(sha256: string): Promise<Index | null> {
    const known = indexes.get(sha256) ?? buildIndex(store, sha256)
    indexes.delete(sha256)
    indexes.set(sha256, known)
    known.catch(() => indexes.delete(sha256))
    const [oldest] = indexes.keys()
    if (indexes.size > maxIndexes && oldest) indexes.delete(oldest)
    return known
  }

  async function read(
    sha256: string,
    scan: ScanReport,
    offset: number,
    limit: number,
  ): Promise<DatasetRow[]> {
    const end = Math.min(offset + limit, scan.rowCount)
    if (offset >= end) return []
    const index = scan.encoding === 'utf-8' ? await indexOf(sha256) : null
    const mark = index?.marks.findLast(({ row }) => row <= offset + 1)
    const records = index && mark ? seek(store, sha256, index, mark) : fromStart(store, sha256)
    const rows: DatasetRow[] = []
    let row = (mark?.row ?? 1) - 1
    for await (const batch of records) {
      for (const record of batch) {
        row += 1
        if (row > offset) rows.push(toRow(record, row))
        if (row === end) return rows
      }
    }
    return rows
  }

  return { read }
}

function seek(
  store: ContentStore,
  sha256: string,
  { delimiter, columnCount }: Index,
  { offset, line }: Mark,
): AsyncIterable<CsvRecord[]> {
  return readCsv(store.read(sha256, offset), { delimiter, columnCount, line })
}

/** Data rows: what comes after the header. */
async function* fromStart(store: ContentStore, sha256: string): AsyncGenerator<CsvRecord[]> {
  const table = await openTable((await openText(store.read(sha256))).body)
  let hasHeader = false
  for await (const batch of table.records) {
    const header = hasHeader ? -1 : batch.findIndex((record) => !isBlank(record))
    if (!hasHeader && header === -1) continue
    hasHeader = true
    yield batch.slice(header + 1)
  }
}

async function buildIndex(store: ContentStore, sha256: string): Promise<Index | null> {
  const source = await openText(store.read(sha256))
  const { delimiter, columns, records } = await openTable(source.body)
  const marks: Mark[] = []
  let offset = source.markLength
  let row = 0
  for await (const batch of records) {
    for (const record of batch) {
      if (row > 0 && (row - 1) % rowsBetweenMarks === 0)
        marks.push({ row, line: record.line, offset })
      if (row > 0 || !isBlank(record)) row += 1
      offset += record.bytes.length
    }
  }
  return { delimiter, columnCount: columns.length, marks }
}

function toRow(record: CsvRecord, row: number): DatasetRow {
  const cells = record.cells.map((_, index) => shorten(cellText(record, index)))
  return { row, line: record.line, cells }
}

function shorten(text: string): string {
  return text.length > maxCellCharacters ? `${text.slice(0, maxCellCharacters)}…` : text
}
