/**
 * Counts the tokens that a model reads of a text, straight from UTF-8 bytes: as many as the tokenizer gives, at the speed
 * that millions of rows need. Words come again and again, so a word's count is kept; a new word is merged in typed arrays.
 */
import type { BytePairEncoding } from '../../../shared/tokenizer/bytePairEncoding.ts'
import { symbolOfByte } from '../../../shared/tokenizer/byteSymbols.ts'

export interface TokenCounter {
  /** Tokens of `bytes[start..end)`, which is valid UTF-8 or is read as if U+FFFD stood for what is not. */
  count(bytes: Buffer, start?: number, end?: number): number
}

const space = 0x20
/** Slots of the table of words, a power of two; it starts anew when it is three quarters full. */
const slotCount = 1 << 18
const arenaBytes = 1 << 23
/** Longer words hardly come again. */
const longestKeptWord = 96
/** Longer words are merged with a heap; looking for the best pair again and again would be quadratic. */
const longestScannedWord = 256

export function createTokenCounter(encoding: BytePairEncoding): TokenCounter {
  const merging = createMergeCounter(encoding)
  const hashes = new Int32Array(slotCount)
  const offsets = new Int32Array(slotCount)
  const lengths = new Uint8Array(slotCount)
  const counts = new Uint16Array(slotCount)
  const arena = Buffer.alloc(arenaBytes)
  let arenaEnd = 0
  let kept = 0

  function countText(bytes: Buffer, start: number, end: number): number {
    let count = 0
    for (const piece of encoding.split(bytes.toString('utf8', start, end))) {
      count += merging.count(piece)
    }
    return count
  }

  function countWord(bytes: Buffer, start: number, end: number, hash: number): number {
    const length = end - start
    if (length > longestKeptWord) return countText(bytes, start, end)
    let slot = hash & (slotCount - 1)
    while (lengths[slot] !== 0) {
      if (hashes[slot] === hash && lengths[slot] === length) {
        const offset = offsets[slot] as number // every slot with a length has an offset
        let at = 0
        while (at < length && arena[offset + at] === bytes[start + at]) at += 1
        if (at === length) return counts[slot] as number // and a count
      }
      slot = (slot + 1) & (slotCount - 1)
    }
    const count = countText(bytes, start, end)
    if (kept > slotCount * 0.75 || arenaEnd + length > arenaBytes) {
      lengths.fill(0)
      arenaEnd = 0
      kept = 0
      slot = hash & (slotCount - 1)
    }
    bytes.copy(arena, arenaEnd, start, end)
    hashes[slot] = hash
    offsets[slot] = arenaEnd
    lengths[slot] = length
    counts[slot] = count
    arenaEnd += length
    kept += 1
    return count
  }

  return {
    count(bytes, start = 0, end = bytes.length) {
      if (!encoding.endsWordsAtSpaces) return end > start ? countText(bytes, start, end) : 0
      let count = 0
      let from = start
      let hash = 0
      let previous = space
      for (let at = start; at < end; at += 1) {
        const byte = bytes[at] as number // within the bounds of the loop
        // Before a space that follows something visible, and before Chinese punctuation, a word always ends.
        const isCut = byte === space ? previous > space : isCutBeforeMark(bytes, at, previous)
        if (isCut && at > from) {
          count += countWord(bytes, from, at, hash)
          from = at
          hash = 0
        }
        hash = Math.imul(hash ^ byte, 0x01000193) ^ (hash >>> 15)
        previous = byte
      }
      return from < end ? count + countWord(bytes, from, end, hash) : count
    },
  }
}

/** True at 、。，！？：； after a Chinese character: letters never run on into punctuation. */
function isCutBeforeMark(bytes: Buffer, at: number, previous: number): boolean {
  const byte = bytes[at]
  if ((byte !== 0xe3 && byte !== 0xef) || previous < 0x80) return false
  const lead = bytes[at - 3] ?? 0
  if (lead < 0xe4 || lead > 0xe9) return false
  const second = bytes[at + 1]
  const third = bytes[at + 2]
  if (byte === 0xe3) return second === 0x80 && (third === 0x81 || third === 0x82)
  return (
    second === 0xbc &&
    (third === 0x8c || third === 0x81 || third === 0x9f || third === 0x9a || third === 0x9b)
  )
}

/** Merges a word's bytes by rank, as `pairMerging.ts` does, and tells only how many tokens are left. */
function createMergeCounter(encoding: BytePairEncoding): { count(word: string): number } {
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

  const scratch = Buffer.alloc(longestScannedWord * 4)
  return {
    count(word) {
      if (word.length > longestScannedWord) return countLong(encoding, Buffer.from(word, 'utf8'))
      const length = scratch.write(word, 'utf8')
      if (length > longestScannedWord) return countLong(encoding, scratch.subarray(0, length))
      if (encoding.ignoresMerges && isWholeToken(encoding, scratch, length)) return 1
      let count = 0
      for (let at = 0; at < length; at += 1) {
        const id = encoding.idOfByte[scratch[at] as number] // below `length`
        if (id === undefined) continue
        ids[count] = id
        count += 1
      }
      return countScanned(count)
    },
  }
}

function countLong(encoding: BytePairEncoding, bytes: Uint8Array): number {
  if (encoding.ignoresMerges && isWholeToken(encoding, bytes, bytes.length)) return 1
  const ids: number[] = []
  for (const byte of bytes) {
    const id = encoding.idOfByte[byte]
    if (id !== undefined) ids.push(id)
  }
  return encoding.pairMerges.merge(ids).length
}

function isWholeToken({ idOf }: BytePairEncoding, bytes: Uint8Array, length: number): boolean {
  let symbols = ''
  for (let at = 0; at < length; at += 1) symbols += symbolOfByte(bytes[at] ?? 0)
  return idOf.has(symbols)
}
