/**
 * Counts the tokens that a model reads of a text, straight from UTF-8 bytes: as many as the tokenizer gives, at the speed
 * that millions of rows need. The kernel cuts text into words, merges them and remembers their tokens; what it cannot
 * tell is asked here.
 */
import type { BytePairEncoding } from '../../../shared/tokenizer/bytePairEncoding.ts'
import { symbolOfByte } from '../../../shared/tokenizer/byteSymbols.ts'
import { TextKernel } from './textKernel.ts'

export interface TokenCounter {
  readonly kernel: TextKernel
  /** Tokens of `bytes[start..end)`, which is valid UTF-8 or is read as if U+FFFD stood for what is not. */
  count(bytes: Buffer, start?: number, end?: number): number
}

/** The kernel looks for the best pair again and again, which is quadratic: longer words are merged with a heap. */
const longestScannedWord = 256

export function createTokenCounter(encoding: BytePairEncoding): TokenCounter {
  const kernel = new TextKernel({
    encoding,
    countRare(bytes, start, end) {
      const word = bytes.subarray(start, end)
      if (encoding.ignoresMerges && isWholeToken(encoding, word)) return 1
      return word.length > longestScannedWord ? countLong(encoding, word) : -1
    },
  })

  function countText(text: string): number {
    let count = 0
    for (const word of encoding.split(text)) count += kernel.wordTokens(Buffer.from(word))
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

function countLong(encoding: BytePairEncoding, bytes: Uint8Array): number {
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
