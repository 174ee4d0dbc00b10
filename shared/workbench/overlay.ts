/** The rows as they are now: the stored ones with the edits over them. Memory grows with the edits, not with the rows. */
import type { RowEdit } from './edits.ts'
import { createReplacer, type Replacer } from './replaceText.ts'
import { RowSet } from './rowSet.ts'

interface Written {
  /** Which edit wrote it: replacements that came later still apply. */
  readonly order: number
  readonly value: string
}

interface OrderedReplacement {
  readonly order: number
  readonly column: number | null
  readonly replacer: Replacer
}

export class Overlay {
  /** Rows that are stored; added ones go on counting. */
  readonly storedRowCount: number
  readonly columnCount: number
  readonly deleted = new RowSet()
  readonly excluded = new RowSet()
  readonly #written = new Map<number, Map<number, Written>>()
  readonly #added: { readonly order: number; readonly cells: readonly string[] }[] = []
  readonly #replacements: OrderedReplacement[] = []
  #order = 0

  constructor(storedRowCount: number, columnCount: number, edits: readonly RowEdit[] = []) {
    this.storedRowCount = storedRowCount
    this.columnCount = columnCount
    for (const edit of edits) this.apply(edit)
  }

  apply(edit: RowEdit): void {
    this.#order += 1
    switch (edit.kind) {
      case 'set':
        return this.#write(edit)
      case 'paste':
        for (const cell of edit.cells) this.#write(cell)
        for (const cells of edit.rows) this.#added.push({ order: this.#order, cells })
        return
      case 'delete':
        return this.deleted.add(edit.rows)
      case 'add':
        for (const cells of edit.rows) this.#added.push({ order: this.#order, cells })
        return
      case 'exclude':
        return edit.excluded ? this.excluded.add(edit.rows) : this.excluded.remove(edit.rows)
      case 'replace':
        this.#replacements.push({
          order: this.#order,
          column: edit.column,
          replacer: createReplacer(edit),
        })
    }
  }

  #write({ row, column, value }: { row: number; column: number; value: string }): void {
    const cells = this.#written.get(row) ?? new Map<number, Written>()
    cells.set(column, { order: this.#order, value })
    this.#written.set(row, cells)
  }

  /** Rows that were deleted included. */
  get lastRow(): number {
    return this.storedRowCount + this.#added.length
  }

  /** Rows that are there. */
  get rowCount(): number {
    return this.lastRow - this.deleted.size
  }

  /** The number of the row at a place, both counted without deleted rows; places begin at 0. */
  rowAt(place: number): number {
    return this.deleted.nthOutside(place)
  }

  /** Where a row stands; of a deleted row, where it stood. */
  placeOf(row: number): number {
    return row - 1 - this.deleted.countUpTo(row - 1)
  }

  isAdded(row: number): boolean {
    return row > this.storedRowCount
  }

  /** Whether `cells` may give something else than what is stored. */
  isTouched(row: number): boolean {
    return this.isAdded(row) || this.#replacements.length > 0 || this.#written.has(row)
  }

  /** Replacements touch every row. */
  get hasReplacements(): boolean {
    return this.#replacements.length > 0
  }

  /** Rows that were written by hand or added, in no order. */
  touchedRows(): number[] {
    const added = this.#added.map((_, index) => this.storedRowCount + index + 1)
    return [...new Set([...this.#written.keys(), ...added])]
  }

  /** Columns that were written by hand. */
  writtenColumns(row: number): number[] {
    return [...(this.#written.get(row)?.keys() ?? [])]
  }

  /** @param stored the cells of a stored row; not looked at for an added one */
  cells(row: number, stored: readonly string[]): string[] {
    const added = this.#added[row - this.storedRowCount - 1]
    const cells = added ? [...added.cells] : [...stored]
    while (added && cells.length < this.columnCount) cells.push('')
    const orders = new Array<number>(cells.length).fill(added?.order ?? 0)
    for (const [column, { order, value }] of this.#written.get(row) ?? []) {
      while (cells.length <= column) {
        cells.push('')
        orders.push(0)
      }
      cells[column] = value
      orders[column] = order
    }
    for (const { order, column, replacer } of this.#replacements) {
      for (let at = 0; at < cells.length; at += 1) {
        if (column !== null && column !== at) continue
        if ((orders[at] ?? 0) < order) cells[at] = replacer.replace(cells[at] ?? '')
      }
    }
    return cells
  }
}
