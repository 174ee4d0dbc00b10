/**
 * Finds the rows of a content that hold a text, by looking for its bytes in the file and reading only the rows around
 * what was found: a gigabyte passes in about the time that it takes to read it.
 */
import { open } from 'node:fs/promises'
import { AppError } from '../../../shared/errors.ts'
import { TextSearch } from '../kernel/textSearch.ts'
import { rowsPerMark, type RowIndex } from '../rowIndex.ts'

const chunkBytes = 8 * 1024 * 1024

/** How bytes are compared: as they are, or with A-Z as a-z. */
export interface ByteNeedle {
  readonly text: string
  readonly matchCase: boolean
}

/**
 * Null when bytes can't tell: a text with letters beyond a-z that have two cases, or one that a file writes in another
 * way (quotes, line ends).
 */
export function byteNeedle(text: string, matchCase: boolean): ByteNeedle | null {
  if (/["\r\n]/.test(text)) return null
  const beyond = text.replace(/[^\u0080-\uffff]/g, '')
  if (!matchCase && beyond.toLowerCase() !== beyond.toUpperCase()) return null
  return { text, matchCase: matchCase || !/[a-z]/i.test(text) }
}

/**
 * The stretches of 64 rows (numbers from 0) in which the bytes occur, ascending. A hit may be in a delimiter's place or
 * over two cells: the rows have to be looked at.
 *
 * @param firstByte where the first row begins: the header is not looked at
 * @throws AppError Cancelled
 */
export async function findStretches(
  path: string,
  index: RowIndex,
  needle: ByteNeedle,
  signal?: AbortSignal,
): Promise<number[]> {
  const stretches: number[] = []
  const first = index.offsets[0]
  if (first === undefined) return stretches
  const bytes = Buffer.from(needle.text)
  const keep = bytes.length - 1
  const search = new TextSearch(bytes, !needle.matchCase, chunkBytes + keep)
  const file = await open(path, 'r')
  try {
    let filled = 0
    let position = first
    for (;;) {
      if (signal?.aborted) throw new AppError('Cancelled', 'The search was cancelled')
      const { bytesRead } = await file.read(search.text, filled, chunkBytes, position)
      if (bytesRead === 0) return stretches
      const length = filled + bytesRead
      collect(search, length, { start: position - filled, offsets: index.offsets }, stretches)
      filled = Math.min(keep, length)
      search.text.copyWithin(0, length - filled, length)
      position += bytesRead
    }
  } finally {
    await file.close()
  }
}

function collect(
  search: TextSearch,
  length: number,
  { start, offsets }: { readonly start: number; readonly offsets: Float64Array },
  stretches: number[],
): void {
  let from = 0
  for (;;) {
    const found = search.indexIn(from, length)
    if (found === -1) return
    const stretch = stretchAt(offsets, start + found)
    if (stretches.at(-1) !== stretch) stretches.push(stretch)
    // The rest of a stretch that is looked at anyway need not be searched.
    const next = offsets[stretch + 1]
    if (next === undefined) return
    from = Math.max(found + 1, next - start - search.needleBytes + 1)
  }
}

/** The last mark at or before an offset. */
function stretchAt(offsets: Float64Array, offset: number): number {
  let low = 0
  let high = offsets.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((offsets[middle] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return Math.max(low - 1, 0)
}

/** First and last row of stretches that lie next to each other, 1-based, so that they are read in one go. */
export function toRowRanges(
  stretches: readonly number[],
  rowCount: number,
): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = []
  for (const stretch of stretches) {
    const from = stretch * rowsPerMark + 1
    // A hit at a stretch's very end can reach into the next one's first row.
    const to = Math.min(from + rowsPerMark, rowCount)
    const last = ranges.at(-1)
    if (last && from <= last.to + 1) last.to = to
    else ranges.push({ from, to })
  }
  return ranges
}
