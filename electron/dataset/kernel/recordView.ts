/** A record as the reader found it. */
import { parseCsv, type CsvRecord } from '../csv.ts'
import { flag, word } from './kernel.ts'

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

/** One object for all records, placed anew on each: take what you need before you return. */
export class RecordView {
  /** Where it begins in the stream. */
  offset = 0
  line = 1
  /** Without its line end. */
  length = 0
  /** With it. */
  size = 0
  lineCount = 1
  flags = 0
  /** Set when the kernel could not read it. */
  csv: CsvRecord | null = null
  /** What is known of it stands here, from `at` on, in the order of `word`. */
  words: Int32Array = new Int32Array(0)
  at = 0
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0
  /** Where the record before it began; -1 when it is not there any more. */
  #previousStart = -1
  /** What `record` gave. */
  #record: CsvRecord | null = null
  readonly #format: RecordFormat

  constructor(format: RecordFormat) {
    this.#format = format
  }

  /** Where the records that come lie, and what is known of them. */
  begin(bytes: Buffer, words: Int32Array): void {
    this.#bytes = bytes
    this.words = words
  }

  /** @param start where it begins in the bytes @param at where its words begin */
  place(start: number, at: number): void {
    this.#previousStart = this.#start
    this.#start = start
    this.#record = this.csv
    this.at = at
    this.length = this.#word(word.length)
    this.size = this.#word(word.next) - this.#word(word.start)
    this.lineCount = 1 + this.#word(word.lineFeeds)
    this.flags = this.#word(word.flags)
  }

  get isUtf8(): boolean {
    return (this.flags & flag.notUtf8) === 0
  }

  get cells(): number {
    return this.#word(word.cells)
  }

  get questionLength(): number {
    return this.#word(word.questionLength)
  }

  get answerLength(): number {
    return this.#word(word.answerLength)
  }

  /** Where the cells' text begins in `bytes`; only where the kernel could read the record. */
  get questionStart(): number {
    return this.#word(word.questionStart) - this.#word(word.start)
  }

  get answerStart(): number {
    return this.#word(word.answerStart) - this.#word(word.start)
  }

  /** Leads of characters of three or four bytes from U+3000 on. */
  get wide(): number {
    return this.#word(word.wide)
  }

  get rowHashLow(): number {
    return this.#word(word.rowHash) >>> 0
  }

  get rowHashHigh(): number {
    return this.#word(word.rowHash + 1) >>> 0
  }

  get questionHashLow(): number {
    return this.#word(word.questionHash) >>> 0
  }

  get questionHashHigh(): number {
    return this.#word(word.questionHash + 1) >>> 0
  }

  get answerHashLow(): number {
    return this.#word(word.answerHash) >>> 0
  }

  get answerHashHigh(): number {
    return this.#word(word.answerHash + 1) >>> 0
  }

  /** A record that begins there was dealt with otherwise. */
  pass(start: number): void {
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
    this.#record ??= this.#parse()
    return this.#record
  }

  #parse(): CsvRecord {
    const { delimiter, columnCount } = this.#format
    const [record] = parseCsv(Buffer.from(this.bytes()), {
      delimiter,
      columnCount,
      line: this.line,
    })
    if (!record) throw new RangeError('A record that was read is empty')
    return record
  }

  #word(index: number): number {
    return this.words[this.at + index] as number // a record has so many
  }
}
