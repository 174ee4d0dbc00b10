import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBytePairEncoding } from '../../../../shared/tokenizer/bytePairEncoding.ts'
import { createTokenCounter } from '../../../../electron/dataset/profile/tokenCounter.ts'
import { parseTokenizer } from '../../../../electron/engine/model/tokenizer.ts'

const root = path.resolve(import.meta.dirname, '../../../..')
const bundled = ['timbre-pico-en', 'timbre-nano-en-zh']

function documentOf(model: string): { pre_tokenizer: unknown; model: Record<string, unknown> } {
  const file = path.join(root, 'models', model, 'tokenizer.json')
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof documentOf>
}

/** The pattern that Qwen 2 to 3 cut text with, over the vocabulary of a bundled model. */
const qwenPattern = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

function withPattern(pattern: string, ignoresMerges = false): unknown {
  const document = documentOf('timbre-nano-en-zh')
  const split = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }
  const bytes = { type: 'ByteLevel', add_prefix_space: false, use_regex: false }
  return {
    ...document,
    model: { ...document.model, ignore_merges: ignoresMerges },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [split, bytes] },
  }
}

const documents: [string, unknown][] = [
  ...bundled.map((name): [string, unknown] => [name, documentOf(name)]),
  ['the pattern of Qwen', withPattern(qwenPattern)],
  ['a pattern that nobody knows', withPattern(String.raw`\p{L}+ \p{L}+|\s+|\S`)],
  ['words taken as they are', withPattern(qwenPattern, true)],
]

/** Text as people write it, and then some: words, Chinese, spaces in any number, marks, numbers, line ends, emoji. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ' ',
        '  ',
        '\n',
        '\t',
        ' \n ',
        '，',
        '。',
        "'s",
        '…',
        '👩‍💻',
        '\u0301',
        '\u00a0',
        '\r\n',
      ),
      fc.constantFrom(
        'How',
        'return',
        'within',
        '30',
        'days',
        '您好',
        '退货',
        '可以',
        'Ünïcödé',
        '10.5',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

test.each(documents)('counts as many tokens as the tokenizer of %s gives', (_, document) => {
  const tokenizer = parseTokenizer(document)
  const counter = createTokenCounter(parseBytePairEncoding(document))
  fc.assert(
    fc.property(text, (sample) => {
      const bytes = Buffer.from(sample, 'utf8')
      expect(counter.count(bytes)).toBe(tokenizer.encode(bytes.toString('utf8')).length)
    }),
    { numRuns: 300 },
  )
})

test.each(['a', '问题', 'ab '])('counts a word longer than any that is kept: %s', (part) => {
  const document = documentOf('timbre-nano-en-zh')
  const long = Buffer.from(part.repeat(700))
  const counter = createTokenCounter(parseBytePairEncoding(document))
  expect(counter.count(long)).toBe(parseTokenizer(document).encode(part.repeat(700)).length)
})

test('counts a part of a buffer', () => {
  const counter = createTokenCounter(parseBytePairEncoding(documentOf('timbre-pico-en')))
  const bytes = Buffer.from('xxHow do I return it?yy')
  expect(counter.count(bytes, 2, bytes.length - 2)).toBe(
    counter.count(Buffer.from('How do I return it?')),
  )
})
