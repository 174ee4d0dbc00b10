/** Opens a stream of bytes as a table: encoding, byte-order mark, delimiter, header and the guessed roles. */
import type { ColumnRoles } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { cellText, isBlank, parseCsv, type CsvRecord } from './csv.ts'
import { guessRoles } from './roles.ts'
import {
  detectEncoding,
  markLength,
  toUtf8,
  type Chunks,
  type TextEncoding,
} from './textEncoding.ts'

const delimiters = [',', ';', '\t', '|', ':'].map((character) => character.charCodeAt(0))
/** What people also put between columns; named in the hint when a file seems to have one column. */
const otherSeparators = ['，', '；', '、', '^', '~', '#']
const headBytes = 256 * 1024
const sampleRows = 50

export interface TextSource {
  readonly encoding: TextEncoding
  /** The first bytes as they are in the file, for previews. */
  readonly rawHead: Buffer
  /** UTF-8 text begins with this many bytes of byte-order marks. */
  readonly markLength: number
  /** UTF-8 without marks. */
  readonly body: AsyncGenerator<Buffer>
}

export interface TableShape {
  readonly delimiter: number
  /** Unique, in file order; unnamed ones are "Column 3". */
  readonly columns: readonly string[]
  readonly suggestedRoles: ColumnRoles
  /** The first rows, for a look before everything was read. */
  readonly sample: readonly (readonly string[])[]
}

export interface Table extends TableShape {
  /** The whole text, header included; once. */
  readonly text: AsyncGenerator<Buffer>
}

/**
 * Makes UTF-8 of the bytes, whatever they are in.
 *
 * @param known the encoding, where it was told or found by a look at the whole file
 */
export async function openText(chunks: Chunks, known?: TextEncoding): Promise<TextSource> {
  const iterator = toIterator(chunks)
  const { head, isWhole } = await readHead(iterator, 64 * 1024)
  const encoding = known ?? detectEncoding(head)
  const whole = chain(head, isWhole ? null : iterator)
  const decoded = toUtf8(whole, encoding)
  const length = encoding === 'utf-8' ? markLength(head) : 0
  return { encoding, rawHead: head, markLength: length, body: withoutMarks(decoded) }
}

/**
 * Finds delimiter and header in UTF-8 text.
 *
 * @throws AppError NoColumns when there is nothing but blank lines, OneColumn, CellTooLarge
 */
export async function openTable(text: Chunks): Promise<Table> {
  const iterator = toIterator(text)
  let { head, isWhole } = await readHead(iterator, headBytes)
  let shape = describeHead(head, isWhole)
  while (!shape && !isWhole) {
    const more = await readHead(iterator, head.length)
    head = Buffer.concat([head, more.head])
    isWhole = more.isWhole
    shape = describeHead(head, isWhole)
  }
  if (!shape) throw new AppError('NoColumns', 'The file has no header row')
  return { ...shape, text: chain(head, isWhole ? null : iterator) }
}

/** Drops the byte-order marks at the very start. */
export async function* withoutMarks(chunks: Chunks): AsyncGenerator<Buffer> {
  const iterator = toIterator(chunks)
  const { head, isWhole } = await readHead(iterator, 64)
  yield* chain(head.subarray(markLength(head)), isWhole ? null : iterator)
}

/** Null when the head does not hold a whole header row. @throws AppError OneColumn */
function describeHead(head: Buffer, isWhole: boolean): TableShape | null {
  const readings = delimiters.map((delimiter) => {
    const options = { atEnd: isWhole, limit: sampleRows }
    const rows = parseCsv(head, { delimiter }, options).filter((record) => !isBlank(record))
    return { delimiter, rows, width: rows[0]?.cells.length ?? 0 }
  })
  const best = readings
    .filter(({ width }) => width > 1)
    .reduce<(typeof readings)[number] | null>(
      (winner, reading) => (winner && regularity(winner) >= regularity(reading) ? winner : reading),
      null,
    )
  if (!best) {
    const hasUnfinished = !isWhole && readings.some(({ width }) => width === 0)
    const narrow = readings.find(({ width }) => width === 1)
    if (hasUnfinished || !narrow) return null
    throw oneColumn(narrow.rows[0])
  }
  const [header, ...rows] = best.rows
  const columns = columnNames(header)
  const sample = rows.map((record) => record.cells.map((_, index) => cellText(record, index)))
  const suggestedRoles = guessRoles(columns, sample)
  if (!suggestedRoles) throw oneColumn(header)
  return { delimiter: best.delimiter, columns, suggestedRoles, sample }
}

/** Share of rows as wide as the header: between two delimiters that occur in it, the one that makes a table. */
function regularity({ rows, width }: { rows: readonly CsvRecord[]; width: number }): number {
  return rows.filter(({ cells }) => cells.length === width).length / rows.length
}

function columnNames(header: CsvRecord | undefined): string[] {
  const taken = new Set<string>()
  return (header?.cells ?? []).map((_, index) => {
    const name = (header && cellText(header, index).trim()) || `Column ${index + 1}`
    let unique = name
    for (let count = 2; taken.has(unique); count += 1) unique = `${name} (${count})`
    taken.add(unique)
    return unique
  })
}

function oneColumn(header: CsvRecord | undefined): AppError {
  const column = header ? cellText(header, 0).trim().slice(0, 100) : ''
  const separator = otherSeparators.find((character) => column.includes(character)) ?? ''
  return new AppError('OneColumn', `The file has one column only: ${column}`, {
    details: { column, separator },
  })
}

function toIterator(chunks: Chunks): AsyncIterator<Uint8Array> {
  if (Symbol.asyncIterator in chunks) return chunks[Symbol.asyncIterator]()
  const iterator = chunks[Symbol.iterator]()
  return {
    next: () => Promise.resolve(iterator.next()),
    return: async () => ({ done: true, value: undefined }),
  }
}

async function readHead(
  iterator: AsyncIterator<Uint8Array>,
  size: number,
): Promise<{ head: Buffer; isWhole: boolean }> {
  const parts: Uint8Array[] = []
  let length = 0
  while (length < size) {
    const { done, value } = await iterator.next()
    if (done) return { head: Buffer.concat(parts), isWhole: true }
    length += value.length
    // A chunk's memory may be used again for the next one.
    parts.push(length < size ? Buffer.from(value) : value)
  }
  return { head: Buffer.concat(parts), isWhole: false }
}

/** The head, then what is left; closes the source when reading ends early. */
async function* chain(
  head: Buffer,
  rest: AsyncIterator<Uint8Array> | null,
): AsyncGenerator<Buffer> {
  try {
    yield head
    for (;;) {
      const next = await rest?.next()
      if (!next || next.done) return
      yield asBuffer(next.value)
    }
  } finally {
    await rest?.return?.()
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
