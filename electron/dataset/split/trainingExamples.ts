/** The rows of a table that training can use, as question/answer pairs; streamed, since there may be millions. */
import type { ColumnRoles, TrainingExample } from '../../../shared/dataset.ts'
import { fillInput } from '../../../shared/inputTemplate.ts'
import { rowsWhere } from '../../../shared/split.ts'
import { asciiTokens, estimateTokens } from '../../../shared/trainingWay.ts'
import { BitSet } from '../bitSet.ts'
import { cellBytes, cellText, isBlank, type CsvRecord } from '../csv.ts'
import { flag, RowHasher } from '../kernel/kernel.ts'
import { RecordReader } from '../kernel/recordReader.ts'
import type { RecordView } from '../kernel/recordView.ts'
import { seen } from '../kernel/seenRows.ts'
import { columnIndex, RowCheck, rowsInMemory } from '../rowCheck.ts'
import type { Chunks } from '../textEncoding.ts'
import { openTable, openText, type TableShape } from '../textSource.ts'

/** With its row, as all that are read from a table. */
export type Numbered = TrainingExample & { readonly row: number }

/** The texts of a row, as training sees them. One object for all rows: take what you need before the next one comes. */
export class ExampleTexts {
  row = 0
  readonly #question: number
  readonly #answer: number
  readonly #indexOf: ReadonlyMap<string, number>
  readonly #template: string | undefined
  #view: RecordView | null = null
  #record: CsvRecord | null = null
  /** Of the question's cell. */
  #bytes: Buffer | null = null

  /** @throws AppError ColumnNotFound */
  constructor({ columns }: Pick<TableShape, 'columns'>, roles: ColumnRoles) {
    this.#question = columnIndex(columns, roles.question)
    this.#answer = columnIndex(columns, roles.answer)
    this.#indexOf = new Map(columns.map((column, index) => [column, index]))
    this.#template = roles.inputTemplate
  }

  place(view: RecordView, row: number): void {
    this.#view = view
    this.#record = null
    this.#bytes = null
    this.row = row
  }

  get prompt(): string {
    if (this.#template === undefined) return this.#questionBytes.toString('utf8')
    return fillInput(this.#template, (column) => {
      const index = this.#indexOf.get(column)
      return index === undefined ? undefined : this.#cell(index)
    })
  }

  /** So much of the prompt, without a string of the whole: where many are kept, long ones must not be kept with them. */
  promptStart(characters: number): string {
    // No character takes more bytes, nor leaves a half one before that place.
    return this.promptBytes.toString('utf8', 0, characters * 4).slice(0, characters)
  }

