/** Reads a file once and reports what training would stumble over. */
import type { FindingCode, FindingExample, ScanReport } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { findBadCharacters, type BadCharacter } from './characters.ts'
import { encodeRecord, isBlank, lineAt, readCsv, type CsvRecord } from './csv.ts'
import { FindingCollector, maxExamples } from './findings.ts'
import { preview } from './preview.ts'
import { RowCheck, withoutEmptyExtras } from './rowCheck.ts'
import type { Chunks } from './textEncoding.ts'
import { openTable, openText, type Table, type TextSource } from './textSource.ts'

/**
 * Scans a table. Works chunk by chunk and gives way between chunks, so that a process that also answers a window can
 * run it.
 *
 * @throws AppError NoColumns, OneColumn, CellTooLarge; Cancelled when the signal was aborted
 */
export async function scanContent(chunks: Chunks, signal?: AbortSignal): Promise<ScanReport> {
  const source = await openText(chunks)
  const table = await openTable(source.body)
  const scan = new Scan(table)
  scan.reportEncoding(source)
  for await (const batch of readCsv(table.text, table)) {
    if (signal?.aborted) throw new AppError('Cancelled', 'The scan was cancelled')
    for (const record of batch) scan.add(record)
  }
  return scan.finish(source)
}

class Scan {
  readonly #table: Table
  readonly #check: RowCheck
  readonly #findings = new FindingCollector()
  #header: CsvRecord | null = null
  #rowCount = 0
  #usableRowCount = 0
  #lineCount = 0
  #byteCount = 0
  #invalidByteCount = 0
  /** Empty lines are blank rows if a row follows, and extra newlines if none does. The first ones, for examples. */
  #emptyLines: CsvRecord[] = []
  #emptyLineCount = 0
  #lastRow: CsvRecord | null = null

  constructor(table: Table) {
    this.#table = table
    this.#check = new RowCheck(table, table.suggestedRoles)
  }

  reportEncoding({ encoding, rawHead, markLength }: TextSource): void {
    const isUtf16 = encoding !== 'utf-8'
    if (!isUtf16 && markLength === 0) return
    const place = { line: 1, row: null, column: null }
    const after = isUtf16
      ? this.#table.columns.join(String.fromCharCode(this.#table.delimiter))
      : preview(firstLine(rawHead.subarray(markLength)))
    const before = preview(isUtf16 ? rawHead.subarray(0, 64) : firstLine(rawHead))
    this.#findings.add(isUtf16 ? 'utf-16-encoding' : 'byte-order-mark', () => ({
      ...place,
      before,
      after,
    }))
  }

  add(record: CsvRecord): void {
    this.#lineCount = record.line + record.lineCount - 1
    this.#byteCount += record.bytes.length
    if (record.length === 0) {
      this.#emptyLineCount += 1
      if (this.#emptyLines.length < maxExamples) this.#emptyLines.push(record)
      return
    }
    this.#addEmptyLines()
    this.#addRow(record)
    this.#lastRow = record
  }

  finish({ encoding }: TextSource): ScanReport {
    this.#reportTrailingNewlines()
    const { columns, suggestedRoles, delimiter } = this.#table
    return {
      findings: this.#findings.list(this.#unfixable()),
      lineCount: this.#lineCount,
      rowCount: this.#rowCount,
      usableRowCount: this.#usableRowCount,
      columns: [...columns],
      suggestedRoles,
      delimiter: String.fromCharCode(delimiter),
      encoding,
    }
  }

  #addEmptyLines(): void {
    const notShown = this.#emptyLineCount - this.#emptyLines.length
    for (const empty of this.#emptyLines) this.#addRow(empty)
    if (notShown > 0) {
      this.#findings.count('blank-row', notShown)
      if (this.#header) this.#rowCount += notShown
    }
    this.#emptyLines = []
    this.#emptyLineCount = 0
  }

  #addRow(record: CsvRecord): void {
    const verdict = this.#header ? this.#check.check(record) : null
    const isHeader = !this.#header && !isBlank(record)
    if (isHeader) this.#header = record
    else if (this.#header) this.#rowCount += 1
    const row = this.#header && !isHeader ? this.#rowCount : null
    const report = (code: FindingCode, column: string | null, after: Buffer | null) => {
      this.#findings.add(code, () => rowExample(record, row, column, after))
    }

    this.#reportCharacters(record, row)
    if (record.unbalancedQuoteLine !== null) {
      const line = record.unbalancedQuoteLine
      const after = encodeRecord(record, this.#table.delimiter)
      this.#findings.add('unbalanced-quote', () => ({
        ...rowExample(record, row, null, after),
        line,
      }))
    }
    if (isHeader) return
    if (!verdict || verdict.isBlank) return report('blank-row', null, null)
    if (verdict.isRagged)
      report('ragged-row', null, withoutEmptyExtras(record, this.#table.columns.length))
    const { question, answer } = this.#table.suggestedRoles
    if (verdict.isQuestionEmpty) report('empty-question', question, null)
    if (verdict.isAnswerEmpty) report('empty-answer', answer, null)
    if (verdict.isRepeated) report('duplicate-row', null, null)
    if (verdict.isUsable) this.#usableRowCount += 1
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

  #reportTrailingNewlines(): void {
    const [first] = this.#emptyLines
    const last = this.#lastRow
    if (!first || !last) return
    const extra = this.#emptyLines.map(({ bytes }) => bytes)
    const line = first.line
    const before = preview(Buffer.concat([last.bytes, ...extra]))
    const example = { line, row: null, column: null, before, after: preview(last.bytes) }
    this.#findings.add('trailing-newline', () => example, this.#emptyLineCount)
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
