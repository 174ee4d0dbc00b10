/** Reads a table once, and reports what training would stumble over. */
import type { FindingCode, FindingExample, ScanReport } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { findBadCharacters, type BadCharacter } from './characters.ts'
import { replaceSpans, type Span } from './checks/cellCheck.ts'
import { anyTrigger, cellChecks } from './checks/cellChecks.ts'
import { cellText, encodeRecord, isBlank, lineAt, type CsvRecord } from './csv.ts'
import { FindingCollector, maxExamples } from './findings.ts'
import { flag, recordWords, word } from './kernel/kernel.ts'
import type { RecordView } from './kernel/recordView.ts'
import { seen, type Seen } from './kernel/seenRows.ts'
import { preview } from './preview.ts'
import { RowCheck, rowsInMemory, withoutEmptyExtras, type RowVerdict } from './rowCheck.ts'
import { RowIndexBuilder, type RowIndex } from './rowIndex.ts'
import { TableAdvice } from './tableAdvice.ts'
import type { Chunks, TextEncoding } from './textEncoding.ts'
import type { TextSlots } from './textSlots.ts'
import { openTable, openText, type Table, type TableShape, type TextSource } from './textSource.ts'

export interface ScanOptions {
  /** Where it was told, or found by a look at the whole file. */
  readonly encoding?: TextEncoding
  /** How long the text will be, about; where it is known, memory is taken once and not bit by bit. */
  readonly expectedBytes?: number
  /** Where chunks may lie, so that they need not be copied. */
  readonly slots?: TextSlots | undefined
  readonly signal?: AbortSignal
  /** Header and first rows, as soon as they are there. */
  readonly onTable?: (shape: TableShape) => void
  /** Bytes of text that were scanned so far, and rows. */
  readonly onProgress?: (bytes: number, rows: number) => void
}

export interface TableScan {
  readonly report: ScanReport
  readonly index: RowIndex
}

/**
 * Scans a table. Works chunk by chunk and gives way between chunks, so that a process that also answers a window can
 * run it.
 *
 * @throws AppError NoColumns, OneColumn, CellTooLarge; Cancelled when the signal was aborted
 */
export async function scanTable(
  chunks: Chunks,
  { encoding, expectedBytes = 0, slots, signal, onTable, onProgress }: ScanOptions = {},
): Promise<TableScan> {
  const source = await openText(chunks, encoding)
  const table = await openTable(source.body)
  onTable?.(table)
  const scan = new Scan(table, source, expectedBytes, slots)
  try {
    for await (const chunk of table.text) {
      if (signal?.aborted) throw new AppError('Cancelled', 'The scan was cancelled')
      scan.push(chunk)
      onProgress?.(scan.byteCount, scan.rowCount)
    }
    return scan.finish()
  } finally {
    scan.close()
  }
}

/** The report alone. @throws AppError as scanTable does */
export async function scanContent(chunks: Chunks, signal?: AbortSignal): Promise<ScanReport> {
  return (await scanTable(chunks, signal ? { signal } : {})).report
}

const lateCodes: Partial<Record<Seen, FindingCode>> = {
  [seen.repeated]: 'duplicate-row',
  [seen.samePair]: 'repeated-pair',
}

const badCharacterFlags = flag.control | flag.odd | flag.notUtf8
/** Flags of a usable row that may have something to report, whatever came before it. */
const worthALook = anyTrigger | badCharacterFlags | flag.answerIsQuestion

class Scan {
  readonly #table: Table
  readonly #source: TextSource
  readonly #check: RowCheck
  readonly #reader
  readonly #findings = new FindingCollector()
  readonly #advice = new TableAdvice(this.#findings)
  readonly #index = new RowIndexBuilder()
  /** 0 once room was made for its rows. */
  #expectedBytes: number
  #hasHeader = false
  /** Where the words end of the rows that were compared last. */
  #comparedTo = 0
  #rowCount = 0
  #usableRowCount = 0
  #byteCount = 0
  #invalidByteCount = 0
  /** Empty lines are blank rows if a row follows, and extra newlines if none does. The first ones, for examples. */
  #emptyLines: CsvRecord[] = []
  #emptyLineCount = 0
  #beforeEmptyLines: Buffer = Buffer.alloc(0)

