/** Rows of text as CSV: UTF-8, commas, LF. */
import { encodeCells } from '../csv.ts'

const comma = 0x2c
const lineFeed = Buffer.from('\n')
const flushBytes = 256 * 1024

export type Rows = AsyncIterable<readonly string[]> | Iterable<readonly string[]>

/** Bytes in chunks, the header first. Every row has as many cells as the header. */
export async function* csvChunks(columns: readonly string[], rows: Rows): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [encodeRow(columns, columns.length)]
  let length = 0
  for await (const row of rows) {
    const encoded = encodeRow(row, columns.length)
    parts.push(encoded)
    length += encoded.length
    if (length < flushBytes) continue
    yield Buffer.concat(parts)
    parts = []
    length = 0
  }
  yield Buffer.concat(parts)
}

function encodeRow(row: readonly string[], width: number): Buffer {
  const cells = Array.from({ length: width }, (_, index) => Buffer.from(row[index] ?? ''))
  return encodeCells(cells, comma, lineFeed)
}
