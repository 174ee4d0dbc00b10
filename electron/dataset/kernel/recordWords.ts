/** What the kernel would say of a record that csv.ts read, or that was made. */
import { isUtf8 } from 'node:buffer'
import { cellBytes, type CsvRecord } from '../csv.ts'
import { flag, recordWords, word, type RowHasher } from './kernel.ts'

export interface RoleIndices {
  /** Indices of the columns; -1 where there is none. */
  readonly question: number
  readonly answer: number
}

/** Of a record that the kernel could not read: everything may be in it that is not looked for here. */
const everyFlag = Object.values(flag).reduce((all, one) => all | one, 0)

/**
 * The words of a record in the order of `word`; its own bytes begin at 0.
 *
 * @param known flags that the kernel raised
 */
export function wordsOf(
  record: CsvRecord,
  hasher: RowHasher,
  { question, answer }: RoleIndices,
  known = everyFlag,
): Int32Array {
  const words = new Int32Array(recordWords)
  const values = record.cells.map((_, index) => cellBytes(record, index))
  const hashes = values.map((value) => hasher.cell(value))
  const questionHash = hashes[question] ?? 0n
  const questionLength = values[question]?.length ?? 0
  const isSame = questionLength !== 0 && hashes[answer] === questionHash
  words[word.length] = record.length
  words[word.next] = record.bytes.length
  words[word.flags] =
    (known & ~(flag.answerIsQuestion | flag.notUtf8)) |
    (isSame ? flag.answerIsQuestion : 0) |
    (isUtf8(record.bytes) ? 0 : flag.notUtf8)
  words[word.lineFeeds] = record.lineCount - 1
  words[word.cells] = record.cells.length
  words[word.questionLength] = questionLength
  words[word.answerLength] = values[answer]?.length ?? 0
  words[word.wide] = countWide(record.bytes)
  putHash(words, word.questionHash, questionHash)
  putHash(words, word.answerHash, hashes[answer] ?? 1n)
  putHash(words, word.rowHash, hasher.row(hashes))
  return words
}

function putHash(words: Int32Array, at: number, hash: bigint): void {
  words[at] = Number(hash & 0xffff_ffffn)
  words[at + 1] = Number(hash >> 32n)
}

function countWide(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => (byte >= 0xe3 ? count + 1 : count), 0)
}
