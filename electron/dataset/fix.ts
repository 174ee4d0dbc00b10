/** The repairs. Each changes as little as it can: a row without a fault keeps its exact bytes. */
import { isUtf8 } from 'node:buffer'
import type { FindingCode } from '../../shared/dataset.ts'
import {
  findBadCharacters,
  removeCharacters,
  sequenceLength,
  type BadCharacterKind,
} from './characters.ts'
import { cellChecks, repairCell } from './checks/cellChecks.ts'
import { cellBytes, encodeCells, encodeRecord, isBlank, parseCsv, type CsvRecord } from './csv.ts'
import type { RecordView } from './kernel/recordView.ts'
import { RowCheck, withoutEmptyExtras, type RowVerdict } from './rowCheck.ts'
import { encodingCode } from './scan.ts'
import type { Chunks, TextEncoding } from './textEncoding.ts'
import { openTable, openText, withoutMarks, type Table } from './textSource.ts'

export interface FixRun {
  /** The repaired content. */
  readonly chunks: AsyncGenerator<Buffer>
  /** Places changed per finding; complete once `chunks` was read to its end. */
  readonly counts: ReadonlyMap<FindingCode, number>
}

const characterCodes: readonly FindingCode[] = [
  'utf-16-encoding',
  'legacy-encoding',
  'byte-order-mark',
  'invalid-utf8',
  'control-character',
]

/** What a look at a whole row, and at the rows before it, is needed for. */
const wholeRowCodes: readonly FindingCode[] = [
  'blank-row',
  'ragged-row',
  'empty-question',
  'empty-answer',
  'duplicate-row',
  'repeated-pair',
  'answer-repeats-question',
]

/**
 * Repairs the findings in `codes`; which columns ask and answer is guessed as the scan does. A file in UTF-16 always becomes UTF-8, since every repair writes UTF-8.
 *
 * Characters come first and rows second, so that a row that is only blank, or only a repetition, once its characters
 * are repaired is found too. Applying all codes twice gives the same as applying them once.
 */
export function applyFixes(
  content: Chunks,
  codes: ReadonlySet<FindingCode>,
  encoding?: TextEncoding,
): FixRun {
  const counts = new Map<FindingCode, number>()
  const count = (code: FindingCode, places = 1) => {
    if (places > 0) counts.set(code, (counts.get(code) ?? 0) + places)
  }
  return { chunks: repair(content, codes, count, encoding), counts }
}

type Count = (code: FindingCode, places?: number) => void

async function* repair(
  content: Chunks,
  codes: ReadonlySet<FindingCode>,
  count: Count,
  encoding: TextEncoding | undefined,
): AsyncGenerator<Buffer> {
  const source = await openText(content, encoding)
  const dropsMark = codes.has('byte-order-mark')
  const converted = encodingCode(source.encoding)
  if (converted) count(converted)
  if (source.markLength > 0 && dropsMark) count('byte-order-mark')
  if (source.markLength > 0 && !dropsMark) yield source.rawHead.subarray(0, source.markLength)

  const kinds = (['invalid-utf8', 'control-character'] as const).filter((kind) => codes.has(kind))
  const cleaned = kinds.length > 0 ? removeBadCharacters(source.body, kinds, count) : source.body
  // Once characters before it are gone, a mark can stand at the start that did not stand there before.
  const text = dropsMark ? withoutMarks(cleaned) : cleaned
  const hasRowCodes = [...codes].some((code) => !characterCodes.includes(code))
  yield* hasRowCodes ? fixRows(text, codes, count) : text
}

async function* removeBadCharacters(
  chunks: Chunks,
  kinds: readonly BadCharacterKind[],
  count: Count,
): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  function clean(bytes: Buffer): Buffer {
    const bad = findBadCharacters(bytes).filter(({ kind }) => kinds.includes(kind))
    for (const { kind } of bad) count(kind)
    return bad.length > 0 ? removeCharacters(bytes, bad) : bytes
  }
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const whole = bytes.length - incompleteLength(bytes)
    rest = bytes.subarray(whole)
    yield clean(bytes.subarray(0, whole))
  }
  yield clean(rest)
}

/** Bytes at the end that may be the beginning of a character. */
function incompleteLength(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length += 1) {
    const start = bytes.length - length
    const byte = bytes[start] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return sequenceLength(bytes, start) === -length ? length : 0
  }
  return 0
}

async function* fixRows(
  text: Chunks,
  codes: ReadonlySet<FindingCode>,
  count: Count,
): AsyncGenerator<Buffer> {
  const table = await openTable(text)
  const fixer = new RowFixer(table, codes, count)
  for await (const chunk of table.text) {
    fixer.push(chunk)
    yield fixer.take()
  }
  fixer.finish()
  yield fixer.take()
}

class RowFixer {
  readonly #table: Table
  readonly #codes: ReadonlySet<FindingCode>
  readonly #check: RowCheck
  readonly #reader
  readonly #count: Count
  readonly #cellTrigger: number
  readonly #checksRows: boolean
  readonly #output = new OutputBuffer()
  #hasHeader = false
  /** Empty lines wait until a row that stays comes after them; at the end they are extra newlines. */
  #emptyLines: Buffer[] = []

