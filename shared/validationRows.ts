/**
 * How well each validation row was predicted, as a line of the training log: two candidates that were measured on the same
 * rows are compared row by row.
 */
import { ratioError, type Share } from './ratioError.ts'

/** More would make the line long; fewer rows make a difference look less certain than it is, never more. */
const mostRows = 2000
const line = /^step=(\d+) rows=((?:\d+(?:\.\d+)?\/\d+ ?)+)$/

/** @param shares bits and bytes of each row's answer, in the order of the rows */
export function validationRowsLine(step: number, shares: readonly Share[]): string {
  const rows = shares.slice(0, mostRows).map(({ amount, size }) => `${amount.toFixed(3)}/${size}`)
  return `step=${step} rows=${rows.join(' ')}`
}

export interface ValidationRows {
  readonly step: number
  /** Bits and bytes of each row's answer. */
  readonly shares: readonly Share[]
}

/** Null for any other line of the log. */
export function parseValidationRowsLine(text: string): ValidationRows | null {
  const [, step, rows] = line.exec(text) ?? []
  if (rows === undefined) return null
  const shares = rows
    .trim()
    .split(' ')
    .map((row) => row.split('/').map(Number))
    .map(([amount = 0, size = 0]) => ({ amount, size }))
  return { step: Number(step), shares }
}

/**
 * Standard error of the difference of two candidates' bits per byte. What is hard for one is mostly hard for the other, so
 * it is smaller than what their own errors add up to.
 *
 * @returns null when they were not measured on the same rows
 */
export function pairedError(a: readonly Share[], b: readonly Share[]): number | null {
  const differences = a.map(({ amount, size }, row) => {
    const other = b[row]
    return other?.size === size ? { amount: amount - other.amount, size } : null
  })
  const both = differences.filter((difference) => difference !== null)
  if (both.length < 2 || both.length !== a.length || a.length !== b.length) return null
  return ratioError(both)
}
