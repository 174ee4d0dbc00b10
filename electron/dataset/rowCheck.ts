/** What is wrong with a row as a whole: one place for the scan, the fixes and training to agree. */
import type { ColumnRoles } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { isBlank, isBlankCell, type CsvRecord } from './csv.ts'
import { flag, recordWords, RowHasher, word } from './kernel/kernel.ts'
import {
  isCertain,
  RecordReader,
  type OnAhead,
  type OnRecord,
  type ReaderOptions,
} from './kernel/recordReader.ts'
import type { RecordView } from './kernel/recordView.ts'
import { wordsOf, type RoleIndices } from './kernel/recordWords.ts'
import { seen, SeenRows, type OnLate, type Seen } from './kernel/seenRows.ts'
import type { TableShape } from './textSource.ts'

/** Rows whose repetitions are told at once; about 27 bytes of memory each. */
export const rowsInMemory = 9_000_000

export interface RowVerdict {
  readonly isBlank: boolean
  readonly isUnbalanced: boolean
  readonly isRagged: boolean
  readonly isQuestionEmpty: boolean
  readonly isAnswerEmpty: boolean
  readonly repeatsQuestion: boolean
  /** The same cells as an earlier usable row. */
  readonly isRepeated: boolean
  /** The same question as an earlier usable row, and another answer. */
  readonly hasOtherAnswer: boolean
  /** The same question and answer as an earlier usable row, and other cells beside them. */
  readonly repeatsPair: boolean
  readonly isUsable: boolean
}

const nothing: RowVerdict = {
  isBlank: false,
  isUnbalanced: false,
  isRagged: false,
  isQuestionEmpty: false,
  isAnswerEmpty: false,
  repeatsQuestion: false,
  isRepeated: false,
  hasOtherAnswer: false,
  repeatsPair: false,
  isUsable: false,
}
const blank = { ...nothing, isBlank: true }
const usable = { ...nothing, isUsable: true }
/** A cell of these rows may be blank although it is not empty. */
const mayBeBlank = flag.edge | flag.odd | flag.control | flag.carriageReturn

/** @throws AppError ColumnNotFound */
export function roleIndices(columns: readonly string[], roles: ColumnRoles): RoleIndices {
  return {
    question: columnIndex(columns, roles.question),
    answer: columnIndex(columns, roles.answer),
  }
}

/** Checks rows in file order; remembers them, to know repetitions. */
export class RowCheck {
  readonly #columnCount: number
  readonly #delimiter: number
  readonly roles: RoleIndices
  readonly #hasher: RowHasher
  readonly #seen: SeenRows

  /**
   * @param mostInMemory rows after which `late` verdicts begin
   * @param hasher where rows are compared with those of another table
   */
  constructor(
    shape: TableShape,
    roles: ColumnRoles,
    mostInMemory?: number,
    hasher = new RowHasher(),
  ) {
    this.#hasher = hasher
    this.#columnCount = shape.columns.length
    this.#delimiter = shape.delimiter
    this.roles = roleIndices(shape.columns, roles)
    this.#seen = new SeenRows(mostInMemory)
  }

