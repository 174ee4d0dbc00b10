/** Writes rows as a file that other programs read, a stretch at a time, so that size is bounded by the disk only. */
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { ColumnRoles } from '../../../shared/dataset.ts'
import { fillInput } from '../../../shared/inputTemplate.ts'
import type { DataFormat, ExportedDataset } from '../../../shared/workbench/exportFormat.ts'
import { roleIndices } from '../rowCheck.ts'
import { encodeTexts } from '../csv.ts'
import type { EditedRow } from './rowReader.ts'

export interface RowsToExport {
  readonly columns: readonly string[]
  readonly batches: AsyncIterable<readonly EditedRow[]>
}

export interface ExportRun {
  readonly chunks: AsyncGenerator<Uint8Array>
  /** Complete once the chunks were read. */
  readonly counts: ExportedDataset
}

export interface ExportOptions {
  readonly format: DataFormat
  readonly roles: ColumnRoles
  /** The system's turn of a conversation; '' for none. */
  readonly systemPrompt?: string
}

const comma = 0x2c
/** A group is held in memory while it is written. */
const rowsPerGroup = 20_000
const bytesPerGroup = 32_000_000

/** @throws AppError ColumnNotFound */
export function exportRows(rows: RowsToExport, options: ExportOptions): ExportRun {
  const counts = { rowCount: 0, leftOut: 0 }
  const { format } = options
  if (format === 'parquet') return { chunks: parquet(rows, counts), counts }
  if (format === 'csv-columns') return { chunks: allColumns(rows, counts), counts }
  return { chunks: pairs(rows, options, counts), counts }
}

async function* allColumns(
  rows: RowsToExport,
  counts: { rowCount: number },
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${encodeTexts(rows.columns, comma)}\n`)
  for await (const batch of rows.batches) {
    const lines = batch.map(({ cells }) => `${encodeTexts(asWide(cells, rows.columns), comma)}\n`)
    counts.rowCount += batch.length
    yield Buffer.from(lines.join(''))
  }
}

async function* pairs(
  rows: RowsToExport,
  { format, roles, systemPrompt = '' }: ExportOptions,
  counts: { rowCount: number; leftOut: number },
): AsyncGenerator<Buffer> {
  const { question, answer } = roleIndices(rows.columns, roles)
  const indexOf = new Map(rows.columns.map((column, index) => [column, index]))
  const encode = encoderOf(format, systemPrompt.trim())
  if (format === 'csv') yield Buffer.from('input,output\n')
  for await (const batch of rows.batches) {
    let text = ''
    for (const { cells } of batch) {
      const asked = cells[question] ?? ''
      const completion = cells[answer] ?? ''
      if (asked.trim() === '' || completion.trim() === '') {
        counts.leftOut += 1
        continue
      }
      const prompt =
        roles.inputTemplate === undefined
          ? asked
          : fillInput(roles.inputTemplate, (column) => {
              const index = indexOf.get(column)
              return index === undefined ? undefined : (cells[index] ?? '')
            })
      counts.rowCount += 1
      text += encode(prompt, completion)
    }
    yield Buffer.from(text)
  }
}

function encoderOf(
  format: DataFormat,
  system: string,
): (prompt: string, completion: string) => string {
  if (format === 'csv')
    return (prompt, completion) => `${encodeTexts([prompt, completion], comma)}\n`
  if (format === 'jsonl')
    return (prompt, completion) => `${JSON.stringify({ prompt, completion })}\n`
  const before = system === '' ? [] : [{ role: 'system', content: system }]
  return (prompt, completion) => {
    const messages = [
      ...before,
      { role: 'user', content: prompt },
      { role: 'assistant', content: completion },
    ]
    return `${JSON.stringify({ messages })}\n`
  }
}

async function* parquet(
  rows: RowsToExport,
  counts: { rowCount: number },
): AsyncGenerator<Uint8Array> {
  const emptyColumns = () =>
    rows.columns.map((name) => ({
      name,
      data: [] as string[],
      type: 'STRING' as const,
      nullable: false,
    }))
  let columnData = emptyColumns()
  const writer = new ByteWriter()
  const file = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData }) })
  let groupRows = 0
  let groupBytes = 0

  async function writeGroup(): Promise<Uint8Array> {
    await file.write({ columnData, rowGroupSize: Math.max(groupRows, 1) })
    columnData = emptyColumns()
    groupRows = 0
    groupBytes = 0
    return takeBytes(writer)
  }

  for await (const batch of rows.batches) {
    for (const { cells } of batch) {
      columnData.forEach(({ data }, index) => {
        const cell = cells[index] ?? ''
        data.push(cell)
        groupBytes += cell.length
      })
      groupRows += 1
      counts.rowCount += 1
      if (groupRows >= rowsPerGroup || groupBytes >= bytesPerGroup) yield await writeGroup()
    }
  }
  if (groupRows > 0) yield await writeGroup()
  await file.finish()
  yield takeBytes(writer)
}

/** What was written since the last time; offsets in the file go on. */
function takeBytes(writer: ByteWriter): Uint8Array {
  const bytes = Uint8Array.from(writer.getBytes())
  writer.index = 0
  return bytes
}

/** As many cells as there are columns: a ragged row would shift. Cells beyond the last column are dropped. */
function asWide(cells: readonly string[], columns: readonly string[]): string[] {
  return columns.map((_, index) => cells[index] ?? '')
}
