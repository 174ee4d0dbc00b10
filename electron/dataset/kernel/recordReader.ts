/**
 * Reads a stream of CSV bytes as records, fast: the kernel splits what is beyond doubt, csv.ts the rest. Both agree on
 * every file (a property test says so); csv.ts is the one that is meant to be read.
 */
import { isUtf8 } from 'node:buffer'
import { AppError } from '../../../shared/errors.ts'
import { cellBytes, maxCellBytes, maxRecordBytes, parseCsv, type CsvRecord } from '../csv.ts'
import { Kernel, RowHasher, flag, recordWords, stopReason, textStart, word } from './kernel.ts'

export interface RecordFormat {
  readonly delimiter: number
  /** Cells per row. */
  readonly columnCount: number
  /** Indices of the columns; -1 where there is none. */
  readonly question: number
  readonly answer: number
  /** Line and offset of the first byte, when reading begins inside a file. */
  readonly line?: number
  readonly offset?: number
}

/** One object for all records, filled anew for each: take what you need before you return. */
export class RecordView {
  /** Where it begins in the stream. */
  offset = 0
  /** Without its line end. */
  length = 0
  /** With it. */
  size = 0
  line = 1
  lineCount = 1
  flags = 0
  cells = 0
  questionLength = 0
  answerLength = 0
  /** Where the cells' text begins in `bytes`; only where the kernel could read the record. */
  questionStart = 0
  answerStart = 0
  /** Leads of characters of three or four bytes from U+3000 on. */
  wide = 0
  rowHashLow = 0
  rowHashHigh = 0
  questionHashLow = 0
  questionHashHigh = 0
  answerHashLow = 0
  answerHashHigh = 0
  isUtf8 = true
  /** Set when the kernel could not read it. */
  csv: CsvRecord | null = null
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0
  /** Where the record before it began; -1 when it is not there any more. */
  #previousStart = -1
  readonly #format: RecordFormat

  constructor(format: RecordFormat) {
    this.#format = format
  }

  place(bytes: Buffer, start: number): void {
    this.#previousStart = this.#start
    this.#bytes = bytes
    this.#start = start
  }

  /** What was read before is about to be overwritten. */
  forget(): void {
    this.#start = -1
  }

