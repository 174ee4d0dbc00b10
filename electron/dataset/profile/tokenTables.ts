/**
 * A vocabulary as textKernel.wat reads it. It takes a moment to make of a large one, so it is made once and shared by all
 * threads: the arrays lie in shared memory.
 */
import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import type { BytePairEncoding } from '../../../shared/tokenizer/bytePairEncoding.ts'
import { bytesOfSymbols } from '../../../shared/tokenizer/byteSymbols.ts'
import { textCuttingSchema } from '../../../shared/tokenizer/textCutting.ts'
import { characterClasses } from './characterClasses.ts'
import { Crossings } from './crossings.ts'
import { createPairTable, mostRanks, mostTokens, rankInTable } from './pairTable.ts'

/** In shared memory, mostly. */
const arrayOf = <T>(type: new (length: number) => T) =>
  z.custom<T>((value) => value instanceof type)

export const tokenTablesSchema = z.object({
  cutting: textCuttingSchema,
  /** What each code point is, see characterClasses.ts; empty where the kernel doesn't cut words. */
  classes: arrayOf<Uint8Array>(Uint8Array),
  /** -1 for a byte that the vocabulary lacks. */
  tokenOfByte: arrayOf<Int32Array>(Int32Array),
  /** See pairTable.ts. */
  pairs: arrayOf<Uint32Array>(Uint32Array),
  /** The token that the pair of each rank becomes. */
  merged: arrayOf<Int32Array>(Int32Array),
  /** The rank of each two bytes, the first one in the lower bits; `never` where they don't merge. */
  bytePairs: arrayOf<Int32Array>(Int32Array),
  /** Bytes of each token. */
  lengths: arrayOf<Uint16Array>(Uint16Array),
  /** See crossings.ts. */
  crossings: arrayOf<Uint8Array>(Uint8Array),
  /** Whether each token stands for bytes that are known. */
  isPlain: z.boolean(),
  /** Words that are one token although merging doesn't make it of them: their bytes as Latin-1. */
  wholeWords: z.array(z.string()),
})
export type TokenTables = z.infer<typeof tokenTablesSchema>

const never = 0x7fff_ffff

type CountMerged = (tables: TokenTables) => (word: Uint8Array) => number

/**
 * @param countMerged how many tokens merging makes of words
 * @throws Error for a vocabulary that is larger than there is room for
 */
export function createTokenTables(
  encoding: BytePairEncoding,
  countMerged: CountMerged,
): TokenTables {
  const { merges, idOfByte, wordCutting, normalForm, cuttingDocument } = encoding
  // Numbered anew by their ids, so that they are as small as can be.
  const numbers: number[] = []
  let count = 0
  const numberOf = (id: number) => (numbers[id] ??= count++)
  const tokenOfByte = shared(
    Int32Array,
    idOfByte.map((id) => (id === undefined ? -1 : numberOf(id))),
  )
  const pairs = merges.map(
    ([left, right, merged]) => [numberOf(left), numberOf(right), numberOf(merged)] as const,
  )
  if (count > mostTokens || merges.length > mostRanks) {
    throw new Error('tokenizer.json has more tokens than can be counted with')
  }
  const merged = pairs.map(([, , token]) => token)
  const bytesOf = tokenBytes(encoding, numbers, count)
  const crossings = new Crossings()
  for (const token of new Set(merged)) crossings.add(bytesOf[token] ?? new Uint8Array())
  const pairTable = createPairTable(pairs)
  const tables: TokenTables = {
    cutting: cuttingDocument,
    classes: wordCutting
      ? shared(Uint8Array, characterClasses(wordCutting.style, normalForm))
      : new Uint8Array(),
    tokenOfByte,
    pairs: pairTable,
    merged: shared(Int32Array, merged),
    bytePairs: shared(Int32Array, ranksOfBytes(tokenOfByte, pairTable)),
    lengths: shared(
      Uint16Array,
      bytesOf.map(({ length }) => Math.min(length, 0xffff)),
    ),
    crossings: crossings.table(),
    isPlain: isPlain(encoding),
    wholeWords: [],
  }
  if (!encoding.ignoresMerges) return tables
  const wholeWords = wordsTakenWhole(encoding, countMerged(tables))
  for (const word of wholeWords) crossings.add(word)
  return {
    ...tables,
    crossings: crossings.table(),
    wholeWords: wholeWords.map((word) => word.toString('latin1')),
  }
}

function ranksOfBytes(tokenOfByte: Int32Array, pairs: Uint32Array): Int32Array {
  const ranks = new Int32Array(0x1_0000).fill(never)
  for (let first = 0; first < 256; first += 1) {
    for (let second = 0; second < 256; second += 1) {
      const [left, right] = [tokenOfByte[first] ?? -1, tokenOfByte[second] ?? -1]
      const rank = left < 0 || right < 0 ? undefined : rankInTable(pairs, left, right)
      if (rank !== undefined) ranks[first | (second << 8)] = rank
    }
  }
  return ranks
}

function wordsTakenWhole(
  { idOf }: BytePairEncoding,
  countMerged: (word: Uint8Array) => number,
): Buffer[] {
  const words: Buffer[] = []
  for (const token of idOf.keys()) {
    const bytes = Buffer.from(bytesOfSymbols(token))
    if (bytes.length > 0 && isUtf8(bytes) && countMerged(bytes) !== 1) words.push(bytes)
  }
  return words
}

/** The bytes of each token by its new number. */
function tokenBytes(
  { idOf }: BytePairEncoding,
  numbers: readonly number[],
  count: number,
): Uint8Array[] {
  const bytes = Array.from({ length: count }, () => new Uint8Array())
  for (const [token, id] of idOf) {
    const number = numbers[id]
    if (number !== undefined) bytes[number] = Uint8Array.from(bytesOfSymbols(token))
  }
  return bytes
}

/** Not so where two tokens have one id. */
function isPlain({ idOf }: BytePairEncoding): boolean {
  return new Set(idOf.values()).size === idOf.size
}

interface SharedArray<T> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: SharedArrayBuffer): T
}

function shared<T extends { set(values: ArrayLike<number>): void }>(
  type: SharedArray<T>,
  values: ArrayLike<number>,
): T {
  const array = new type(new SharedArrayBuffer(values.length * type.BYTES_PER_ELEMENT))
  array.set(values)
  return array
}
