/** textKernel.wat with its memory and tables: lengths, languages and signatures of texts. */
import type { BytePairEncoding } from '../../../shared/tokenizer/bytePairEncoding.ts'
import { characterClasses } from './characterClasses.ts'
import { scriptsOfBytes, wordTable } from './languageTables.ts'
import { textKernelModule } from './textKernelModule.ts'

/** Words (of four bytes) of a row; the first four are the caller's. */
export const rowWords = 16
export const rowWord = {
  row: 0,
  questionHashLow: 1,
  questionHashHigh: 2,
  answerHash: 3,
  /** -1 where the kernel cannot tell. */
  questionLength: 4,
  answerLength: 5,
  /** Numbers of the question's and, from the ninth bit on, the answer's. */
  languages: 6,
  flags: 7,
  signature: 8,
} as const
export const signatureWords = 8

export const rowFlag = {
  signed: 2,
  shortAnswer: 4,
  longerQuestion: 8,
  bothLong: 16,
} as const

/** Rows that the kernel has room for. */
export const mostRows = 16_384

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly unit: WebAssembly.Global<'i32'>
  readonly style: WebAssembly.Global<'i32'>
  readonly digits: WebAssembly.Global<'i32'>
  readonly settled: WebAssembly.Global<'i32'>
  row(question: number, questionEnd: number, answer: number, end: number, out: number): number
  sign(at: number, end: number, out: number): number
  language(at: number, end: number): number
  tokens(at: number, end: number): number
}

/** See textKernel.wat. */
const foldedAt = 0
const scriptsAt = 256
const wordsAt = 1024
const classesAt = 32_768
const rowsAt = 1_736_704
const textAt = rowsAt + mostRows * rowWords * 4
const slackBytes = 64
const pageBytes = 65_536

let compiled: WebAssembly.Module | undefined

export interface TokenLengths {
  readonly encoding: BytePairEncoding
  /** Tokens of one word. */
  readonly countWord: (bytes: Uint8Array, start: number, end: number) => number
}

export class TextKernel {
  readonly #exports: Exports
  /** The whole memory; replaced when it grows. */
  #bytes = Buffer.alloc(0)
  /** Rows one after the other, `rowWords` each. */
  rows = new Uint32Array(0)

  /** @param tokens how lengths are counted; in characters when left out */
  constructor(tokens?: TokenLengths) {
    compiled ??= new WebAssembly.Module(Buffer.from(textKernelModule, 'base64'))
    const countWord = (start: number, end: number) =>
      tokens?.countWord(this.#bytes, start, end) ?? 0
    const instance = new WebAssembly.Instance(compiled, { timbre: { countWord } })
    this.#exports = instance.exports as unknown as Exports // as textKernel.wat exports them
    this.#reserve(pageBytes)
    this.#bytes.set(foldedBytes(), foldedAt)
    this.#bytes.set(scriptsOfBytes(), scriptsAt)
    this.#bytes.set(wordTable(), wordsAt)
    if (tokens) this.#cutWords(tokens.encoding)
  }

  #cutWords({ wordCutting, normalForm }: BytePairEncoding): void {
    const { unit, style, digits } = this.#exports
    unit.value = wordCutting ? 1 : 2
    if (!wordCutting) return
    style.value = wordCutting.style === 'gpt4' ? 1 : 0
    digits.value = wordCutting.digits ?? 0
    this.#bytes.set(characterClasses(wordCutting.style, normalForm), classesAt)
  }

  #reserve(textBytes: number): void {
    const { memory } = this.#exports
    const missing = textAt + textBytes + slackBytes - memory.buffer.byteLength
    if (missing <= 0 && this.#bytes.length > 0) return
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
    this.#bytes = Buffer.from(memory.buffer)
    this.rows = new Uint32Array(memory.buffer, rowsAt, mostRows * rowWords)
  }

  /** Where the next text is to be written; valid until there is more of it. */
  room(length: number): { bytes: Buffer; at: number } {
    this.#reserve(length)
    return { bytes: this.#bytes, at: textAt }
  }

  /**
   * Fills a row but for its first four words.
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
    const out = rowsAt + index * rowWords * 4
    return this.#exports.row(question, questionEnd, answer, answerEnd, out) !== 0
  }

  /** A number of `languageCodes`. */
  language(text: Uint8Array): number {
    const end = this.#place(text)
    return this.#exports.language(textAt, end)
  }

  /** The signature is that of the first row afterwards. False for a text without a letter or digit. */
  sign(text: Uint8Array): boolean {
    const end = this.#place(text)
    return this.#exports.sign(textAt, end, rowsAt + rowWord.signature * 4) !== 0
  }

  /** -1 where the kernel cannot tell. @param isSettled when the text is in its normal form */
  tokens(text: Uint8Array, isSettled: boolean): number {
    const { settled, tokens } = this.#exports
    const end = this.#place(text)
    settled.value = isSettled ? 1 : 0
    const count = tokens(textAt, end)
    settled.value = 0
    return count
  }

  #place(text: Uint8Array): number {
    const { bytes, at } = this.room(text.length)
    bytes.set(text, at)
    return at + text.length
  }
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
