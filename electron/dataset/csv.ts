/**
 * Reads CSV from bytes, in chunks: RFC 4180 with any one-byte delimiter and CR, LF or CRLF.
 *
 * Own code because no library keeps what the scan and the fixes need together: exact bytes and line numbers of every
 * row, bytes that are no valid UTF-8, and going on after a quote that is never closed. It decodes nothing.
 */
import { AppError } from '../../shared/errors.ts'

export const maxCellBytes = 1_000_000
/** A row this long is not a table's row; it also bounds the memory that a hostile file can ask for. */
export const maxRecordBytes = 64_000_000

const quote = 0x22
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Offsets into the record's `bytes`. */
export interface CsvCell {
  /** The value's first byte, inside the quotes. */
  readonly start: number
  /** After the value's last byte. */
  readonly end: number
  /** Where the delimiter or the line end after the cell is. */
  readonly stop: number
  /** Whether the value holds doubled quotes that stand for one. */
  readonly hasEscapes: boolean
}

export interface CsvRecord {
  /** Exactly as in the file, line end included. */
  readonly bytes: Buffer
  /** Length of `bytes` without the line end. */
  readonly length: number
  /** 1-based line where it begins. */
  readonly line: number
  /** How many lines it takes. */
  readonly lineCount: number
  readonly cells: readonly CsvCell[]
  /** Line of a quote that opens a cell and does not close it properly; the cells are then a best guess. */
  readonly unbalancedQuoteLine: number | null
}

export interface CsvStart {
  readonly delimiter: number
  /** Line of the first byte, when reading begins inside a file. */
  readonly line?: number
  /** Cells per row where known already; otherwise the first row with text tells. */
  readonly columnCount?: number
}

interface Cursor {
  readonly bytes: Buffer
  readonly delimiter: number
  readonly atEnd: boolean
  readonly columnCount: number | null
}

/** Where reading stands between two rows. */
interface Progress {
  readonly delimiter: number
  line: number
  columnCount: number | null
}

/**
 * Rows in file order, one batch per chunk of input. Blank lines are rows of one empty cell.
 *
 * @throws AppError CellTooLarge with line and column
 */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  start: CsvStart,
): AsyncGenerator<CsvRecord[]> {
  const progress = begin(start)
  let pending: Uint8Array[] = []
  let pendingLength = 0
  let wanted = 0

  function parsePending(atEnd: boolean): CsvRecord[] {
    const bytes = Buffer.concat(pending)
    const { records, consumed } = parseRecords(bytes, progress, atEnd)
    const rest = bytes.subarray(consumed)
    if (rest.length > maxRecordBytes) throw cellTooLarge(progress.line, 1)
    pending = [rest]
    pendingLength = rest.length
    // A row longer than a chunk is parsed again only when twice as much is there: linear, not quadratic.
    wanted = records.length === 0 ? rest.length * 2 : 0
    return records
  }

  for await (const chunk of chunks) {
    pendingLength += chunk.length
    // A chunk's memory may be used again for the next one.
    pending.push(pendingLength < wanted ? Buffer.from(chunk) : chunk)
    if (pendingLength < wanted) continue
    const records = parsePending(false)
    if (records.length > 0) yield records
  }
  const records = parsePending(true)
  if (records.length > 0) yield records
}

/**
 * The rows of bytes that are there already, at most `limit`.
 *
 * @param atEnd false leaves out the last row when it may go on after the bytes
 */
export function parseCsv(
  bytes: Buffer,
  start: CsvStart,
  { atEnd = true, limit = Infinity }: { atEnd?: boolean; limit?: number } = {},
): CsvRecord[] {
  return parseRecords(bytes, begin(start), atEnd, limit).records
}

function begin({ delimiter, line = 1, columnCount }: CsvStart): Progress {
  return { delimiter, line, columnCount: columnCount ?? null }
}

function parseRecords(
  bytes: Buffer,
  progress: Progress,
  atEnd: boolean,
  limit = Infinity,
): { records: CsvRecord[]; consumed: number } {
  const { delimiter } = progress
  const records: CsvRecord[] = []
  let consumed = 0
  while (consumed < bytes.length && records.length < limit) {
    const { columnCount } = progress
    const rest = bytes.subarray(consumed)
    const record = parseRecord({ bytes: rest, delimiter, atEnd, columnCount }, progress.line)
    if (!record) break
    records.push(record)
    consumed += record.bytes.length
    progress.line += record.lineCount
    if (columnCount === null && !isBlank(record)) progress.columnCount = record.cells.length
  }
  return { records, consumed }
}

/** A cell's value as bytes, doubled quotes resolved. Empty when the row has no such cell. */
export function cellBytes(record: CsvRecord, index: number): Buffer {
  const cell = record.cells[index]
  if (!cell) return Buffer.alloc(0)
  const value = record.bytes.subarray(cell.start, cell.end)
  if (!cell.hasEscapes) return value
  // latin1 maps every byte to one character and back, so nothing that is no valid UTF-8 gets lost.
  return Buffer.from(value.toString('latin1').replaceAll('""', '"'), 'latin1')
}

