/** The content that the edits make of the stored one: rows that nobody touched keep their exact bytes. */
import type { Overlay } from '../../../shared/workbench/overlay.ts'
import type { ContentStore } from '../content.ts'
import { cellBytes, encodeTexts, readCsv, type CsvRecord } from '../csv.ts'
import type { RowIndex } from '../rowIndex.ts'

const rowsPerChunk = 500

export interface EditedTextOptions {
  /** Leaves the rows out that no training shall see. */
  readonly withoutExcluded?: boolean
}

export async function* editedText(
  content: ContentStore,
  contentSha256: string,
  index: RowIndex,
  overlay: Overlay,
  { withoutExcluded = false }: EditedTextOptions = {},
): AsyncGenerator<Buffer> {
  const isLeftOut = (row: number) =>
    overlay.deleted.has(row) || (withoutExcluded && overlay.excluded.has(row))
  const [offset, line = 1] = [index.offsets[0], index.lines[0]]
  let endsWithLine = true
  for await (const chunk of header(content, contentSha256, offset)) {
    endsWithLine = chunk.at(-1) === 0x0a || chunk.length === 0
    yield chunk
  }
  let row = 0
  if (offset !== undefined) {
    const start = { delimiter: index.delimiter, columnCount: index.columns.length, line }
    for await (const batch of readCsv(content.read(contentSha256, offset), start)) {
      const parts: Buffer[] = []
      for (const record of batch) {
        row += 1
        if (row > index.rowCount || isLeftOut(row)) continue
        const bytes = overlay.isTouched(row)
          ? editedRecord(record, row, index, overlay)
          : record.bytes
        // Only the last row can lack its line end.
        if (!endsWithLine && bytes.length > 0) parts.push(Buffer.from('\n'))
        endsWithLine = bytes.at(-1) === 0x0a || bytes.at(-1) === 0x0d
        parts.push(bytes)
      }
      yield Buffer.concat(parts)
    }
  }
  let lines: string[] = []
  for (let added = overlay.storedRowCount + 1; added <= overlay.lastRow; added += 1) {
    if (isLeftOut(added)) continue
    if (!endsWithLine) lines.push('\n')
    endsWithLine = true
    lines.push(`${encodeTexts(overlay.cells(added, []), index.delimiter)}\n`)
    if (lines.length >= rowsPerChunk) {
      yield Buffer.from(lines.join(''))
      lines = []
    }
  }
  yield Buffer.from(lines.join(''))
}

/** Everything before the first row; the whole content when there is none. */
async function* header(
  content: ContentStore,
  contentSha256: string,
  end: number | undefined,
): AsyncGenerator<Buffer> {
  let left = end ?? Infinity
  for await (const chunk of content.read(contentSha256)) {
    if (left <= 0) return
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.length, left))
    left -= bytes.length
    yield bytes
  }
}

function editedRecord(record: CsvRecord, row: number, index: RowIndex, overlay: Overlay): Buffer {
  const stored = record.cells.map((_, cell) => cellBytes(record, cell).toString('utf8'))
  const cells = overlay.cells(row, stored)
  const isSame = cells.length === stored.length && cells.every((cell, at) => cell === stored[at])
  if (isSame) return record.bytes
  const lineEnd = record.bytes.subarray(record.length)
  const text = Buffer.from(encodeTexts(cells, index.delimiter))
  return Buffer.concat([text, lineEnd.length > 0 ? lineEnd : Buffer.from('\n')])
}
