import { expect, test } from 'vitest'
import { bytesOfSymbols, symbolOfByte } from '../../../shared/tokenizer/byteSymbols.ts'
import {
  gpt2Pattern,
  splitDigits,
  splitPreTokens,
  withUnicodeWhiteSpace,
} from '../../../shared/tokenizer/preTokenizer.ts'

// The pieces are those of ByteLevel(add_prefix_space=False, use_regex=True) in Hugging Face's tokenizers 0.23.3.
test.each([
  ["it's  a\n\n b", ['it', "'s", ' ', ' a', '\n\n', ' b']],
  ["I'VE we'll", ['I', "'", 'VE', ' we', "'ll"]],
  ['a1½ 23', ['a', '1½', ' 23']],
  ["word—dash 'quote'", ['word', '—', 'dash', " '", 'quote', "'"]],
  [' x  ', [' x', '  ']],
  ['a \ufeff\ufeff b', ['a', ' \ufeff\ufeff', ' b']],
  ['x \u0085y', ['x', ' ', '\u0085', 'y']],
  ['a \u3000\u3000b', ['a', ' \u3000', '\u3000', 'b']],
])("cuts %j as GPT-2's pattern does", (text, pieces) => {
  expect(splitPreTokens(text, gpt2Pattern)).toEqual(pieces)
})

test('cuts out digits of every script one by one', () => {
  expect(splitDigits('a12½Ⅷ٣三b')).toEqual(['a', '1', '2', '½', 'Ⅷ', '٣', '三b'])
})

test('keeps what a pattern leaves out as pieces of their own', () => {
  expect(splitPreTokens('ab-cd', /-/gu)).toEqual(['ab', '-', 'cd'])
  expect(splitPreTokens('', /-/gu)).toEqual([])
})

test('leaves escaped backslashes of a pattern alone', () => {
  expect(withUnicodeWhiteSpace(String.raw`[^\s]\\s\S`)).toBe(
    String.raw`[^\p{White_Space}]\\s\P{White_Space}`,
  )
})

test('writes each byte as one visible symbol and reads it back', () => {
  const symbols = Array.from({ length: 256 }, (_, byte) => symbolOfByte(byte))
  expect(new Set(symbols).size).toBe(256)
  expect(symbols.join('')).not.toMatch(/[\s\p{Cc}]/u)
  expect([...bytesOfSymbols(symbols.join(''))]).toEqual(symbols.map((_, byte) => byte))
})
