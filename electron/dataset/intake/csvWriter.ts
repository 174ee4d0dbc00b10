/** Rows of text as CSV: UTF-8, commas, LF. */
import { encodeTexts } from '../csv.ts'

const comma = 0x2c
const flushCharacters = 256 * 1024

/** Many rows at a time: to wait for each would take longer than to write it. */
export type RowBatches = AsyncIterable<readonly (readonly string[])[]>

/** Bytes in chunks, the header first. Every row has as many cells as the header. */
export async function* csvChunks(
  columns: readonly string[],
  batches: RowBatches,
): AsyncGenerator<Buffer> {
  const width = columns.length
  let text = lineOf(columns, width)
  for await (const rows of batches) {
    for (const row of rows) {
      text += lineOf(row, width)
      if (text.length < flushCharacters) continue
      yield Buffer.from(text)
      text = ''
    }
  }
  yield Buffer.from(text)
}

function lineOf(row: readonly string[], width: number): string {
  const cells =
    row.length === width ? row : Array.from({ length: width }, (_, index) => row[index] ?? '')
  return `${encodeTexts(cells, comma)}\n`
}
