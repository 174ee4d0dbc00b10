/** What is wrong with a row as a whole: one place for the scan, the fixes and training to agree. */
import { hash } from 'node:crypto'
import type { ColumnRoles } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { encodeRecord, isBlank, isBlankCell, type CsvRecord } from './csv.ts'
import type { TableShape } from './textSource.ts'

export interface RowVerdict {
  readonly isBlank: boolean
  readonly isUnbalanced: boolean
  readonly isRagged: boolean
  readonly isQuestionEmpty: boolean
  readonly isAnswerEmpty: boolean
  /** The same cells as an earlier usable row. */
  readonly isRepeated: boolean
  readonly isUsable: boolean
}

export interface RoleIndices {
  readonly question: number
  readonly answer: number
}

/** @throws AppError ColumnNotFound */
export function roleIndices(columns: readonly string[], roles: ColumnRoles): RoleIndices {
  return {
    question: columnIndex(columns, roles.question),
    answer: columnIndex(columns, roles.answer),
  }
}

/** Checks rows in file order; remembers them, to know repetitions. */
export class RowCheck {
  readonly #shape: TableShape
  readonly #roles: RoleIndices
  readonly #seen = new Set<string>()

  constructor(shape: TableShape, roles: ColumnRoles) {
    this.#shape = shape
    this.#roles = roleIndices(shape.columns, roles)
  }

  /** A row with one fault that hides the others (blank, unbalanced, ragged) is not judged further. */
  check(record: CsvRecord): RowVerdict {
    const blank = isBlank(record)
    const isUnbalanced = record.unbalancedQuoteLine !== null
    const isRagged = !blank && record.cells.length !== this.#shape.columns.length
    const isWhole = !blank && !isUnbalanced && !isRagged
    const isQuestionEmpty = isWhole && isBlankCell(record, this.#roles.question)
    const isAnswerEmpty = isWhole && isBlankCell(record, this.#roles.answer)
    const isFilled = isWhole && !isQuestionEmpty && !isAnswerEmpty
    const isRepeated = isFilled && this.#wasSeen(record)
    const isUsable = isFilled && !isRepeated
    return {
      isBlank: blank,
      isUnbalanced,
      isRagged,
      isQuestionEmpty,
      isAnswerEmpty,
      isRepeated,
      isUsable,
    }
  }

  #wasSeen(record: CsvRecord): boolean {
    const hasQuotes = record.bytes.includes('"')
    const ended = hasQuotes ? encodeRecord(record, this.#shape.delimiter) : record.bytes
    const lineEndLength = record.bytes.length - record.length
    const key = hash('sha1', ended.subarray(0, ended.length - lineEndLength), 'base64')
    const size = this.#seen.size
    return this.#seen.add(key).size === size
  }
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
