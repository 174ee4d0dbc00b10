import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createTokenCounter,
  readTokenTables,
} from '../../../../electron/dataset/profile/tokenCounter.ts'
import { parseTokenizer } from '../../../../electron/engine/model/tokenizer.ts'
import { symbolOfByte } from '../../../../shared/tokenizer/byteSymbols.ts'

const root = path.resolve(import.meta.dirname, '../../../..')
const bundled = ['timbre-nano-en-zh', 'timbre-pico-en'].map((name) => {
  const file = path.join(root, 'models', name, 'tokenizer.json')
  return [name, JSON.parse(readFileSync(file, 'utf8')) as Document] as const
})

interface Document {
  readonly added_tokens: readonly { id: number; content: string; special: boolean }[]
  readonly pre_tokenizer: unknown
  readonly model: {
    readonly type: string
    readonly ignore_merges: boolean
    readonly vocab: Readonly<Record<string, number>>
    readonly merges: readonly (string | readonly [string, string])[]
  }
}

function symbolsOf(bytes: Uint8Array): string {
  return [...bytes].map(symbolOfByte).join('')
}

/** Words that are tokens as they stand: each vocabulary has some that merging makes otherwise. */
function takingWords(document: Document): Document {
  const { vocab } = document.model
  const extra = ['，的一', '不是的', 'lamplight', '灯坏了吗', '🙂🙂'].map((word) =>
    symbolsOf(Buffer.from(word)),
  )
  const ids = extra.map((word, index) => [word, Object.keys(vocab).length + index] as const)
  const model = {
    ...document.model,
    ignore_merges: true,
    vocab: { ...vocab, ...Object.fromEntries(ids) },
  }
  return { ...document, model }
}

const documents = bundled.flatMap(([name, document]): [string, Document][] => [
  [name, document],
  [`${name}, words taken as they are`, takingWords(document)],
])

/** Of the vocabulary's tokens those that are text, so that what merges comes often. */
function tokensOf({ model }: Document): string[] {
  const bytes = new Map(Array.from({ length: 256 }, (_, byte) => [symbolOfByte(byte), byte]))
  return Object.keys(model.vocab)
    .map((token) => Buffer.from([...token].map((symbol) => bytes.get(symbol) ?? 0)).toString())
    .filter((token) => !token.includes('\ufffd'))
}

const han = fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCodePoint(code))
const scripts = fc.constantFrom(
  ...[
    'เก้าอี้ตัวนี้สีแดง',
    'ランプを送る',
    '램프가고장',
    'лампа',
    'مصباح',
    '灯',
    '的的',
    'ा',
    '🙂',
    '👩‍💻',
    '𠀀',
    'é',
    'aaaa',
    '=',
    '——',
  ],
)

/** Runs of text that nothing cuts into words, most of it Chinese, and some that is. */
function textOf(document: Document) {
  const part = fc.oneof(
    fc.constantFrom(...tokensOf(document)),
    fc.array(han, { minLength: 1, maxLength: 30 }).map((characters) => characters.join('')),
    scripts,
    fc.tuple(scripts, fc.integer({ min: 1, max: 90 })).map(([text, times]) => text.repeat(times)),
    fc.constantFrom('，', '。', ' ', '，的一，', '不是的', ' lamplight ', '灯坏了吗', '🙂🙂'),
  )
  return fc.array(part, { maxLength: 40 }).map((parts) => parts.join(''))
}

test.each(documents)('counts text without spaces as %s does', (_, document) => {
  const tokenizer = parseTokenizer(document)
  const counter = createTokenCounter(readTokenTables(document))
  fc.assert(
    fc.property(textOf(document), (sample) => {
      expect(counter.count(Buffer.from(sample))).toBe(tokenizer.encode(sample).length)
    }),
    { numRuns: 400 },
  )
})

test.each(documents)('counts bytes that are no text as %s does', (_, document) => {
  const tokenizer = parseTokenizer(document)
  const counter = createTokenCounter(readTokenTables(document))
  const broken = fc
    .tuple(textOf(document), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
    .map(([text, changes]) => {
      const bytes = Buffer.from(text)
      for (const [at, byte] of changes) bytes[at % Math.max(1, bytes.length)] = byte
      return bytes
    })
  fc.assert(
    fc.property(broken, (bytes) => {
      expect(counter.count(bytes)).toBe(tokenizer.encode(bytes.toString()).length)
    }),
    { numRuns: 200 },
  )
})

/** What is in no vocabulary that was trained: merges in any order, of one token from several pairs, of halves of characters. */
const characters = ['a', 'b', 'é', 'ü', '的', '一', '是', 'ก', 'า', '🙂']
const strangeVocabulary = fc
  .record({
    sample: fc.array(fc.constantFrom(...characters), { minLength: 30, maxLength: 60 }),
    // Which neighbours of the sample merge, and when.
    merges: fc.array(fc.tuple(fc.nat(999), fc.nat(999)), { minLength: 30, maxLength: 100 }),
    isInOrder: fc.boolean(),
    missing: fc.option(fc.constantFrom(0x61, 0x9a, 0xe4, 0xff), { nil: null, freq: 2 }),
    ignoresMerges: fc.boolean(),
    isDouble: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 9),
  })
  .map(({ sample, merges, isInOrder, missing, ignoresMerges, isDouble }): Document => {
    const parts = [...Buffer.from(sample.join(''))].map(symbolOfByte)
    const tokens: string[] = []
    const pairs: { pair: [string, string]; at: number }[] = []
    for (const [place, at] of merges) {
      if (parts.length < 2) break
      const index = place % (parts.length - 1)
      const pair: [string, string] = [parts[index] ?? '', parts[index + 1] ?? '']
      pairs.push({ pair, at: isInOrder ? 0 : at })
      tokens.push(pair.join(''))
      parts.splice(index, 2, pair.join(''))
    }
    const all = [...Array.from({ length: 256 }, (_, byte) => symbolOfByte(byte)), ...tokens]
    const lacked = missing === null ? null : symbolOfByte(missing)
    const kept = [...new Set(all)].filter((token) => token !== lacked)
    const vocab: Record<string, number> = { '</s>': 0 }
    // Two tokens may have one number where it says so.
    kept.forEach((token, index) => (vocab[token] = isDouble ? 1 + (index >> 1) : 1 + index))
    return {
      added_tokens: [{ id: 0, content: '</s>', special: true }],
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
      model: {
        type: 'BPE',
        ignore_merges: ignoresMerges,
        vocab,
        merges: pairs
          .sort((a, b) => a.at - b.at)
          .map(({ pair }) => pair)
          .filter((pair) => !pair.includes(lacked ?? '')),
      },
    }
  })