  get completion(): string {
    const view = this.#current
    if (view.csv) return cellText(view.csv, this.#answer)
    const { answerStart, answerLength } = view
    return view.bytes().toString('utf8', answerStart, answerStart + answerLength)
  }

  /** Where the row begins. */
  get line(): number {
    return this.#current.line
  }

  get example(): Numbered {
    return { prompt: this.prompt, completion: this.completion, row: this.row }
  }

  /** Of the prompt, in valid UTF-8. */
  get promptBytes(): Buffer {
    const isAsItStands = this.#template === undefined && this.#current.isUtf8
    return isAsItStands ? this.#questionBytes : Buffer.from(this.prompt)
  }

  /** Hash of the prompt without the white space around it; from the one that was made while reading, where that is the same. */
  promptHash(hasher: RowHasher): { readonly low: number; readonly high: number } {
    const view = this.#current
    if (this.#template === undefined && view.isUtf8) {
      const bytes = this.#questionBytes
      if (isVisibleAscii(bytes[0]) && isVisibleAscii(bytes.at(-1)))
        return { low: view.questionHashLow, high: view.questionHashHigh }
    }
    return halves(hasher.cell(Buffer.from(this.prompt.trim())))
  }

  /** Of question and answer; an estimate. */
  get tokens(): number {
    const { flags, questionLength, answerLength } = this.#current
    const isAscii = this.#template === undefined && (flags & flag.high) === 0
    if (isAscii) return asciiTokens(questionLength) + asciiTokens(answerLength)
    return estimateTokens(this.prompt) + estimateTokens(this.completion)
  }

  #cell(index: number): string {
    this.#record ??= this.#current.record()
    return cellText(this.#record, index)
  }

  get #questionBytes(): Buffer {
    return (this.#bytes ??= this.#readQuestion())
  }

  #readQuestion(): Buffer {
    const view = this.#current
    if (view.csv) return cellBytes(view.csv, this.#question)
    const { questionStart, questionLength } = view
    return view.bytes().subarray(questionStart, questionStart + questionLength)
  }

  get #current(): RecordView {
    if (this.#view) return this.#view
    throw new RangeError('There is no row yet')
  }
}

/**
 * Tells the rows that training can use, once. Of a great many rows some of those told may turn out to repeat others in the
 * end: what is returned counts.
 *
 * @returns the numbers of the usable rows
 * @throws AppError ColumnNotFound, DiskFull
 */
export async function readUsableRows(
  content: Chunks,
  roles: ColumnRoles,
  {
    hasher = new RowHasher(),
    mostInMemory = rowsInMemory,
    onTable,
    onRow,
  }: {
    /** Where hashes are compared with those of another table. */
    readonly hasher?: RowHasher
    /** Rows that are compared with all before them at once. */
    readonly mostInMemory?: number
    readonly onTable?: (table: TableShape) => void
    readonly onRow?: (texts: ExampleTexts) => void
  } = {},
): Promise<Uint32Array> {
  const table = await openTable((await openText(content)).body)
  onTable?.(table)
  const check = new RowCheck(table, roles, mostInMemory, hasher)
  const texts = new ExampleTexts(table, roles)
  let rows = new Uint32Array(4096)
  let count = 0
  try {
    const reader = check.reader(
      afterHeader((view, row) => {
        if (!check.check(view, row).isUsable) return
        if (count === rows.length) rows = doubled(rows)
        rows[count] = row
        count += 1
        texts.place(view, row)
        onRow?.(texts)
      }),
    )
    for await (const chunk of table.text) reader.push(chunk)
    reader.finish()
    const repeated = new BitSet((rows[count - 1] ?? 0) + 1)
    check.finish((verdict, row) => verdict === seen.repeated && repeated.add(row))
    return rowsWhere(rows.subarray(0, count), (place) => !repeated.has(rows[place] ?? 0))
  } finally {
    check.close()
  }
}

/** Of these rows, in the order of the file, some thousands at a time. @throws AppError ColumnNotFound */
export function readExamples(
  content: Chunks,
  roles: ColumnRoles,
  rows: BitSet,
): AsyncGenerator<Numbered[]> {
  return readTexts(content, roles, rows, (texts) => texts.example)
}

/** The same for what is taken of each row. @throws AppError ColumnNotFound */
export async function* readTexts<T>(
  content: Chunks,
  roles: ColumnRoles,
  rows: BitSet,
  take: (texts: ExampleTexts) => T,
): AsyncGenerator<T[]> {
  const table = await openTable((await openText(content)).body)
  const texts = new ExampleTexts(table, roles)
  let batch: T[] = []
  let left = rows.size
  const { delimiter, columns } = table
  const format = {
    delimiter,
    columnCount: columns.length,
    question: columnIndex(columns, roles.question),
    answer: columnIndex(columns, roles.answer),
  }
  const reader = new RecordReader(
    format,
    afterHeader((view, row) => {
      if (!rows.has(row)) return
      left -= 1
      texts.place(view, row)
      batch.push(take(texts))
    }),
  )
  for await (const chunk of table.text) {
    reader.push(chunk)
    if (batch.length > 0) yield batch
    batch = []
    if (left === 0) return
  }
  reader.finish()
  if (batch.length > 0) yield batch
}

/** Hashes of a column's cells, the same for the same text; of these rows, in the order of the file. @throws AppError ColumnNotFound */
export async function readCellHashes(
  content: Chunks,
  column: string,
  rows: BitSet,
  onCell: (low: number, high: number) => void,
): Promise<void> {
  const { delimiter, columns, text } = await openTable((await openText(content)).body)
  const hasher = new RowHasher()
  // The kernel hashes what it takes for the question.
  const question = columnIndex(columns, column)
  const format = { delimiter, columnCount: columns.length, question, answer: -1 }
  const reader = new RecordReader(
    format,
    afterHeader((view, row) => {
      if (!rows.has(row)) return
      if (view.isUtf8) return onCell(view.questionHashLow, view.questionHashHigh)
      const { low, high } = halves(hasher.cell(Buffer.from(cellText(view.record(), question))))
      onCell(low, high)
    }),
    { hasher },
  )
  for await (const chunk of text) reader.push(chunk)
  reader.finish()
}

/** Rows are counted from the first record after the header; nothing but blank lines stands before that. */
function afterHeader(onRow: (view: RecordView, row: number) => void): (view: RecordView) => void {
  let hasHeader = false
  let row = 0
  return (view) => {
    if (!hasHeader) {
      hasHeader = !isBlank(view.record())
      return
    }
    row += 1
    onRow(view, row)
  }
}

function doubled(rows: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(rows.length * 2)
  larger.set(rows)
  return larger
}

/** A hash's two words. */
export function halves(hash: bigint): { readonly low: number; readonly high: number } {
  return { low: Number(hash & 0xffff_ffffn), high: Number(hash >> 32n) }
}

function isVisibleAscii(byte: number | undefined): boolean {
  return byte !== undefined && byte > 0x20 && byte < 0x7f
}