  constructor(table: Table, source: TextSource, expectedBytes: number, slots?: TextSlots) {
    this.#table = table
    this.#expectedBytes = expectedBytes
    this.#source = source
    this.#check = new RowCheck(table, table.suggestedRoles, rowsInMemory)
    this.#reader = this.#check.reader((view) => this.#add(view), {
      takeWords: (words, from, to, offset, line) => this.#takePlain(words, from, to, offset, line),
      slots,
    })
    this.#reportEncoding(source)
  }

  get byteCount(): number {
    return this.#byteCount
  }

  get rowCount(): number {
    return this.#rowCount
  }

  push(chunk: Uint8Array): void {
    this.#byteCount += chunk.length
    this.#reader.push(chunk)
    if (this.#expectedBytes === 0) return
    this.#check.expectRows((this.#rowCount / this.#byteCount) * this.#expectedBytes)
    this.#expectedBytes = 0
  }

  close(): void {
    this.#check.close()
  }

  finish(): TableScan {
    this.#reader.finish()
    this.#reportTrailingNewlines()
    this.#finishRepetitions()
    const { columns, suggestedRoles, delimiter } = this.#table
    this.#advice.finish(this.#usableRowCount)
    return {
      report: {
        ...this.#findings.list(this.#unfixable()),
        lineCount: this.#reader.lineCount,
        rowCount: this.#rowCount,
        usableRowCount: this.#usableRowCount,
        columns: [...columns],
        suggestedRoles,
        delimiter: String.fromCharCode(delimiter),
        encoding: this.#source.encoding,
      },
      index: this.#index.finish(delimiter, columns),
    }
  }

  /** Usable rows with nothing to report; see `TakeWords`. */
  #takePlain(words: Int32Array, from: number, to: number, offset: number, line: number): number {
    if (!this.#hasHeader || this.#emptyLineCount > 0) return from
    // Where a row is taken out of the midst of those that were compared, the ones after it need not be compared again.
    if (words[from + word.verdict] === 0) {
      const first = { row: this.#rowCount + 1, line }
      this.#comparedTo = this.#check.compareNew(words, from, to, first, worthALook)
    }
    // A record has all words.
    const offsetOfZero = offset + this.#source.markLength - (words[from + word.start] as number)
    let lineOfRow = line
    let at = from
    for (; at < this.#comparedTo; at += recordWords) {
      if (!this.#advice.addPlain(words, at)) break
      this.#index.add(offsetOfZero + (words[at + word.start] as number), lineOfRow, false)
      lineOfRow += 1 + (words[at + word.lineFeeds] as number)
    }
    const taken = (at - from) / recordWords
    this.#rowCount += taken
    this.#usableRowCount += taken
    return at
  }

  #add(view: RecordView): void {
    if (this.#hasHeader) {
      this.#index.add(view.offset + this.#source.markLength, view.line, view.length === 0)
    }
    if (view.length === 0) return this.#addEmptyLine(view)
    if (this.#emptyLineCount > 0) this.#addEmptyLines()
    if (this.#hasHeader) this.#addRow(view)
    else this.#addHeader(view)
  }

  #addHeader(view: RecordView): void {
    const record = view.record()
    this.#reportCharacters(record, null)
    this.#reportQuotes(record, null)
    if (isBlank(record)) this.#findings.add('blank-row', () => rowExample(record, null, null, null))
    else this.#hasHeader = true
  }

  #addEmptyLine(view: RecordView): void {
    if (this.#emptyLineCount === 0) this.#beforeEmptyLines = view.previous() ?? Buffer.alloc(0)
    this.#emptyLineCount += 1
    if (this.#emptyLines.length < maxExamples) this.#emptyLines.push(view.record())
  }

  #addEmptyLines(): void {
    for (const empty of this.#emptyLines) {
      if (this.#hasHeader) this.#rowCount += 1
      const row = this.#hasHeader ? this.#rowCount : null
      this.#findings.add('blank-row', () => rowExample(empty, row, null, null))
    }
    const notShown = this.#emptyLineCount - this.#emptyLines.length
    if (notShown > 0) {
      this.#findings.count('blank-row', notShown)
      if (this.#hasHeader) this.#rowCount += notShown
    }
    this.#emptyLines = []
    this.#emptyLineCount = 0
  }

  #addRow(view: RecordView): void {
    this.#rowCount += 1
    const row = this.#rowCount
    const verdict = this.#check.check(view, row)
    if (view.flags & badCharacterFlags) {
      this.#reportCharacters(view.record(), row)
    }
    if (verdict.isUsable) {
      this.#usableRowCount += 1
      this.#advice.add(view, row)
      if (verdict.hasOtherAnswer) this.#reportRow('conflicting-answer', view, row)
      if (verdict.repeatsPair) this.#reportRow('repeated-pair', view, row)
      if (verdict.repeatsQuestion) this.#reportRow('answer-repeats-question', view, row)
    } else {
      this.#reportVerdict(verdict, view, row)
    }
    if (view.flags & anyTrigger && !verdict.isBlank) this.#reportCells(view, row)
  }

  #reportVerdict(verdict: RowVerdict, view: RecordView, row: number): void {
    const { question, answer } = this.#table.suggestedRoles
    if (verdict.isBlank) return this.#reportRow('blank-row', view, row)
    if (verdict.isRepeated) return this.#reportRow('duplicate-row', view, row)
    const record = view.record()
    this.#reportQuotes(record, row)
    if (verdict.isRagged) {
      const trimmed = withoutEmptyExtras(record, this.#table.columns.length)
      this.#findings.add('ragged-row', () => rowExample(record, row, null, trimmed))
    }
    if (verdict.isQuestionEmpty) this.#reportRow('empty-question', view, row, question)
    if (verdict.isAnswerEmpty) this.#reportRow('empty-answer', view, row, answer)
  }

  #reportRow(code: FindingCode, view: RecordView, row: number, column: string | null = null): void {
    const isKept = code === 'conflicting-answer'
    this.#findings.add(code, () => {
      const record = view.record()
      return rowExample(record, row, column, isKept ? record.bytes : null)
    })
  }

  #reportQuotes(record: CsvRecord, row: number | null): void {
    const line = record.unbalancedQuoteLine
    if (line === null) return
    const after = encodeRecord(record, this.#table.delimiter)
    this.#findings.add('unbalanced-quote', () => ({
      ...rowExample(record, row, null, after),
      line,
    }))
  }

  #reportCells(view: RecordView, row: number): void {
    const checks = cellChecks.filter(
      ({ code, trigger }) => view.flags & trigger && (view.isUtf8 || code !== 'lost-character'),
    )
    const record = view.record()
    record.cells.forEach((cell, index) => {
      const text = cellText(record, index)
      for (const check of checks) {
        const spans = check.find(text)
        const [first] = spans
        if (!first) continue
        const line = lineAt(record.bytes, cell.start, record.line)
        const column = this.#table.columns[index] ?? null
        const example = () => cellExample(text, spans, first, { line, row, column })
        this.#findings.add(check.code, example, spans.length)
      }
    })
  }

  /** All are counted; a cell gives one example per kind. */
  #reportCharacters(record: CsvRecord, row: number | null): void {
    const bad = findBadCharacters(record.bytes)
    if (bad.length === 0) return
    const byCell = Map.groupBy(bad, ({ kind, start }) => `${kind} ${cellIndex(record, start)}`)
    for (const places of byCell.values()) {
      const [first] = places
      if (!first) continue
      const example = () => this.#characterExample(record, row, first, places)
      this.#findings.add(first.kind, example, places.length)
      if (first.kind !== 'invalid-utf8') continue
      for (const { start, end } of places) this.#invalidByteCount += end - start
    }
  }

  #characterExample(
    record: CsvRecord,
    row: number | null,
    first: BadCharacter,
    places: readonly BadCharacter[],
  ): FindingExample {
    const index = cellIndex(record, first.start)
    const from = (record.cells[index - 1]?.stop ?? -1) + 1
    const cell = record.bytes.subarray(from, record.cells[index]?.stop)
    const inCell = places.map(({ start, end }) => ({ start: start - from, end: end - from }))
    return {
      line: lineAt(record.bytes, first.start, record.line),
      row,
      column: row === null ? null : (this.#table.columns[index] ?? null),
      before: preview(cell, first.start - from),
      after: preview(cell, first.start - from, inCell),
    }
  }

  #reportEncoding({ encoding, rawHead, markLength }: TextSource): void {
    const isUtf8 = encoding === 'utf-8'
    if (isUtf8 && markLength === 0) return
    const after = isUtf8
      ? preview(firstLine(rawHead.subarray(markLength)))
      : this.#table.columns.join(String.fromCharCode(this.#table.delimiter))
    const before = preview(isUtf8 ? firstLine(rawHead) : rawHead.subarray(0, 64))
    this.#findings.add(encodingCode(encoding) ?? 'byte-order-mark', () => ({
      ...{ line: 1, row: null, column: null },
      before,
      after,
    }))
  }

  #reportTrailingNewlines(): void {
    const [first] = this.#emptyLines
    if (!first || !this.#hasHeader) return
    const last = this.#beforeEmptyLines
    const extra = this.#emptyLines.map(({ bytes }) => bytes)
    const before = preview(Buffer.concat([last, ...extra]))
    const example = { line: first.line, row: null, column: null, before, after: preview(last) }
    this.#findings.add('trailing-newline', () => example, this.#emptyLineCount)
  }

  /** What had to wait for the end: only the line is known by then. */
  #finishRepetitions(): void {
    this.#check.finish((verdict, row, line) => {
      if (verdict === seen.repeated) this.#usableRowCount -= 1
      const code = lateCodes[verdict] ?? 'conflicting-answer'
      const after = code === 'conflicting-answer' ? '' : null
      const example = { line, row, column: null, before: '', after }
      this.#findings.addLate(code, line, () => example)
    })
  }

  /**
   * Many invalid bytes mean that the file is in another encoding, such as GB18030: removing them would destroy the
   * text, so that is not offered.
   */
  #unfixable(): Set<FindingCode> {
    const isOtherEncoding =
      this.#invalidByteCount > 64 && this.#invalidByteCount > this.#byteCount * 0.05
    return new Set(isOtherEncoding ? (['invalid-utf8'] as const) : [])
  }
}

