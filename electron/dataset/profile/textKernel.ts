/** textKernel.wat with its memory and tables: lengths, languages and signatures of texts. */
import type { BytePairEncoding } from '../../../shared/tokenizer/bytePairEncoding.ts'
import { characterClasses } from './characterClasses.ts'
import { scriptsOfBytes, wordTable } from './languageTables.ts'
import { textKernelModule } from './textKernelModule.ts'

/** Words (of four bytes) of a row; the first five are the caller's. */
export const rowWords = 16
export const rowWord = {
  row: 0,
  questionHashLow: 1,
  questionHashHigh: 2,
  answerHashLow: 3,
  answerHashHigh: 4,
  /** -1 where the kernel cannot tell. */
  questionLength: 5,
  answerLength: 6,
  /** Numbers of the question's language and, from the ninth bit on, the answer's; from the 17th bit on flags. */
  traits: 7,
  signature: 8,
} as const
export const signatureWords = 8

/** Of a row's traits. */
export const rowFlag = {
  signed: 0x2_0000,
  shortAnswer: 0x4_0000,
  longerQuestion: 0x8_0000,
  bothLong: 0x10_0000,
} as const

/** Rows that the kernel has room for. */
export const mostRows = 16_384

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly unit: WebAssembly.Global<'i32'>
  readonly style: WebAssembly.Global<'i32'>
  readonly digits: WebAssembly.Global<'i32'>
  readonly settled: WebAssembly.Global<'i32'>
  readonly pairs: WebAssembly.Global<'i32'>
  readonly pairShift: WebAssembly.Global<'i64'>
  readonly merged: WebAssembly.Global<'i32'>
  readonly keepsWords: WebAssembly.Global<'i32'>
  row(question: number, questionEnd: number, answer: number, end: number, out: number): number
  sign(at: number, end: number, out: number): number
  language(at: number, end: number): number
  tokens(at: number, end: number): number
  word(at: number, end: number): number
}

/** See textKernel.wat. */
const foldedAt = 0
const scriptsAt = 256
const wordsAt = 1024
const byteTokensAt = 27_648
const classesAt = 32_768
const mergesAt = 1_736_704
const rowsBytes = mostRows * rowWords * 4
const slackBytes = 64
const pageBytes = 65_536

let compiled: WebAssembly.Module | undefined

export interface TokenLengths {
  readonly encoding: BytePairEncoding
  /** Tokens of a word that is long or may be a token as it stands; -1 where it is merged as any other. */
  readonly countRare: (bytes: Uint8Array, start: number, end: number) => number
}

export class TextKernel {
  readonly #exports: Exports
  readonly #rowsAt: number
  readonly #textAt: number
  /** The whole memory; replaced when it grows. */
  #bytes = Buffer.alloc(0)
  /** Rows one after the other, `rowWords` each. */
  rows = new Uint32Array(0)

  /** @param tokens how lengths are counted; in characters when left out */
  constructor(tokens?: TokenLengths) {
    compiled ??= new WebAssembly.Module(Buffer.from(textKernelModule, 'base64'))
    const countRare = (start: number, end: number) =>
      tokens?.countRare(this.#bytes, start, end) ?? 0
    const instance = new WebAssembly.Instance(compiled, { timbre: { countRare } })
    this.#exports = instance.exports as unknown as Exports // as textKernel.wat exports them
    const merges = tokens && mergeTable(tokens.encoding)
    this.#rowsAt = mergesAt + (merges ? merges.pairs.byteLength + merges.merged.byteLength : 0)
    this.#textAt = this.#rowsAt + rowsBytes
    this.#reserve(pageBytes)
    this.#bytes.set(foldedBytes(), foldedAt)
    this.#bytes.set(scriptsOfBytes(), scriptsAt)
    this.#bytes.set(wordTable(), wordsAt)
    if (tokens && merges) this.#cutAndMerge(tokens.encoding, merges)
  }

  #cutAndMerge(encoding: BytePairEncoding, { pairs, bits, merged }: MergeTable): void {
    const { wordCutting, normalForm, ignoresMerges, idOfByte } = encoding
    const exports = this.#exports
    const put = (words: Int32Array, at: number) =>
      new Int32Array(exports.memory.buffer, at, words.length).set(words)
    exports.pairs.value = mergesAt
    exports.pairShift.value = BigInt(64 - bits)
    exports.merged.value = mergesAt + pairs.byteLength
    exports.keepsWords.value = ignoresMerges ? 1 : 0
    put(pairs, mergesAt)
    put(merged, exports.merged.value)
    put(
      Int32Array.from(idOfByte, (id) => id ?? -1),
      byteTokensAt,
    )
    exports.unit.value = wordCutting ? 1 : 2
    if (!wordCutting) return
    exports.style.value = wordCutting.style === 'gpt4' ? 1 : 0
    exports.digits.value = wordCutting.digits ?? 0
    this.#bytes.set(characterClasses(wordCutting.style, normalForm), classesAt)
  }