  /** The bytes of the record before, when they are still there. */
  previous(): Buffer | null {
    if (this.#previousStart < 0) return null
    return Buffer.from(this.#bytes.subarray(this.#previousStart, this.#start))
  }

  /** Its bytes, line end included; valid until the handler returns. */
  bytes(): Buffer {
    return this.#bytes.subarray(this.#start, this.#start + this.size)
  }

  /** Writes its bytes, `size` of them. */
  copyTo(target: Buffer, at: number): void {
    this.#bytes.copy(target, at, this.#start, this.#start + this.size)
  }

  /** As csv.ts reads it, on bytes of its own. */
  record(): CsvRecord {
    if (this.csv) return this.csv
    const { delimiter, columnCount } = this.#format
    const [record] = parseCsv(Buffer.from(this.bytes()), {
      delimiter,
      columnCount,
      line: this.line,
    })
    if (!record) throw new RangeError('A record that was read is empty')
    return record
  }
}

export type OnRecord = (record: RecordView) => void
/** Told of records that are about to come: the low words of their questions' hashes, from `from` to `to`, every `step`. */
export type OnAhead = (words: Uint32Array, from: number, to: number, step: number) => void

/** Records that are told ahead: what they touch has to stay in the processor's cache until they come. */
const ahead = 256

/** Bytes without a whole record after which csv.ts is asked whether a quote was ever closed. */
const doubtAfterBytes = maxCellBytes + 64 * 1024

export class RecordReader {
  readonly #kernel: Kernel
  readonly #hasher: RowHasher
  readonly #format: RecordFormat
  readonly #onRecord: OnRecord
  readonly #onAhead: OnAhead
  readonly #view: RecordView
  /** Bytes that lie in the kernel's memory and were not read yet. */
  #pending = 0
  #line: number
  #offset: number
  #wanted = 0

  /** @param hasher where rows are compared with others than this reader's */
  constructor(
    format: RecordFormat,
    onRecord: OnRecord,
    hasher = new RowHasher(),
    onAhead: OnAhead = () => undefined,
  ) {
    this.#kernel = new Kernel(hasher.seed)
    this.#hasher = hasher
    this.#format = format
    this.#onRecord = onRecord
    this.#onAhead = onAhead
    this.#view = new RecordView(format)
    this.#line = format.line ?? 1
    this.#offset = format.offset ?? 0
  }

  /** Lines read so far. */
  get lineCount(): number {
    return this.#line - 1
  }

  /** @throws AppError CellTooLarge */
  push(chunk: Uint8Array): void {
    const kernel = this.#kernel
    const start = textStart + this.#pending
    if (start + chunk.length + 64 > kernel.bytes.length) {
      kernel.reserve(Math.max(2 * this.#pending, this.#pending + chunk.length))
    }
    kernel.bytes.set(chunk, start)
    this.#pending += chunk.length
    if (this.#pending < this.#wanted) return
    this.#read(false)
  }

  /** Reads what is left. */
  finish(): void {
    this.#read(true)
  }

  /** Forgets what was not read; what comes next begins a record on this line. */
  restart(line: number): void {
    this.#pending = 0
    this.#wanted = 0
    this.#line = line
  }

  #read(atEnd: boolean): void {
    const { delimiter, question, answer } = this.#format
    const kernel = this.#kernel
    this.#view.forget()
    let from = textStart
    const end = textStart + this.#pending
    while (from < end) {
      const result = kernel.scan({ from, end, delimiter, question, answer, atEnd })
      this.#deliver(result.count, from, result.consumed)
      from = result.consumed
      if (result.reason === stopReason.full) continue
      if (result.reason === stopReason.end) break
      const slow = result.reason === stopReason.doubtful || end - from > doubtAfterBytes
      const next = slow ? this.#readSlowly(from, end, atEnd) : null
      if (next === null) {
        this.#keep(from, end)
        return
      }
      from = next
    }
    this.#pending = 0
    this.#wanted = 0
  }

  /** The rest waits for more; a long row is read again only when twice as much is there: linear, not quadratic. */
  #keep(from: number, end: number): void {
    const rest = end - from
    if (rest > maxRecordBytes) throw tooLarge(this.#line)
    this.#kernel.bytes.copyWithin(textStart, from, end)
    this.#pending = rest
    this.#wanted = rest > doubtAfterBytes ? rest * 2 : 0
  }

  #readSlowly(from: number, end: number, atEnd: boolean): number | null {
    const { delimiter, columnCount } = this.#format
    const rest = this.#kernel.bytes.subarray(from, end)
    const start = { delimiter, columnCount, line: this.#line }
    const [record] = parseCsv(rest, start, { atEnd, limit: 1 })
    if (!record) return null
    this.#deliverSlow({ ...record, bytes: Buffer.from(record.bytes) }, from)
    return from + record.bytes.length
  }

  #deliver(count: number, from: number, to: number): void {
    const { bytes, table } = this.#kernel
    const view = this.#view
    view.csv = null
    const areUtf8 = count === 0 || isUtf8(bytes.subarray(from, to))
    for (let index = 0, at = 0; index < count; index += 1, at += recordWords) {
      if (index % ahead === 0) {
        const until = Math.min(index + ahead, count) * recordWords
        this.#onAhead(table, at + word.questionHash, until, recordWords)
      }
      // The table holds `count` whole records.
      const start = table[at + word.start] as number
      const length = table[at + word.length] as number
      const flags = table[at + word.flags] as number
      view.size = (table[at + word.next] as number) - start
      view.offset = this.#offset
      view.length = length
      view.line = this.#line
      view.flags = flags
      view.cells = table[at + word.cells] as number
      view.lineCount = 1 + (table[at + word.lineFeeds] as number)
      if (length > maxCellBytes || flags & (flag.quotes | flag.carriageReturn)) {
        const whole = bytes.subarray(start, start + view.size)
        const { delimiter, columnCount } = this.#format
        const [record] = parseCsv(whole, { delimiter, columnCount, line: this.#line })
        if (record) {
          this.#deliverSlow({ ...record, bytes: Buffer.from(record.bytes) }, start, flags)
          view.csv = null
          continue
        }
      }
      view.questionLength = table[at + word.questionLength] as number
      view.answerLength = table[at + word.answerLength] as number
      view.questionStart = (table[at + word.questionStart] as number) - start
      view.answerStart = (table[at + word.answerStart] as number) - start
      view.wide = table[at + word.wide] as number
      view.rowHashLow = table[at + word.rowHash] as number
      view.rowHashHigh = table[at + word.rowHash + 1] as number
      view.questionHashLow = table[at + word.questionHash] as number
      view.questionHashHigh = table[at + word.questionHash + 1] as number
      view.answerHashLow = table[at + word.answerHash] as number
      view.answerHashHigh = table[at + word.answerHash + 1] as number
      view.isUtf8 = areUtf8 || isUtf8(bytes.subarray(start, start + view.size))
      view.place(bytes, start)
      this.#onRecord(view)
      this.#offset += view.size
      this.#line += view.lineCount
    }
  }

  /** @param known flags that the kernel raised */
  #deliverSlow(record: CsvRecord, start: number, known?: number): void {
    const view = this.#view
    const { question, answer } = this.#format
    const values = record.cells.map((_, index) => cellBytes(record, index))
    const hashes = values.map((value) => this.#hasher.cell(value))
    const row = this.#hasher.row(hashes)
    const questionHash = hashes[question] ?? 0n
    const answerHash = hashes[answer] ?? 1n
    const isSame =
      question >= 0 && values[question]?.length !== 0 && hashes[answer] === questionHash
    view.offset = this.#offset
    view.size = record.bytes.length
    view.length = record.length
    view.line = this.#line
    view.lineCount = record.lineCount
    view.cells = record.cells.length
    view.flags =
      ((known ?? everyFlag) & ~flag.answerIsQuestion) | (isSame ? flag.answerIsQuestion : 0)
    view.questionLength = values[question]?.length ?? 0
    view.answerLength = values[answer]?.length ?? 0
    view.wide = countWide(record.bytes)
    view.rowHashLow = Number(row & 0xffff_ffffn)
    view.rowHashHigh = Number(row >> 32n)
    view.questionHashLow = Number(questionHash & 0xffff_ffffn)
    view.questionHashHigh = Number(questionHash >> 32n)
    view.answerHashLow = Number(answerHash & 0xffff_ffffn)
    view.answerHashHigh = Number(answerHash >> 32n)
    view.isUtf8 = isUtf8(record.bytes)
    view.csv = record
    view.place(this.#kernel.bytes, start)
    this.#onRecord(view)
    this.#offset += view.size
    this.#line += view.lineCount
  }
}

/** Of a record that the kernel could not read: everything may be in it. */
const everyFlag = Object.values(flag).reduce((all, one) => all | one, 0)

function countWide(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => (byte >= 0xe3 ? count + 1 : count), 0)
}

function tooLarge(line: number): AppError {
  return new AppError('CellTooLarge', `The row on line ${line} is too large`, {
    details: { line, column: 1, limitBytes: maxCellBytes },
  })
}
