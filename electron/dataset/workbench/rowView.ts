/** Which rows the grid shows, in which order: all of them by arithmetic, a filtered or sorted choice as a list of numbers. */
import type { Overlay } from '../../../shared/workbench/overlay.ts'

export class RowView {
  readonly #overlay: Overlay
  /** Null: all rows in the order of their numbers. */
  #rows: Uint32Array | null
  readonly #places = new Map<number, number>()

  constructor(overlay: Overlay, rows: Uint32Array | null) {
    this.#overlay = overlay
    this.#rows = rows
  }

  get length(): number {
    return this.#rows ? this.#rows.length : this.#overlay.rowCount
  }

  slice(offset: number, limit: number): number[] {
    const end = Math.min(offset + limit, this.length)
    const rows: number[] = []
    for (let place = offset; place < end; place += 1) rows.push(this.rowAt(place))
    return rows
  }

  rowAt(place: number): number {
    return this.#rows ? (this.#rows[place] ?? 0) : this.#overlay.rowAt(place)
  }

  /** Where a row is shown; -1 where it isn't. */
  placeOf(row: number): number {
    if (!this.#rows) {
      const isThere = row >= 1 && row <= this.#overlay.lastRow && !this.#overlay.deleted.has(row)
      return isThere ? this.#overlay.placeOf(row) : -1
    }
    if (this.#places.size === 0)
      this.#rows.forEach((shown, place) => this.#places.set(shown, place))
    return this.#places.get(row) ?? -1
  }

  /** Deleted rows leave a list; what else changed stays in its place until the view is asked for again. */
  dropDeleted(): void {
    if (!this.#rows || this.#overlay.deleted.size === 0) return
    this.#rows = this.#rows.filter((row) => !this.#overlay.deleted.has(row))
    this.#places.clear()
  }

  /** Shows rows that were just added at the end of a list. */
  append(rows: readonly number[]): void {
    if (!this.#rows) return
    this.#rows = Uint32Array.from([...this.#rows, ...rows])
    this.#places.clear()
  }
}
