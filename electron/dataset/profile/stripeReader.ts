/** Reads stripes of a table row by row into the kernel: lengths, languages, signatures and hashes of each. */
import { closeSync, readSync } from 'node:fs'
import type { Overlay } from '../../../shared/workbench/overlay.ts'
import type { ContentStore } from '../content.ts'
import { cellBytes } from '../csv.ts'
import { RowHasher } from '../kernel/kernel.ts'
import { RecordReader } from '../kernel/recordReader.ts'
import type { RecordView } from '../kernel/recordView.ts'
import type { RoleIndices } from '../kernel/recordWords.ts'
import type { RowIndex } from '../rowIndex.ts'
import type { Stripe } from './stripes.ts'
import { mostRows, rowWord, rowWords, TextKernel } from './textKernel.ts'
import { createTokenCounter, type TokenCounter } from './tokenCounter.ts'
import type { TokenTables } from './tokenTables.ts'

/** What is known of the rows of a stripe, or of the added ones. */
export interface StripeRows {
  /** Rows that are there, with blank ones. */
  readonly rowCount: number
  /** Those with a question and an answer, `rowWords` each. */
  readonly words: Uint32Array<ArrayBuffer>
  /** Rows whose topic is looked at. */
  readonly sample: readonly SampledRow[]
}

export interface SampledRow {
  readonly row: number
  readonly question: string
}

export interface StripeOptions {
  readonly content: ContentStore
  readonly contentSha256: string
  readonly index: RowIndex
  readonly roles: RoleIndices
  readonly overlay: Overlay
  /** Characters are counted without them. */
  readonly tables: TokenTables | null
  /** Of the hashes; the same wherever rows are compared. */
  readonly seed: bigint
  /** One row of so many is sampled. */
  readonly sampleEvery: number
}

const sampledBytes = 1200
const chunkBytes = 1024 * 1024

export class StripeReader {
  readonly #options: StripeOptions
  readonly #hasher: RowHasher
  readonly #counter: TokenCounter | null
  readonly #kernel: TextKernel
  readonly #reader: RecordReader
  readonly #file: number
  readonly #chunk = Buffer.alloc(chunkBytes)
  /** Whether rows have to be looked up among the edits. */
  readonly #isEdited: boolean
  #row = 0
  #lastRow = 0
  #rowCount = 0
  #filled = 0
  #sample: SampledRow[] = []