  constructor(table: Table, codes: ReadonlySet<FindingCode>, count: Count) {
    this.#table = table
    this.#codes = codes
    this.#check = new RowCheck(table, table.suggestedRoles)
    this.#reader = this.#check.reader((view) => this.#fix(view))
    this.#count = count
    this.#checksRows = wholeRowCodes.some((code) => codes.has(code))
    this.#cellTrigger = cellChecks.reduce(
      (all, { code, trigger }) => (codes.has(code) ? all | trigger : all),
      0,
    )
  }

  push(chunk: Uint8Array): void {
    this.#reader.push(chunk)
  }

  finish(): void {
    this.#reader.finish()
    if (this.#codes.has('trailing-newline')) {
      this.#count('trailing-newline', this.#emptyLines.length)
    } else {
      for (const line of this.#emptyLines) this.#output.add(line)
    }
  }

  /** What was repaired since it was last asked. */
  take(): Buffer {
    return this.#output.take()
  }

  #fix(view: RecordView): void {
    if (view.length === 0) {
      this.#emptyLines.push(Buffer.from(view.bytes()))
      return
    }
    const kept = this.#keep(view)
    if (!kept) return
    if (this.#emptyLines.length > 0) this.#writeEmptyLines()
    if (kept === view) this.#output.addRow(view)
    else this.#output.add(kept.bytes())
  }

  #writeEmptyLines(): void {
    const lines = this.#codes.has('blank-row') ? [] : this.#emptyLines
    this.#count('blank-row', this.#emptyLines.length - lines.length)
    for (const line of lines) this.#output.add(line)
    this.#emptyLines = []
  }

  /** What stays of a row, itself when nothing changes; null when it is removed. */
  #keep(view: RecordView): KeptRow | null {
    if (this.#hasHeader && view.csv === null && (view.flags & this.#cellTrigger) === 0) {
      return this.#checksRows ? this.#keepAfter(this.#check.check(view), view) : view
    }
    const original = view.record()
    const record = this.#codes.has('unbalanced-quote') ? this.#balance(original) : original
    if (!this.#hasHeader) {
      if (isBlank(record)) return this.#remove('blank-row', record)
      this.#hasHeader = true
      return keptRow(record)
    }
    return this.#keepDataRow(this.#repairCells(record))
  }

  #keepDataRow(record: CsvRecord): KeptRow | null {
    const row = keptRow(record)
    return this.#checksRows ? this.#keepAfter(this.#check.checkRecord(record), row) : row
  }

  #keepAfter(verdict: RowVerdict, row: KeptRow): KeptRow | null {
    if (verdict.isUsable && !verdict.repeatsQuestion && !verdict.repeatsPair) return row
    const record = row.record()
    if (verdict.isBlank) return this.#remove('blank-row', record)
    if (verdict.isRagged && this.#codes.has('ragged-row')) {
      this.#count('ragged-row')
      const trimmed = withoutEmptyExtras(record, this.#table.columns.length)
      return trimmed && this.#keepDataRow(this.#parse(trimmed, record.line))
    }
    if (verdict.isQuestionEmpty && this.#codes.has('empty-question')) {
      return this.#remove('empty-question', record)
    }
    if (verdict.isAnswerEmpty) return this.#remove('empty-answer', record)
    if (verdict.isRepeated) {
      // It is a pair that came before as well: where the others go, it would be the one that is left.
      const isPairOnly = this.#codes.has('repeated-pair') && !this.#codes.has('duplicate-row')
      return this.#remove(isPairOnly ? 'repeated-pair' : 'duplicate-row', record)
    }
    if (verdict.repeatsQuestion && this.#codes.has('answer-repeats-question')) {
      return this.#remove('answer-repeats-question', record)
    }
    if (verdict.repeatsPair) return this.#remove('repeated-pair', record)
    return keptRow(record)
  }

  #remove(code: FindingCode, record: CsvRecord): KeptRow | null {
    if (!this.#codes.has(code)) return keptRow(record)
    this.#count(code)
    return null
  }

  /** The same record when nothing of its cells has to be repaired. */
  #repairCells(record: CsvRecord): CsvRecord {
    if (this.#cellTrigger === 0 || isBlank(record)) return record
    let hasChanged = false
    const cells = record.cells.map((_, index) => {
      const bytes = cellBytes(record, index)
      if (!isUtf8(bytes)) return bytes
      const text = bytes.toString('utf8')
      const repaired = repairCell(text, this.#codes, this.#count)
      if (repaired === text) return bytes
      hasChanged = true
      return Buffer.from(repaired)
    })
    if (!hasChanged) return record
    const lineEnd = record.bytes.subarray(record.length)
    return this.#parse(encodeCells(cells, this.#table.delimiter, lineEnd), record.line)
  }

  #balance(record: CsvRecord): CsvRecord {
    if (record.unbalancedQuoteLine === null) return record
    this.#count('unbalanced-quote')
    return this.#parse(encodeRecord(record, this.#table.delimiter), record.line)
  }

  #parse(bytes: Buffer, line: number): CsvRecord {
    const { delimiter, columns } = this.#table
    const [record] = parseCsv(bytes, { delimiter, line, columnCount: columns.length })
    if (!record) throw new RangeError('A row that was written is empty')
    return record
  }
}

type KeptRow = Pick<RecordView, 'bytes' | 'record'>

function keptRow(record: CsvRecord): KeptRow {
  return { bytes: () => record.bytes, record: () => record }
}

/** Rows one after the other, so that a chunk is written at once. */
class OutputBuffer {
  #bytes = Buffer.allocUnsafe(1024 * 1024)
  #length = 0

  add(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  addRow(row: RecordView): void {
    this.#reserve(row.size)
    row.copyTo(this.#bytes, this.#length)
    this.#length += row.size
  }

  #reserve(length: number): void {
    const wanted = this.#length + length
    if (wanted <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }

  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return taken
  }
}
