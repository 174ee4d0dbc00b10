/** textKernel.wat with its memory and tables: lengths, languages and signatures of texts. */
import type { WordCutting } from '../../../shared/tokenizer/textCutting.ts'
import { scriptsOfBytes, wordTable } from './languageTables.ts'
import { textKernelModule } from './textKernelModule.ts'
import type { TokenTables } from './tokenTables.ts'

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
  readonly pairShift: WebAssembly.Global<'i32'>
  readonly merged: WebAssembly.Global<'i32'>
  readonly bytePairs: WebAssembly.Global<'i32'>
  readonly lengths: WebAssembly.Global<'i32'>
  readonly crossings: WebAssembly.Global<'i32'>
  readonly crossingShift: WebAssembly.Global<'i32'>
  readonly plain: WebAssembly.Global<'i32'>
  readonly longestWhole: WebAssembly.Global<'i32'>
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
const tokenOfByteAt = 27_648
const classesAt = 32_768
const vocabularyAt = 1_802_240
const rowsBytes = mostRows * rowWords * 4
const slackBytes = 64
const pageBytes = 65_536

let compiled: WebAssembly.Module | undefined

export interface TokenLengths {
  readonly tables: TokenTables
  /** How words are cut; null where only single words are counted here. */
  readonly wordCutting: WordCutting | null
  /** Whether a word is one token although merging doesn't make it of its bytes. */
  readonly isWholeWord: (bytes: Buffer, start: number, end: number) => boolean
  /** Tokens of a piece of text that the kernel cannot merge. */
  readonly countLong: (bytes: Buffer, start: number, end: number) => number
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
    const imports = {
      isWholeWord: (start: number, end: number) =>
        tokens?.isWholeWord(this.#bytes, start, end) === true ? 1 : 0,
      countLong: (start: number, end: number) => tokens?.countLong(this.#bytes, start, end) ?? 0,
    }
    const instance = new WebAssembly.Instance(compiled, { timbre: imports })
    this.#exports = instance.exports as unknown as Exports // as textKernel.wat exports them
    this.#rowsAt = tokens ? vocabularyAt + vocabularyBytes(tokens.tables) : vocabularyAt
    this.#textAt = this.#rowsAt + rowsBytes
    this.#reserve(pageBytes)
    this.#bytes.set(foldedBytes(), foldedAt)
    this.#bytes.set(scriptsOfBytes(), scriptsAt)
    this.#bytes.set(wordTable(), wordsAt)
    if (tokens) this.#useTokens(tokens)
  }

  #useTokens({ tables, wordCutting }: TokenLengths): void {
    const { pairs, merged, bytePairs, lengths, crossings, isPlain, wholeWords } = tables
    const exports = this.#exports
    let at = vocabularyAt
    const place = (table: TableArray, start: WebAssembly.Global<'i32'>) => {
      start.value = at
      this.#put(table, at)
      at += roomFor(table)
    }
    place(pairs, exports.pairs)
    place(merged, exports.merged)
    place(bytePairs, exports.bytePairs)
    place(lengths, exports.lengths)
    place(crossings, exports.crossings)
    exports.pairShift.value = 32 - Math.log2(pairs.length / 2)
    exports.crossingShift.value = 32 - Math.log2(crossings.length * 8)
    exports.plain.value = !isPlain ? 0 : tables.tokenOfByte.includes(-1) ? 2 : 1
    exports.longestWhole.value = wholeWords.reduce((most, { length }) => Math.max(most, length), 0)
    this.#put(tables.tokenOfByte, tokenOfByteAt)
    exports.unit.value = wordCutting ? 1 : 2
    if (!wordCutting) return
    exports.style.value = wordCutting.style === 'gpt4' ? 1 : 0
    exports.digits.value = wordCutting.digits ?? 0
    this.#put(tables.classes, classesAt)
  }

  #put({ buffer, byteOffset, byteLength }: TableArray, at: number): void {
    this.#bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at)
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

type TableArray = Uint8Array | Uint16Array | Uint32Array | Int32Array

function vocabularyBytes(tables: TokenTables): number {
  const { pairs, merged, bytePairs, lengths, crossings } = tables
  return [pairs, merged, bytePairs, lengths, crossings].reduce(
    (sum, table) => sum + roomFor(table),
    0,
  )
}

/** Each begins at a multiple of sixteen. */
function roomFor({ byteLength }: TableArray): number {
  return Math.ceil(byteLength / 16) * 16
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
