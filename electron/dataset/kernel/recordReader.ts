/**
 * Reads a stream of CSV bytes as records, fast: the kernel splits what is beyond doubt, csv.ts the rest. Both agree on
 * every file (a property test says so); csv.ts is the one that is meant to be read.
 */
import { AppError } from '../../../shared/errors.ts'
import { roomBytes, type TextSlots } from '../textSlots.ts'
import { maxCellBytes, maxRecordBytes, parseCsv, type CsvRecord } from '../csv.ts'
import { Kernel, RowHasher, flag, recordWords, stopReason, word } from './kernel.ts'
import { RecordView, type RecordFormat } from './recordView.ts'
import { wordsOf } from './recordWords.ts'

export type OnRecord = (record: RecordView) => void
/** Told of records that are about to come: their words stand from `from` to `to`. */
export type OnAhead = (words: Int32Array, from: number, to: number) => void

/**
 * Takes records by their words alone, which is much faster: most have nothing that has to be looked at. None may be taken
 * that is not read for certain.
 *
 * @param from where the words of the first record begin, and `to` where those of the last one end
 * @param offset where the first one begins in the stream
 * @param line of the first one
 * @returns where the words of the first record begin that was not taken, which is then handed over
 */
export type TakeWords = (
  words: Int32Array,
  from: number,
  to: number,
  offset: number,
  line: number,
) => number

export interface ReaderOptions {
  /** Where rows are compared with others than this reader's. */
  readonly hasher?: RowHasher
  readonly onAhead?: OnAhead
  readonly takeWords?: TakeWords | undefined
  /** Chunks that lie in these are read there; others are copied. */
  readonly slots?: TextSlots | undefined
}

/** Records that are told ahead: what they touch has to stay in the processor's cache until they come. */
const ahead = 256

/** What only csv.ts reads right. */
const needsCsv = flag.quotes | flag.carriageReturn

/** Whether the kernel could read a record right. @param at where its words begin */
export function isCertain(words: Int32Array, at: number): boolean {
  const flags = words[at + word.flags] as number // a record has all words
  return (flags & needsCsv) === 0 && (words[at + word.length] as number) <= maxCellBytes
}

/** Bytes without a whole record after which csv.ts is asked whether a quote was ever closed. */
const doubtAfterBytes = maxCellBytes + 64 * 1024

export class RecordReader {
  readonly #kernel: Kernel
  readonly #hasher: RowHasher
  readonly #format: RecordFormat
  readonly #onRecord: OnRecord
  readonly #onAhead: OnAhead
  readonly #takeWords: TakeWords
  readonly #view: RecordView
  readonly #slots: TextSlots | undefined
  /** Bytes that were kept and not read yet. */
  #pending = 0
  #line: number
  #offset: number
  #wanted = 0

  constructor(format: RecordFormat, onRecord: OnRecord, options: ReaderOptions = {}) {
    const { hasher = new RowHasher(), slots } = options
    this.#kernel = new Kernel(hasher.seed, slots?.kernelMemory)
    this.#hasher = hasher
    this.#format = format
    this.#onRecord = onRecord
    this.#onAhead = options.onAhead ?? (() => undefined)
    this.#takeWords = options.takeWords ?? ((_, from) => from)
    this.#slots = slots
    this.#view = new RecordView(format)
    this.#line = format.line ?? 1
    this.#offset = format.offset ?? 0
  }

