/** Puts rows in order. Few rows are ordered as people of a language do it, many by their first characters' codes. */
import type { RowSort } from '../../../shared/workbench/view.ts'

/** Comparing as a dictionary does takes a microsecond; up to here nobody waits for it. */
const mostCollated = 200_000
const keyBytes = 32

export interface RowSorter {
  add(row: number, cells: readonly string[]): void
  /** Numbers of the rows in order; equal ones in the order of their numbers. */
  finish(): Uint32Array
}

export function createRowSorter({ column, by, descending }: RowSort): RowSorter {
  const sign = descending ? -1 : 1
  const rows: number[] = []
  if (by === 'length') {
    const lengths: number[] = []
    return {
      add(row, cells) {
        rows.push(row)
        lengths.push((cells[column] ?? '').length)
      },
      finish: () => ordered(rows, (a, b) => sign * ((lengths[a] ?? 0) - (lengths[b] ?? 0))),
    }
  }
  const texts: string[] = []
  return {
    add(row, cells) {
      rows.push(row)
      // Texts beyond this differ long before; cutting them lets go of the row's own text.
      texts.push((cells[column] ?? '').slice(0, 120))
    },
    finish() {
      if (rows.length <= mostCollated) {
        const { compare } = new Intl.Collator(undefined, { numeric: true })
        return ordered(rows, (a, b) => sign * compare(texts[a] ?? '', texts[b] ?? ''))
      }
      const keys = Buffer.alloc(rows.length * keyBytes)
      texts.forEach((text, index) => keys.write(text.toLowerCase(), index * keyBytes, keyBytes))
      return ordered(
        rows,
        (a, b) =>
          sign *
          keys.compare(keys, b * keyBytes, (b + 1) * keyBytes, a * keyBytes, (a + 1) * keyBytes),
      )
    },
  }
}

/** @param compare takes places in `rows` */
function ordered(rows: readonly number[], compare: (a: number, b: number) => number): Uint32Array {
  const order = Uint32Array.from(rows, (_, index) => index)
  order.sort((a, b) => compare(a, b) || a - b)
  return order.map((index) => rows[index] ?? 0)
}