/** Null for UTF-8. */
export function encodingCode(encoding: TextEncoding): FindingCode | null {
  if (encoding === 'utf-8') return null
  return encoding.startsWith('utf-16') ? 'utf-16-encoding' : 'legacy-encoding'
}

function cellExample(
  text: string,
  spans: readonly Span[],
  first: Span,
  { line, row, column }: Pick<FindingExample, 'line' | 'row' | 'column'>,
): FindingExample {
  const before = text.slice(0, first.start)
  const focus = Buffer.byteLength(before)
  return {
    line: line + (before.match(/\r\n|\r|\n/g)?.length ?? 0),
    row,
    column,
    before: preview(Buffer.from(text), focus),
    after: preview(Buffer.from(replaceSpans(text, spans)), focus),
  }
}

function rowExample(
  record: CsvRecord,
  row: number | null,
  column: string | null,
  after: Buffer | null,
): FindingExample {
  const before = record.length === 0 ? record.bytes : record.bytes.subarray(0, record.length)
  const lineEndLength = record.bytes.length - record.length
  const kept = after && preview(after.subarray(0, after.length - lineEndLength))
  return { line: record.line, row, column, before: preview(before), after: kept }
}

function cellIndex(record: CsvRecord, offset: number): number {
  return record.cells.findIndex(({ stop }) => offset < stop)
}

function firstLine(bytes: Buffer): Buffer {
  const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d)
  return end === -1 ? bytes.subarray(0, 300) : bytes.subarray(0, end)
}