  constructor(options: StripeOptions) {
    const { content, contentSha256, index, roles, overlay, tables, seed } = options
    this.#options = options
    this.#hasher = new RowHasher(seed)
    this.#counter = tables && createTokenCounter(tables)
    this.#kernel = this.#counter?.kernel ?? new TextKernel()
    const format = { delimiter: index.delimiter, columnCount: index.columns.length, ...roles }
    this.#reader = new RecordReader(format, (view) => this.#add(view), {
      hasher: this.#hasher,
    })
    this.#isEdited =
      overlay.hasReplacements ||
      overlay.deleted.size + overlay.excluded.size + overlay.touchedRows().length > 0
    this.#file = content.open(contentSha256)
  }

  read({ fromByte, toByte, line, firstRow, lastRow }: Stripe): StripeRows {
    this.#begin(firstRow - 1, lastRow)
    this.#reader.restart(line)
    for (let at = fromByte; this.#row < lastRow;) {
      // What a row is can depend on what comes after it: past the stripe it is read until its last row is known.
      const wanted = at < toByte ? Math.min(toByte - at, chunkBytes) : chunkBytes
      const length = readSync(this.#file, this.#chunk, 0, wanted, at)
      if (length === 0) break
      this.#reader.push(this.#chunk.subarray(0, length))
      at += length
    }
    if (this.#row < lastRow) this.#reader.finish()
    return this.#take()
  }

  close(): void {
    closeSync(this.#file)
  }

  /** Of a text beside the rows; 0 without a tokenizer. */
  countTokens(text: string): number {
    return this.#counter?.count(Buffer.from(text)) ?? 0
  }

  /** Rows that were added by hand, so many of them from `firstRow` on. */
  readAdded(firstRow: number, lastRow: number): StripeRows {
    const { overlay } = this.#options
    this.#begin(firstRow - 1, lastRow)
    for (let row = firstRow; row <= lastRow; row += 1) {
      if (overlay.deleted.has(row) || overlay.excluded.has(row)) continue
      this.#addCells(row, overlay.cells(row, []))
    }
    return this.#take()
  }

  #begin(row: number, lastRow: number): void {
    this.#row = row
    this.#lastRow = lastRow
    this.#rowCount = 0
    this.#filled = 0
    this.#sample = []
  }

  #take(): StripeRows {
    const words = this.#kernel.rows.slice(0, this.#filled * rowWords)
    return { rowCount: this.#rowCount, words, sample: this.#sample }
  }

  #add(view: RecordView): void {
    if (this.#row >= this.#lastRow) return
    this.#row += 1
    const row = this.#row
    const { overlay, roles } = this.#options
    if (this.#isEdited) {
      if (overlay.deleted.has(row) || overlay.excluded.has(row)) return
      if (overlay.isTouched(row)) {
        const record = view.record()
        const stored = record.cells.map((_, cell) => cellBytes(record, cell).toString('utf8'))
        this.#addCells(row, overlay.cells(row, stored))
        return
      }
    }
    this.#rowCount += 1
    if (view.csv) {
      const question = cellBytes(view.csv, roles.question)
      const answer = cellBytes(view.csv, roles.answer)
      this.#addTexts(row, question, answer, view)
      return
    }
    if (view.questionLength === 0 || view.answerLength === 0) return
    const { bytes, at } = this.#kernel.room(view.size)
    view.copyTo(bytes, at)
    this.#fill(
      { row, bytes, question: at + view.questionStart, answer: at + view.answerStart },
      view.questionLength,
      view.answerLength,
      view,
    )
  }

  #addCells(row: number, cells: readonly string[]): void {
    const { roles } = this.#options
    const question = Buffer.from(cells[roles.question] ?? '')
    const answer = Buffer.from(cells[roles.answer] ?? '')
    const [asked, answered] = [this.#hasher.cell(question), this.#hasher.cell(answer)]
    this.#rowCount += 1
    this.#addTexts(row, question, answer, {
      questionHashLow: Number(asked & 0xffff_ffffn),
      questionHashHigh: Number(asked >> 32n),
      answerHashLow: Number(answered & 0xffff_ffffn),
      answerHashHigh: Number(answered >> 32n),
    })
  }

  #addTexts(row: number, question: Buffer, answer: Buffer, hashes: Hashes): void {
    const { bytes, at } = this.#kernel.room(question.length + answer.length + 1)
    // Neither runs on into the other.
    const answerAt = at + question.length + 1
    bytes.set(question, at)
    bytes[answerAt - 1] = 0
    bytes.set(answer, answerAt)
    const place = { row, bytes, question: at, answer: answerAt }
    this.#fill(place, question.length, answer.length, hashes)
  }

  #fill(place: RowPlace, questionLength: number, answerLength: number, hashes: Hashes): void {
    if (this.#filled === mostRows)
      throw new RangeError('A stripe has more rows than there is room for')
    const { row, bytes, question, answer } = place
    const kernel = this.#kernel
    const questionEnd = question + questionLength
    const answerEnd = answer + answerLength
    if (!kernel.fillRow(this.#filled, question, questionEnd, answer, answerEnd)) return
    const { rows } = kernel
    const at = this.#filled * rowWords
    this.#filled += 1
    rows[at + rowWord.row] = row
    rows[at + rowWord.questionHashLow] = hashes.questionHashLow
    rows[at + rowWord.questionHashHigh] = hashes.questionHashHigh
    rows[at + rowWord.answerHashLow] = hashes.answerHashLow
    rows[at + rowWord.answerHashHigh] = hashes.answerHashHigh
    if (isSampled(row, this.#options.sampleEvery)) {
      const until = Math.min(questionEnd, question + sampledBytes)
      this.#sample.push({ row, question: bytes.toString('utf8', question, until) })
    }
    const counter = this.#counter
    if (!counter) return
    const isUnknown = (word: number) => rows[at + word] === 0xffff_ffff
    if (!isUnknown(rowWord.questionLength) && !isUnknown(rowWord.answerLength)) return
    // Counting takes the room that these texts lie in.
    const asked = Buffer.from(bytes.subarray(question, questionEnd))
    const answered = Buffer.from(bytes.subarray(answer, answerEnd))
    const questionTokens = counter.count(asked)
    const answerTokens = counter.count(answered)
    kernel.rows[at + rowWord.questionLength] = questionTokens
    kernel.rows[at + rowWord.answerLength] = answerTokens
  }
}

interface RowPlace {
  readonly row: number
  /** What question and answer are in, and where they begin. */
  readonly bytes: Buffer
  readonly question: number
  readonly answer: number
}

type Hashes = Pick<
  RecordView,
  'questionHashLow' | 'questionHashHigh' | 'answerHashLow' | 'answerHashHigh'
>

/** Rows without a rule that a file could repeat itself by, and the same ones every time. */
function isSampled(row: number, every: number): boolean {
  if (every === 1) return true
  const mixed = Math.imul(row ^ (row >>> 15), 0x2c1b3c6d)
  return ((mixed ^ (mixed >>> 13)) >>> 0) % every === 0
}
