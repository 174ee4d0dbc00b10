/**
 * Counts the tokens that a model reads of a text, straight from UTF-8 bytes: as many as the tokenizer gives, at the speed
 * that millions of rows need. The kernel cuts text into words and remembers their tokens; words that it did not meet
 * lately are merged here, in typed arrays.
 */
import type { BytePairEncoding } from '../../../shared/tokenizer/bytePairEncoding.ts'
import { symbolOfByte } from '../../../shared/tokenizer/byteSymbols.ts'
import { TextKernel } from './textKernel.ts'

export interface TokenCounter {
  readonly kernel: TextKernel
  /** Tokens of `bytes[start..end)`, which is valid UTF-8 or is read as if U+FFFD stood for what is not. */
  count(bytes: Buffer, start?: number, end?: number): number
}

/** Longer words are merged with a heap; looking for the best pair again and again would be quadratic. */
const longestScannedWord = 256

export function createTokenCounter(encoding: BytePairEncoding): TokenCounter {
  const countWord = createMergeCounter(encoding)
  const kernel = new TextKernel({ encoding, countWord })

  function countText(text: string): number {
    let count = 0
    for (const word of encoding.split(text)) {
      const bytes = Buffer.from(word)
      count += countWord(bytes, 0, bytes.length)
    }
    return count
  }

  return {
    kernel,
    count(bytes, start = 0, end = bytes.length) {
      if (!encoding.wordCutting) return countText(bytes.toString('utf8', start, end))
      const count = kernel.tokens(bytes.subarray(start, end), false)
      if (count >= 0) return count
      const text = bytes.toString('utf8', start, end)
      const normal = encoding.normalForm ? text.normalize(encoding.normalForm) : text
      const settled = kernel.tokens(Buffer.from(normal), true)
      return settled >= 0 ? settled : countText(text)
    },
  }
}

/** Merges a word's bytes by rank, as `pairMerging.ts` does, and tells only how many tokens are left. */
function createMergeCounter(
  encoding: BytePairEncoding,
): (bytes: Uint8Array, start: number, end: number) => number {
  const size = 2 ** Math.ceil(Math.log2(Math.max(encoding.merges.length, 8) * 2.5))
  const lefts = new Int32Array(size).fill(-1)
  const rights = new Int32Array(size)
  const ranks = new Int32Array(size)
  const mergedIds = Int32Array.from(encoding.merges, ([, , merged]) => merged)
  const slotOf = (left: number, right: number) =>
    (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 0
  encoding.merges.forEach(([left, right], rank) => {
    let slot = slotOf(left, right) & (size - 1)
    while (lefts[slot] !== -1) {
      // Of a pair that is listed twice the last rank counts, as in pairMerging.ts.
      if (lefts[slot] === left && rights[slot] === right) break
      slot = (slot + 1) & (size - 1)
    }
    lefts[slot] = left
    rights[slot] = right
    ranks[slot] = rank
  })

  const none = 0x7fffffff
  function rankOf(left: number, right: number): number {
    let slot = slotOf(left, right) & (size - 1)
    for (;;) {
      const found = lefts[slot]
      if (found === -1) return none
      if (found === left && rights[slot] === right) return ranks[slot] as number // stored with it
      slot = (slot + 1) & (size - 1)
    }
  }

  const ids = new Int32Array(longestScannedWord)
  const pairRanks = new Int32Array(longestScannedWord)

  function countScanned(length: number): number {
    let count = length
    for (let at = 0; at + 1 < count; at += 1) {
      pairRanks[at] = rankOf(ids[at] as number, ids[at + 1] as number) // both are below `count`
    }
    for (;;) {
      let best = none
      let bestAt = 0
      for (let at = 0; at + 1 < count; at += 1) {
        const rank = pairRanks[at] as number // below `count`
        if (rank < best) {
          best = rank
          bestAt = at
        }
      }
      if (best === none) return count
      ids[bestAt] = mergedIds[best] as number // every rank has its merge
      ids.copyWithin(bestAt + 1, bestAt + 2, count)
      pairRanks.copyWithin(bestAt + 1, bestAt + 2, count)
      count -= 1
      if (bestAt + 1 < count)
        pairRanks[bestAt] = rankOf(ids[bestAt] as number, ids[bestAt + 1] as number)
      if (bestAt > 0)
        pairRanks[bestAt - 1] = rankOf(ids[bestAt - 1] as number, ids[bestAt] as number)
    }
  }

  return (bytes, start, end) => {
    if (end - start > longestScannedWord) return countLong(encoding, bytes.subarray(start, end))
    if (encoding.ignoresMerges && isWholeToken(encoding, bytes.subarray(start, end))) return 1
    let count = 0
    for (let at = start; at < end; at += 1) {
      const id = encoding.idOfByte[bytes[at] as number] // below `end`
      if (id === undefined) continue
      ids[count] = id
      count += 1
    }
    return countScanned(count)
  }
}

function countLong(encoding: BytePairEncoding, bytes: Uint8Array): number {
  if (encoding.ignoresMerges && isWholeToken(encoding, bytes)) return 1
  const ids: number[] = []
  for (const byte of bytes) {
    const id = encoding.idOfByte[byte]
    if (id !== undefined) ids.push(id)
  }
  return encoding.pairMerges.merge(ids).length
}

function isWholeToken({ idOf }: BytePairEncoding, bytes: Uint8Array): boolean {
  let symbols = ''
  for (const byte of bytes) symbols += symbolOfByte(byte)
  return idOf.has(symbols)
}