/** A cell's value as text; bytes that are no UTF-8 become U+FFFD. */
export function cellText(record: CsvRecord, index: number): string {
  return cellBytes(record, index).toString('utf8')
}

/** True when nothing can be seen in any cell. */
export function isBlank(record: CsvRecord): boolean {
  return record.cells.every((_, index) => isBlankCell(record, index))
}

/** True when the cell is missing or holds nothing but white space and control characters. */
export function isBlankCell(record: CsvRecord, index: number): boolean {
  const cell = record.cells[index]
  if (!cell || cell.start === cell.end) return true
  const first = record.bytes[cell.start] ?? 0
  const isVisibleAscii = first > 0x20 && first < 0x7f
  return !isVisibleAscii && !/[^\s\p{Cc}\ufffe\uffff]/u.test(cellText(record, index))
}

/** The row with proper quotes around the cells that need them; its line end stays. */
export function encodeRecord(record: CsvRecord, delimiter: number): Buffer {
  const cells = record.cells.map((_, index) => cellBytes(record, index))
  return encodeCells(cells, delimiter, record.bytes.subarray(record.length))
}

/** A row of these values, quotes where they are needed. */
export function encodeCells(
  values: readonly Uint8Array[],
  delimiter: number,
  lineEnd: Uint8Array,
): Buffer {
  // latin1 maps every byte to one character and back.
  const cells = values.map((bytes) => Buffer.from(bytes).toString('latin1'))
  return Buffer.concat([Buffer.from(encodeTexts(cells, delimiter), 'latin1'), lineEnd])
}