test('counts as a tokenizer does whatever its vocabulary is', { timeout: 60_000 }, () => {
  const long = fc.tuple(fc.constantFrom(...characters), fc.integer({ min: 1, max: 300 }))
  const part = fc.oneof(
    fc.constantFrom(...characters, ' '),
    fc.array(fc.constantFrom(...characters), { maxLength: 120 }).map((parts) => parts.join('')),
    long.map(([character, times]) => character.repeat(times)),
  )
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(
      strangeVocabulary,
      fc.array(text, { minLength: 4, maxLength: 8 }),
      (document, texts) => {
        const tokenizer = parseTokenizer(document)
        const counter = createTokenCounter(readTokenTables(document))
        for (const sample of texts) {
          expect(counter.count(Buffer.from(sample))).toBe(tokenizer.encode(sample).length)
        }
      },
    ),
    { numRuns: 200 },
  )
})

/**
 * Each letter merges with the next one, the last ones first: where tokens begin depends on where a run of such letters ends,
 * however far. Between any two letters something may span, so that nothing is cut there.
 */
function chainOf(length: number): { document: Document; letters: readonly string[] } {
  const letters = Array.from({ length }, (_, index) => String.fromCodePoint(0x5000 + index))
  const vocab: Record<string, number> = { '</s>': 0 }
  let count = 1
  const merges: [string, string][] = []
  const add = (token: string) => (vocab[token] ??= count++)
  for (let byte = 0; byte < 256; byte += 1) add(symbolOfByte(byte))
  const merge = (left: string, right: string) => {
    merges.push([left, right])
    add(left + right)
    return left + right
  }
  const tokens = letters.map((letter) => {
    const [first = '', second = '', third = ''] = symbolsOf(Buffer.from(letter))
    return merge(merge(first, second), third)
  })
  const pairs = tokens.slice(1).map((right, index) => [tokens[index] ?? '', right] as const)
  for (const [left, right] of pairs.toReversed()) merge(left, right)
  for (let last = 0x80; last < 0xc0; last += 1) merge(symbolOfByte(last), symbolOfByte(0xe5))
  const document: Document = {
    added_tokens: [{ id: 0, content: '</s>', special: true }],
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    model: { type: 'BPE', ignore_merges: false, vocab, merges },
  }
  return { document, letters }
}

test.each([2, 8, 30, 70, 200, 900])(
  'counts words whose tokens depend on what comes up to %i characters later',
  (length) => {
    const { document, letters } = chainOf(length)
    const tokenizer = parseTokenizer(document)
    const counter = createTokenCounter(readTokenTables(document))
    const run = fc
      .tuple(fc.nat(length), fc.nat(length))
      .map(([from, to]) => letters.slice(Math.min(from, to), Math.max(from, to)).join(''))
    const word = fc.array(run, { maxLength: 30 }).map((runs) => runs.join(''))
    fc.assert(
      fc.property(word, (sample) => {
        expect(counter.count(Buffer.from(sample))).toBe(tokenizer.encode(sample).length)
      }),
      { numRuns: 60 },
    )
  },
)

test('counts runs of one character with tokens longer than a stretch that is merged at once', () => {
  const token = (length: number) => 'a'.repeat(length)
  const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
  const { document } = chainOf(2)
  const vocab = { ...document.model.vocab }
  for (const size of sizes.slice(1)) vocab[token(size)] = Object.keys(vocab).length
  const merges = sizes.slice(0, -1).map((size): [string, string] => [token(size), token(size)])
  const doubling = { ...document, model: { ...document.model, vocab, merges } }
  const tokenizer = parseTokenizer(doubling)
  const counter = createTokenCounter(readTokenTables(doubling))
  for (const length of [63, 64, 65, 127, 128, 129, 255, 256, 257, 300, 511, 700, 1023, 3000]) {
    const sample = token(length)
    expect([length, counter.count(Buffer.from(sample))]).toEqual([
      length,
      tokenizer.encode(sample).length,
    ])
  }
})

test('counts with more words that are taken as they stand than a call takes arguments', () => {
  const { document } = chainOf(2)
  const vocab = { ...document.model.vocab }
  let count = Object.keys(vocab).length
  for (let word = 0; word < 200_000; word += 1) vocab[`w${word.toString(36)}`] ??= count++
  const model = { ...document.model, ignore_merges: true, vocab, merges: [] }
  const large = { ...document, model }
  const sample = Buffer.from('wabc w1x zzz')
  const wanted = parseTokenizer(large).encode(sample.toString()).length
  expect(createTokenCounter(readTokenTables(large)).count(sample)).toBe(wanted)
})
