/** Rows that something is true of: how many, and the first ones to look at. */
export interface RowNumbers {
  readonly count: number
  readonly rows: readonly number[]
}

const mostExamples = 50
const mostGroups = 20
export const rowsPerGroup = 5

/** Counts rows and keeps the first ones. */
export class RowCounter implements RowNumbers {
  count = 0
  readonly rows: number[] = []

  add(row: number): void {
    this.count += 1
    if (this.rows.length < mostExamples) this.rows.push(row)
  }
}

/** The largest groups; of equal ones those that begin first. */
export function largest<T extends RowNumbers>(groups: readonly T[]): T[] {
  return groups
    .toSorted((a, b) => b.count - a.count || (a.rows[0] ?? 0) - (b.rows[0] ?? 0))
    .slice(0, mostGroups)
}