/** The same for cells of text, without a line end. */
export function encodeTexts(cells: readonly string[], delimiter: number): string {
  const separator = String.fromCharCode(delimiter)
  const encoded = cells.map((cell) =>
    /["\r\n]/.test(cell) || cell.includes(separator) ? `"${cell.replaceAll('"', '""')}"` : cell,
  )
  // One empty cell without quotes would be a blank line.
  return encoded.length === 1 && encoded[0] === '' ? '""' : encoded.join(separator)
}

/** Null when the bytes end before the row does and more may come. */
function parseRecord(cursor: Cursor, line: number): CsvRecord | null {
  const { bytes, delimiter, atEnd } = cursor
  const cells: CsvCell[] = []
  let position = 0
  for (;;) {
    const start = position
    let stop: number
    if (bytes[start] === quote) {
      const quoted = readQuotedCell(cursor, start, line, cells.length)
      if (quoted === 'more') return null
      if (quoted === 'unbalanced') return recoverRecord(cursor, line, start, cells)
      cells.push(quoted)
      stop = quoted.stop
    } else {
      stop = endOfPlainCell(bytes, start, bytes.length, delimiter)
      if (stop - start > maxCellBytes)
        throw cellTooLarge(lineAt(bytes, start, line), cells.length + 1)
      if (stop === bytes.length && !atEnd) return null
      cells.push({ start, end: stop, stop, hasEscapes: false })
    }
    if (bytes[stop] === delimiter && stop < bytes.length) {
      position = stop + 1
      continue
    }
    if (bytes[stop] === carriageReturn && stop + 1 === bytes.length && !atEnd) return null
    return finishRecord(bytes, stop, line, cells, null)
  }
}

function readQuotedCell(
  cursor: Cursor,
  start: number,
  line: number,
  column: number,
): CsvCell | 'more' | 'unbalanced' {
  const { bytes, delimiter, atEnd } = cursor
  let hasEscapes = false
  let from = start + 1
  for (;;) {
    const found = bytes.indexOf(quote, from)
    const end = found === -1 ? bytes.length : found
    if (end - start > maxCellBytes) {
      if (looksUnclosed(cursor, start, column)) return 'unbalanced'
      throw cellTooLarge(lineAt(bytes, start, line), column + 1)
    }
    if (found === -1) return atEnd ? 'unbalanced' : 'more'
    const stop = found + 1
    const after = bytes[stop]
    if (after === undefined && !atEnd) return 'more'
    if (after === quote) {
      hasEscapes = true
      from = found + 2
      continue
    }
    const isClosing =
      after === undefined || after === delimiter || after === lineFeed || after === carriageReturn
    if (!isClosing)
      return endOfLine(bytes, start) === bytes.length && !atEnd ? 'more' : 'unbalanced'
    return { start: start + 1, end: found, stop, hasEscapes }
  }
}

/**
 * Tells a cell that is too large from a quote that was never closed: in the second case the lines after it are rows
 * with as many cells as the others.
 */
function looksUnclosed(
  { bytes, delimiter, columnCount }: Cursor,
  start: number,
  column: number,
): boolean {
  const firstEnd = endOfLine(bytes, start)
  if (columnCount === null || column >= columnCount || firstEnd === bytes.length) return false
  const sample = bytes.subarray(firstEnd, firstEnd + 20_000)
  const lines = sample.toString('latin1').split(/\r\n|\r|\n/)
  const whole = lines.slice(1, -1).filter((text) => text !== '')
  const separator = String.fromCharCode(delimiter)
  return whole.length > 0 && whole.every((text) => text.split(separator).length === columnCount)
}

/**
 * The row of a quote that opens at `start` and closes nowhere, or before text: it ends with its line. Of the three ways
 * to read the line, the first that gives the table's number of cells is taken.
 */
function recoverRecord(
  cursor: Cursor,
  line: number,
  start: number,
  before: readonly CsvCell[],
): CsvRecord | null {
  const { bytes, delimiter, columnCount } = cursor
  const stop = endOfLine(bytes, start)
  if (bytes[stop] === carriageReturn && stop + 1 === bytes.length && !cursor.atEnd) return null

  const innerQuotes = closeAtProperQuote(bytes, start, stop, delimiter)
  const closedByLineEnd = [plainCell(start + 1, stop)]
  const withoutQuote = splitLine(bytes, start + 1, stop, delimiter)
  const readings = innerQuotes
    ? [innerQuotes, closedByLineEnd, withoutQuote]
    : [closedByLineEnd, withoutQuote]
  const fitting = readings.find((cells) => before.length + cells.length === columnCount)
  const cells = fitting ?? innerQuotes ?? withoutQuote
  return finishRecord(bytes, stop, line, [...before, ...cells], lineAt(bytes, start, line))
}

/**
 * `"say "hi" now",next`: quotes before text belong to the value, the one before a delimiter closes it. Of two before a
 * delimiter, as in `"say "hi"",next`, the second closes.
 */
function closeAtProperQuote(
  bytes: Buffer,
  start: number,
  stop: number,
  delimiter: number,
): CsvCell[] | null {
  const isEnd = (at: number) => at === stop || bytes[at] === delimiter
  for (let at = start + 1; at < stop; at += 1) {
    if (bytes[at] !== quote) continue
    const isPair = at + 1 < stop && bytes[at + 1] === quote
    if (isPair && isEnd(at + 2)) at += 1
    if (!isEnd(at + 1)) {
      if (isPair) at += 1
      continue
    }
    const cell = { start: start + 1, end: at, stop: at + 1, hasEscapes: true }
    return at + 1 === stop ? [cell] : [cell, ...splitLine(bytes, at + 2, stop, delimiter)]
  }
  return null
}

/** The cells of the rest of a line; quotes that do not close on it are dropped. */
function splitLine(bytes: Buffer, from: number, stop: number, delimiter: number): CsvCell[] {
  const cells: CsvCell[] = []
  for (let start = from; start <= stop;) {
    const isOpened = bytes[start] === quote && start < stop
    const closed = isOpened ? closedOnLine(bytes, start, stop, delimiter) : null
    const end = endOfPlainCell(bytes, start, stop, delimiter)
    const cell = closed ?? { ...plainCell(isOpened ? start + 1 : start, end), stop: end }
    cells.push(cell)
    start = cell.stop + 1
  }
  return cells
}

function closedOnLine(
  bytes: Buffer,
  start: number,
  stop: number,
  delimiter: number,
): CsvCell | null {
  let hasEscapes = false
  for (let at = start + 1; at < stop; at += 1) {
    if (bytes[at] !== quote) continue
    if (at + 1 < stop && bytes[at + 1] === quote) {
      hasEscapes = true
      at += 1
      continue
    }
    const isClosing = at + 1 === stop || bytes[at + 1] === delimiter
    return isClosing ? { start: start + 1, end: at, stop: at + 1, hasEscapes } : null
  }
  return null
}

function plainCell(start: number, end: number): CsvCell {
  return { start, end, stop: end, hasEscapes: false }
}

function finishRecord(
  bytes: Buffer,
  length: number,
  line: number,
  cells: readonly CsvCell[],
  unbalancedQuoteLine: number | null,
): CsvRecord {
  const isPair = bytes[length] === carriageReturn && bytes[length + 1] === lineFeed
  const end = Math.min(bytes.length, length + (isPair ? 2 : 1))
  const whole = bytes.subarray(0, end)
  const hasQuotes = cells.some((cell) => cell.end !== cell.stop)
  const lineCount = hasQuotes ? lineAt(bytes, length, 1) : 1
  return { bytes: whole, length, line, lineCount, cells, unbalancedQuoteLine }
}

function endOfPlainCell(bytes: Buffer, from: number, stop: number, delimiter: number): number {
  for (let at = from; at < stop; at += 1) {
    const byte = bytes[at]
    if (byte === delimiter || byte === lineFeed || byte === carriageReturn) return at
  }
  return stop
}

function endOfLine(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === lineFeed || bytes[at] === carriageReturn) return at
  }
  return bytes.length
}

/** The line on which the byte at `offset` is, when the first byte is on `line`. */
export function lineAt(bytes: Buffer, offset: number, line: number): number {
  let count = line
  for (let at = 0; at < offset; at += 1) {
    if (bytes[at] === lineFeed) count += 1
    else if (bytes[at] === carriageReturn && bytes[at + 1] !== lineFeed) count += 1
  }
  return count
}

function cellTooLarge(line: number, column: number): AppError {
  return new AppError('CellTooLarge', `The cell in column ${column} on line ${line} is too large`, {
    details: { line, column, limitBytes: maxCellBytes },
  })
}