  /** Where the beginning of a record waits for the rest of it. */
  get #kept(): number {
    return this.#kernel.textStart
  }

  /** Lines read so far. */
  get lineCount(): number {
    return this.#line - 1
  }

  /** @throws AppError CellTooLarge */
  push(chunk: Uint8Array): void {
    const pending = this.#pending
    const isPlaced = this.#slots?.has(chunk) && pending <= roomBytes
    const start = isPlaced ? chunk.byteOffset : this.#append(chunk)
    this.#pending += chunk.length
    if (this.#pending < this.#wanted) return
    if (isPlaced) this.#kernel.bytes.copyWithin(start - pending, this.#kept, this.#kept + pending)
    this.#read(start - pending, start + chunk.length, false)
  }

  /** Reads what is left. */
  finish(): void {
    this.#read(this.#kept, this.#kept + this.#pending, true)
  }

  /** Puts a chunk after what was kept. */
  #append(chunk: Uint8Array): number {
    const kernel = this.#kernel
    const wanted = this.#pending + chunk.length
    if (this.#kept + wanted + 64 > kernel.bytes.length) {
      kernel.reserve(Math.max(2 * this.#pending, wanted))
    }
    kernel.bytes.set(chunk, this.#kept + this.#pending)
    return this.#kept + this.#pending
  }

  /** Forgets what was not read; what comes next begins a record on this line. */
  restart(line: number): void {
    this.#pending = 0
    this.#wanted = 0
    this.#line = line
  }

  #read(start: number, end: number, atEnd: boolean): void {
    const { delimiter, question, answer } = this.#format
    const kernel = this.#kernel
    this.#view.forget()
    let from = start
    while (from < end) {
      const result = kernel.scan({ from, end, delimiter, question, answer, atEnd })
      this.#deliver(result.count)
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
    this.#kernel.reserve(rest)
    this.#kernel.bytes.copyWithin(this.#kept, from, end)
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

  #deliver(count: number): void {
    const { bytes, table } = this.#kernel
    const view = this.#view
    view.csv = null
    view.begin(bytes, table)
    const end = count * recordWords
    for (let from = 0; from < end;) {
      const to = Math.min(from + ahead * recordWords, end)
      this.#onAhead(table, from, to)
      while (from < to) {
        from = this.#take(table, from, to)
        if (from === to) break
        this.#deliverOne(from)
        from += recordWords
      }
    }
  }

  /** What can be taken without a look at the text. @returns where the words of the next record begin */
  #take(table: Int32Array, from: number, to: number): number {
    const next = this.#takeWords(table, from, to, this.#offset, this.#line)
    if (next === from) return from
    for (let at = from; at < next; at += recordWords) {
      this.#line += 1 + (table[at + word.lineFeeds] as number) // the table holds whole records
    }
    const last = next - recordWords
    this.#offset += (table[last + word.next] as number) - (table[from + word.start] as number)
    this.#view.pass(table[last + word.start] as number)
    return next
  }

  /** @param at where its words begin in the table */
  #deliverOne(at: number): void {
    const { bytes, table } = this.#kernel
    const view = this.#view
    // The table holds whole records.
    const start = table[at + word.start] as number
    const flags = table[at + word.flags] as number
    if (!isCertain(table, at)) {
      const { delimiter, columnCount } = this.#format
      const whole = bytes.subarray(start, table[at + word.next])
      const [record] = parseCsv(whole, { delimiter, columnCount, line: this.#line })
      if (record) {
        this.#deliverSlow({ ...record, bytes: Buffer.from(record.bytes) }, start, flags)
        view.csv = null
        view.begin(bytes, table)
        return
      }
    }
    view.place(start, at)
    this.#hand()
  }

  /** @param known flags that the kernel raised */
  #deliverSlow(record: CsvRecord, start: number, known?: number): void {
    const view = this.#view
    view.csv = record
    view.begin(this.#kernel.bytes, wordsOf(record, this.#hasher, this.#format, known))
    view.place(start, 0)
    this.#hand()
  }

  #hand(): void {
    const view = this.#view
    view.offset = this.#offset
    view.line = this.#line
    this.#onRecord(view)
    this.#offset += view.size
    this.#line += view.lineCount
  }
}

function tooLarge(line: number): AppError {
  return new AppError('CellTooLarge', `The row on line ${line} is too large`, {
    details: { line, column: 1, limitBytes: maxCellBytes },
  })
}
