/** Whether a row passes the filters of a view. */
import type { Overlay } from '../../../shared/workbench/overlay.ts'
import type { RowFilter } from '../../../shared/workbench/view.ts'
import { detectLanguage } from '../profile/languages.ts'
import type { EditedRow } from './rowReader.ts'

export type RowTest = (row: EditedRow) => boolean

/** A row is shown when all filters hold. */
export function createRowTest(filters: readonly RowFilter[], overlay: Overlay): RowTest {
  const tests = filters.map((filter) => testOf(filter, overlay))
  return (row) => tests.every((test) => test(row))
}

function testOf(filter: RowFilter, overlay: Overlay): RowTest {
  switch (filter.kind) {
    case 'contains':
    case 'lacks': {
      const contains = createContains(filter.text, filter.column, false)
      return filter.kind === 'contains' ? contains : (row) => !contains(row)
    }
    case 'empty':
      return ({ cells }) =>
        filter.column === null
          ? cells.some((cell) => cell.trim() === '') || cells.length < overlay.columnCount
          : (cells[filter.column] ?? '').trim() === ''
    case 'length': {
      const { column, from, to } = filter
      return ({ cells }) => {
        const { length } = cells[column] ?? ''
        return length >= from && (to === null || length <= to)
      }
    }
    case 'language':
      return ({ cells }) => {
        const bytes = Buffer.from((cells[filter.column] ?? '').slice(0, 240))
        return detectLanguage(bytes, 0, bytes.length) === filter.code
      }
    case 'excluded':
      return ({ row }) => overlay.excluded.has(row) === filter.isExcluded
    case 'edited':
      return ({ row }) => overlay.isAdded(row) || overlay.writtenColumns(row).length > 0
    case 'rows': {
      const rows = new Set(filter.rows)
      return ({ row }) => rows.has(row)
    }
  }
}

/** @param column any when null */
export function createContains(text: string, column: number | null, matchCase: boolean): RowTest {
  const wanted = matchCase ? text : text.toLowerCase()
  const has = matchCase
    ? (cell: string) => cell.includes(wanted)
    : (cell: string) => cell.length >= wanted.length && cell.toLowerCase().includes(wanted)
  return column === null ? ({ cells }) => cells.some(has) : ({ cells }) => has(cells[column] ?? '')
}
