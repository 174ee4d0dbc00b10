/**
 * Where the rows of a stored table begin: every 64th row's offset and line. It is made while the table is scanned, lies
 * beside the content as `<sha256>.rows`, and can be made again from it at any time.
 */
import { z } from 'zod'

export const rowsPerMark = 64

const headSchema = z.object({
  delimiter: z.number().int(),
  columns: z.array(z.string()),
  rowCount: z.number().int().nonnegative(),
  markCount: z.number().int().nonnegative(),
})

export interface RowIndex {
  readonly delimiter: number
  readonly columns: readonly string[]
  /** Rows after the header; blank rows count, line ends after the last row don't. */
  readonly rowCount: number
  /** Byte offset of rows 1, 65, 129 ... in the content. */
  readonly offsets: Float64Array
  /** 1-based line of each. */
  readonly lines: Float64Array
}

/** Collects marks from the records in file order, header and blank lines before it included. */
export class RowIndexBuilder {
  #offsets = new Float64Array(1024)
  #lines = new Float64Array(1024)
  #rows = 0
  /** Of rows that aren't empty lines. */
  #lastRow = 0

  /** @param offset in the file, bytes of marks included */
  add(offset: number, line: number, isEmptyLine: boolean): void {
    if (this.#rows % rowsPerMark === 0) this.#mark(offset, line)
    this.#rows += 1
    if (!isEmptyLine) this.#lastRow = this.#rows
  }

  finish(delimiter: number, columns: readonly string[]): RowIndex {
    const marks = Math.ceil(this.#lastRow / rowsPerMark)
    const offsets = this.#offsets.slice(0, marks)
    return {
      delimiter,
      columns,
      rowCount: this.#lastRow,
      offsets,
      lines: this.#lines.slice(0, marks),
    }
  }

  #mark(offset: number, line: number): void {
    const at = this.#rows / rowsPerMark
    if (at === this.#offsets.length) {
      this.#offsets = doubled(this.#offsets)
      this.#lines = doubled(this.#lines)
    }
    this.#offsets[at] = offset
    this.#lines[at] = line
  }
}

function doubled(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2)
  larger.set(values)
  return larger
}

/** Little-endian, as every machine that runs Electron is. */
export function encodeRowIndex({ delimiter, columns, rowCount, offsets, lines }: RowIndex): Buffer {
  const head = { delimiter, columns, rowCount, markCount: offsets.length }
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json, asBuffer(offsets), asBuffer(lines)])
}

/** Null when the bytes are no whole index. */
export function decodeRowIndex(bytes: Buffer): RowIndex | null {
  if (bytes.length < 4) return null
  const start = 4 + bytes.readUInt32LE(0)
  if (start > bytes.length) return null
  try {
    const head = headSchema.parse(JSON.parse(bytes.toString('utf8', 4, start)))
    const size = head.markCount * 8
    if (bytes.length !== start + 2 * size) return null
    const marks = (from: number) =>
      new Float64Array(new Uint8Array(bytes.subarray(from, from + size)).buffer)
    return { ...head, offsets: marks(start), lines: marks(start + size) }
  } catch {
    return null // cut or damaged: it is made again
  }
}

function asBuffer(values: Float64Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}