  /** Reads the table's rows; only such rows may be checked. */
  reader(
    onRecord: OnRecord,
    options: Pick<ReaderOptions, 'takeWords' | 'slots'> = {},
  ): RecordReader {
    const format = { delimiter: this.#delimiter, columnCount: this.#columnCount, ...this.roles }
    const onAhead: OnAhead = (records, from, to) => this.#seen.touch(records, from, to)
    return new RecordReader(format, onRecord, { ...options, hasher: this.#hasher, onAhead })
  }

  /** @param rows that will come in all; a guess is enough */
  expectRows(rows: number): void {
    this.#seen.expect(rows)
  }

  /** A row with one fault that hides the others (blank, unbalanced, ragged) is not judged further. */
  check(view: RecordView, row = 0): RowVerdict {
    if (view.csv !== null || !this.#isWhole(view.words, view.at)) {
      const verdict = this.#judge(view.record())
      if (!verdict.isUsable) return verdict
    }
    return this.#compare(view.words, view.at, row, view.line)
  }

  /**
   * Compares rows as long as they are usable beyond doubt and repeat nothing, as far as that is known; `check` goes on from
   * there.
   *
   * @param from where the words of the first row begin, and `to` where those of the last one end
   * @param first number and line of the first row
   * @param without flags of which such a row has none
   * @returns where the words of the first row begin that is not such a one
   */
  compareNew(
    words: Int32Array,
    from: number,
    to: number,
    first: { readonly row: number; readonly line: number },
    without: number,
  ): number {
    // A record has all words.
    const isPlain = (at: number) =>
      ((words[at + word.flags] as number) & without) === 0 &&
      isCertain(words, at) &&
      this.#isWhole(words, at)
    let { row, line } = first
    let at = from
    const passTo = (next: number) => {
      for (; at < next; at += recordWords) {
        row += 1
        line += 1 + (words[at + word.lineFeeds] as number)
      }
    }
    while (at < to) {
      passTo(this.#seen.addNew(words, at, to, isPlain))
      if (at === to || !isPlain(at)) break
      const verdict = this.#seen.add(words, at, row, line)
      if (verdict !== seen.new && verdict !== seen.later) break
      passTo(at + recordWords)
    }
    return at
  }

  /** The same for a row that was made, not read. */
  checkRecord(record: CsvRecord): RowVerdict {
    const verdict = this.#judge(record)
    if (!verdict.isUsable) return verdict
    return this.#compare(wordsOf(record, this.#hasher, this.roles), 0)
  }

  /** Verdicts that had to wait, see SeenRows. */
  finish(onLate: OnLate): void {
    this.#seen.finish(onLate)
  }

  close(): void {
    this.#seen.close()
  }

  /** Whether all its cells are there, and question and answer certainly not blank. */
  #isWhole(words: Int32Array, at: number): boolean {
    return (
      ((words[at + word.flags] as number) & mayBeBlank) === 0 && // a record has all words
      words[at + word.cells] === this.#columnCount &&
      words[at + word.questionLength] !== 0 &&
      words[at + word.answerLength] !== 0
    )
  }

  #compare(words: Int32Array, at: number, row?: number, line?: number): RowVerdict {
    const verdict = verdictOf(this.#seen.add(words, at, row, line))
    const repeatsQuestion = ((words[at + word.flags] ?? 0) & flag.answerIsQuestion) !== 0
    return repeatsQuestion ? { ...verdict, repeatsQuestion } : verdict
  }

  /** Without a look at other rows. */
  #judge(record: CsvRecord): RowVerdict {
    if (isBlank(record)) return blank
    const isUnbalanced = record.unbalancedQuoteLine !== null
    const isRagged = record.cells.length !== this.#columnCount
    if (isUnbalanced || isRagged) return { ...nothing, isUnbalanced, isRagged }
    const isQuestionEmpty = isBlankCell(record, this.roles.question)
    const isAnswerEmpty = isBlankCell(record, this.roles.answer)
    if (isQuestionEmpty || isAnswerEmpty) return { ...nothing, isQuestionEmpty, isAnswerEmpty }
    return usable
  }
}

/** A late verdict counts as usable until it comes. */
function verdictOf(verdict: Seen): RowVerdict {
  if (verdict === seen.repeated) return { ...nothing, isRepeated: true }
  if (verdict === seen.otherAnswer) return { ...usable, hasOtherAnswer: true }
  if (verdict === seen.samePair) return { ...usable, repeatsPair: true }
  return usable
}

/**
 * The row without cells beyond the table's that are all empty, its line end kept; null when it is ragged in another way.
 */
export function withoutEmptyExtras(record: CsvRecord, columnCount: number): Buffer | null {
  const extras = record.cells.slice(columnCount)
  const areEmpty = extras.every((_, index) => isBlankCell(record, columnCount + index))
  const last = record.cells[columnCount - 1]
  if (extras.length === 0 || !areEmpty || !last) return null
  const lineEnd = record.bytes.subarray(record.length)
  return Buffer.concat([record.bytes.subarray(0, last.stop), lineEnd])
}

/** @throws AppError ColumnNotFound */
export function columnIndex(columns: readonly string[], column: string): number {
  const index = columns.indexOf(column)
  if (index >= 0) return index
  throw new AppError('ColumnNotFound', `There is no column ${column}`, {
    details: { column, columns: columns.join(', ') },
  })
}
