/**
 * Counts the tokens that a model reads of a text, straight from UTF-8 bytes: as many as the tokenizer gives, at the speed
 * that millions of rows need. The kernel cuts text into words, merges them and remembers their tokens; what it cannot
 * tell is asked here.
 */
import { parseBytePairEncoding } from '../../../shared/tokenizer/bytePairEncoding.ts'
import { createRankedMerges } from '../../../shared/tokenizer/pairMerging.ts'
import { createTextCutting } from '../../../shared/tokenizer/textCutting.ts'
import { rankInTable } from './pairTable.ts'
import { TextKernel } from './textKernel.ts'
import { createTokenTables, type TokenTables } from './tokenTables.ts'

export interface TokenCounter {
  readonly kernel: TextKernel
  /** Tokens of `bytes[start..end)`, which is valid UTF-8 or is read as if U+FFFD stood for what is not. */
  count(bytes: Buffer, start?: number, end?: number): number
}

/** What a tokenizer.json comes to. @throws Error in plain words where it is of another kind */
export function readTokenTables(document: unknown): TokenTables {
  return createTokenTables(parseBytePairEncoding(document), (tables) => {
    const { kernel } = createTokenCounter(tables)
    return (word) => kernel.wordTokens(word)
  })
}

export function createTokenCounter(tables: TokenTables): TokenCounter {
  const { wordCutting, normalForm, split } = createTextCutting(tables.cutting)
  const { tokenOfByte, pairs, merged } = tables
  const merges = createRankedMerges({
    rankOf: (left, right) => rankInTable(pairs, left, right),
    mergedOf: (rank) => merged[rank],
  })
  const wholeWords = new Set(tables.wholeWords)
  const kernel = new TextKernel({
    tables,
    wordCutting,
    isWholeWord: (bytes, start, end) => wholeWords.has(bytes.toString('latin1', start, end)),
    countLong(bytes, start, end) {
      const tokens = Array.from(bytes.subarray(start, end), (byte) => tokenOfByte[byte] ?? -1)
      return merges.merge(tokens.filter((token) => token >= 0)).length
    },
  })

  function countText(text: string): number {
    let count = 0
    for (const word of split(text)) count += kernel.wordTokens(Buffer.from(word))
    return count
  }

  return {
    kernel,
    count(bytes, start = 0, end = bytes.length) {
      if (!wordCutting) return countText(bytes.toString('utf8', start, end))
      const count = kernel.tokens(bytes.subarray(start, end), false)
      if (count >= 0) return count
      const text = bytes.toString('utf8', start, end)
      const normal = normalForm ? text.normalize(normalForm) : text
      const settled = kernel.tokens(Buffer.from(normal), true)
      return settled >= 0 ? settled : countText(text)
    },
  }
}