  #reserve(textBytes: number): void {
    const { memory } = this.#exports
    const missing = this.#textAt + textBytes + slackBytes - memory.buffer.byteLength
    if (missing <= 0 && this.#bytes.length > 0) return
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
    this.#bytes = Buffer.from(memory.buffer)
    this.rows = new Uint32Array(memory.buffer, this.#rowsAt, mostRows * rowWords)
  }

  /** Where the next text is to be written; valid until there is more of it. */
  room(length: number): { bytes: Buffer; at: number } {
    this.#reserve(length)
    return { bytes: this.#bytes, at: this.#textAt }
  }

  /**
   * Fills a row but for its first five words.
   *
   * @param question, answer start and end within `room`
   * @returns false for a row with a blank cell, which is not filled
   */
  fillRow(
    index: number,
    question: number,
    questionEnd: number,
    answer: number,
    answerEnd: number,
  ): boolean {
    const out = this.#rowsAt + index * rowWords * 4
    return this.#exports.row(question, questionEnd, answer, answerEnd, out) !== 0
  }

  /** A number of `languageCodes`. */
  language(text: Uint8Array): number {
    const end = this.#place(text)
    return this.#exports.language(this.#textAt, end)
  }

  /** The signature is that of the first row afterwards. False for a text without a letter or digit. */
  sign(text: Uint8Array): boolean {
    const end = this.#place(text)
    return this.#exports.sign(this.#textAt, end, this.#rowsAt + rowWord.signature * 4) !== 0
  }

  /** -1 where the kernel cannot tell. @param isSettled when the text is in its normal form */
  tokens(text: Uint8Array, isSettled: boolean): number {
    const { settled, tokens } = this.#exports
    const end = this.#place(text)
    settled.value = isSettled ? 1 : 0
    const count = tokens(this.#textAt, end)
    settled.value = 0
    return count
  }

  /** Of a word that was cut by other means. */
  wordTokens(word: Uint8Array): number {
    const end = this.#place(word)
    return this.#exports.word(this.#textAt, end)
  }

  #place(text: Uint8Array): number {
    const { bytes, at } = this.room(text.length)
    bytes.set(text, at)
    return at + text.length
  }
}

interface MergeTable {
  readonly pairs: Int32Array
  /** Of the number of its slots. */
  readonly bits: number
  readonly merged: Int32Array
}

const slotWords = 4
const goldenRatio = 0x9e3779b97f4a7c15n

/** See `pairs` in textKernel.wat. Of a pair that is listed twice the last rank counts, as in pairMerging.ts. */
function mergeTable({ merges }: BytePairEncoding): MergeTable {
  const bits = Math.ceil(Math.log2(Math.max(merges.length, 8) * 2))
  const slots = 2 ** bits
  const pairs = new Int32Array(slots * slotWords).fill(-1)
  merges.forEach(([left, right], rank) => {
    const key = (BigInt(right) << 32n) | BigInt(left)
    let slot = Number(BigInt.asUintN(64, key * goldenRatio) >> BigInt(64 - bits))
    while (pairs[slot * slotWords] !== -1) {
      if (pairs[slot * slotWords] === left && pairs[slot * slotWords + 1] === right) break
      slot = (slot + 1) % slots
    }
    pairs.set([left, right, rank], slot * slotWords)
  })
  return { pairs, bits, merged: Int32Array.from(merges, ([, , merged]) => merged) }
}

/** Letters and digits in lower case, a space for what makes no difference, 1 where the bytes after it decide. */
function foldedBytes(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    if (byte === 0xe3 || byte === 0xef) return 1
    if (byte >= 0x41 && byte <= 0x5a) return byte + 0x20
    const isKept = byte >= 0x80 || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39)
    return isKept ? byte : 0x20
  })
}
