/** A table in stripes of some megabytes, so that several threads can read it at once. */
import { rowsPerMark, type RowIndex } from '../rowIndex.ts'
import { mostRows } from './textKernel.ts'

export interface Stripe {
  readonly firstRow: number
  readonly lastRow: number
  readonly fromByte: number
  /** Where the next stripe begins; Infinity for the last one. */
  readonly toByte: number
  /** Of its first byte. */
  readonly line: number
}

const stripeBytes = 2 * 1024 * 1024
const mostMarks = mostRows / rowsPerMark

export function stripesOf({ offsets, lines, rowCount }: RowIndex): Stripe[] {
  const stripes: Stripe[] = []
  for (let mark = 0; mark < offsets.length;) {
    const fromByte = offsets[mark] ?? 0
    let end = mark + 1
    while (end < offsets.length && end - mark < mostMarks) {
      if ((offsets[end] ?? 0) - fromByte >= stripeBytes) break
      end += 1
    }
    stripes.push({
      firstRow: mark * rowsPerMark + 1,
      lastRow: Math.min(end * rowsPerMark, rowCount),
      fromByte,
      toByte: offsets[end] ?? Infinity,
      line: lines[mark] ?? 1,
    })
    mark = end
  }
  return stripes
}
