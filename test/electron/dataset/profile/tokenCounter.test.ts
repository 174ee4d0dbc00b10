import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBytePairEncoding } from '../../../../shared/tokenizer/bytePairEncoding.ts'
import {
  createTokenCounter,
  readTokenTables,
} from '../../../../electron/dataset/profile/tokenCounter.ts'
import { parseTokenizer } from '../../../../electron/engine/model/tokenizer.ts'

const root = path.resolve(import.meta.dirname, '../../../..')
const bundled = ['timbre-pico-en', 'timbre-nano-en-zh']

function documentOf(model: string): { pre_tokenizer: unknown; model: Record<string, unknown> } {
  const file = path.join(root, 'models', model, 'tokenizer.json')
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof documentOf>
}

const qwenPattern = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const llamaPattern = qwenPattern.replace('|\\p{N}|', '|\\p{N}{1,3}|')

const bytesOnly = { type: 'ByteLevel', add_prefix_space: false, use_regex: false }

/** The vocabulary of a bundled model with other ways to cut text. */
function withCutting(
  pretokenizers: readonly unknown[],
  normalizer?: string,
  ignoresMerges = false,
) {
  const document = documentOf('timbre-nano-en-zh')
  return {
    ...document,
    normalizer: normalizer === undefined ? null : { type: normalizer },
    model: { ...document.model, ignore_merges: ignoresMerges },
    pre_tokenizer: { type: 'Sequence', pretokenizers },
  }
}

function withPattern(pattern: string, normalizer?: string, ignoresMerges = false) {
  const split = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }
  return withCutting([split, bytesOnly], normalizer, ignoresMerges)
}

const digits = { type: 'Digits', individual_digits: true }
const gpt2 = { ...bytesOnly, use_regex: true }

const documents: [string, unknown][] = [
  ...bundled.map((name): [string, unknown] => [name, documentOf(name)]),
  ['GPT-2', withCutting([gpt2])],
  ['GPT-2 with digits one by one', withCutting([digits, gpt2])],
  ['GPT-2 with digits one by one afterwards', withCutting([gpt2, digits])],
  ['Qwen', withPattern(qwenPattern, 'NFC')],
  ['Llama 3', withPattern(llamaPattern)],
  ['Llama 3 in NFKC', withPattern(llamaPattern, 'NFKC')],
  ['GPT-2 in NFD', withCutting([gpt2], 'NFD')],
  ['nobody', withPattern(String.raw`\p{L}+ \p{L}+|\s+|\S`)],
  ['Llama 3 with words taken as they are', withPattern(llamaPattern, undefined, true)],
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
        '\r',
        '\u0085',
        '\ufeff',
        '\u2028',
        '\u3000',
        "'S",
        "'ll",
        "'LL",
        "'ſ",
        "'",
        'ſ',
        '½',
        '٣',
        '一二三',
        'Å',
        'ﬁ',
        '각',
        '\u1100\u1161\u11a8',
        '\u0939\u093f',
        'เก้า',
        '𠀀',
        '𝔘',
        '\u{e0100}',
        '\0',
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
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.string({ unit: fc.constantFrom(..." \t\n'sS1a."), maxLength: 12 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

test.each(documents)('counts as many tokens as a tokenizer that cuts as %s does', (_, document) => {
  const tokenizer = parseTokenizer(document)
  const counter = createTokenCounter(readTokenTables(document))
  fc.assert(
    fc.property(text, (sample) => {
      const bytes = Buffer.from(sample, 'utf8')
      expect(counter.count(bytes)).toBe(tokenizer.encode(bytes.toString('utf8')).length)
    }),
    { numRuns: 500 },
  )
})

test.each(documents)('reads bytes that are no text as the tokenizer of %s does', (_, document) => {
  const tokenizer = parseTokenizer(document)
  const counter = createTokenCounter(readTokenTables(document))
  const part = fc.oneof(
    fc.constantFrom('c3', 'e4b8', 'f09f98', 'eda080', 'c080', 'f4908080', 'fe', '20', '6c616d70'),
    fc.constantFrom('e4bda0', 'c3a9', '27', '31', '0a'),
  )
  const bytes = fc.array(part, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(''), 'hex'))
  fc.assert(
    fc.property(bytes, (sample) => {
      expect(counter.count(sample)).toBe(tokenizer.encode(sample.toString('utf8')).length)
    }),
    { numRuns: 300 },
  )
})

test('knows how the tokenizers of most models cut', () => {
  const known = documents.map(([, document]) => parseBytePairEncoding(document).wordCutting)
  expect(known).toEqual([
    { style: 'gpt2', digits: 1 },
    { style: 'gpt2', digits: 1 },
    { style: 'gpt2', digits: null },
    { style: 'gpt2', digits: 1 },
    null,
    { style: 'gpt4', digits: 1 },
    { style: 'gpt4', digits: 3 },
    { style: 'gpt4', digits: 3 },
    { style: 'gpt2', digits: null },
    null,
    { style: 'gpt4', digits: 3 },
  ])
})

test('counts what every code point of the first planes is cut into', () => {
  for (const document of [withPattern(llamaPattern), withCutting([gpt2], 'NFC')]) {
    const counter = createTokenCounter(readTokenTables(document))
    const tokenizer = parseTokenizer(document)
    for (let code = 0; code < 0x20000; code += 61) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const character = String.fromCodePoint(code)
      const sample = ` a${character}b ${character}${character}1`
      expect([code, counter.count(Buffer.from(sample))]).toEqual([
        code,
        tokenizer.encode(sample).length,
      ])
    }
  }
})

test.each(['a', '问题', 'ab '])('counts a word longer than any that is kept: %s', (part) => {
  const document = documentOf('timbre-nano-en-zh')
  const long = Buffer.from(part.repeat(700))
  const counter = createTokenCounter(readTokenTables(document))
  expect(counter.count(long)).toBe(parseTokenizer(document).encode(part.repeat(700)).length)
})

test('counts a part of a buffer', () => {
  const counter = createTokenCounter(readTokenTables(documentOf('timbre-pico-en')))
  const bytes = Buffer.from('xxHow do I return it?yy')
  expect(counter.count(bytes, 2, bytes.length - 2)).toBe(
    counter.count(Buffer.from('How do I return it?')),
  )
})
