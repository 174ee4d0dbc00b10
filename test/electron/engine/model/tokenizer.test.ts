import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { symbolOfByte } from '../../../../shared/tokenizer/byteSymbols.ts'
import { ModelFileError } from '../../../../electron/engine/model/modelFileError.ts'
import { loadTokenizer, parseTokenizer } from '../../../../electron/engine/model/tokenizer.ts'

const root = path.join(import.meta.dirname, '../../../..')
const fixtures = path.join(root, 'test/fixtures/tokenizer')

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'))
}

/** Encodings by Hugging Face's own tokenizers; see makeEncodings.py beside the file. */
const encodings = z
  .array(
    z.object({
      name: z.string(),
      changes: z.looseObject({ model: z.record(z.string(), z.unknown()).default({}) }),
      cases: z.array(
        z.object({
          text: z.string(),
          plain: z.array(z.number()),
          special: z.array(z.number()),
        }),
      ),
    }),
  )
  .parse(await readJson(path.join(fixtures, 'encodings.json')))

const original = z
  .looseObject({ model: z.record(z.string(), z.unknown()) })
  .parse(await readJson(path.join(fixtures, 'tokenizer.json')))

describe.each(encodings)('with $name', ({ changes, cases }) => {
  const tokenizer = parseTokenizer({
    ...original,
    ...changes,
    model: { ...original.model, ...changes.model },
  })

  test("gives the ids of Hugging Face's tokenizers", () => {
    expect(cases.length).toBeGreaterThan(50)
    for (const { text, plain, special } of cases) {
      expect({ text, ids: tokenizer.encode(text) }).toEqual({ text, ids: plain })
      const ids = tokenizer.encode(text, { allowSpecial: true })
      expect({ text, ids }).toEqual({ text, ids: special })
    }
  })
})

const anyText = fc.string({ unit: 'binary', maxLength: 200 })

describe.each(['timbre-pico-en', 'timbre-nano-en-zh'])('the tokenizer of %s', (model) => {
  const loading = loadTokenizer(path.join(root, 'models', model))

  test('decodes what it encoded, whatever the text', async () => {
    const tokenizer = await loading
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  test('streams whole characters that add up to the text', async () => {
    const tokenizer = await loading
    fc.assert(
      fc.property(anyText, (text) => {
        const decoder = tokenizer.createStreamingDecoder()
        const pieces = tokenizer.encode(text).map((id) => decoder.push(id))
        for (const piece of pieces) expect(piece.isWellFormed()).toBe(true)
        expect(pieces.join('')).toBe(text)
        expect(decoder.flush()).toBe('')
      }),
      { seed: 2, numRuns: 300 },
    )
  })

  test('has its special tokens first and one text for each id', async () => {
    const tokenizer = await loading
    expect([tokenizer.endOfTextId, tokenizer.padId]).toEqual([0, 1])
    expect(tokenizer.tokenOf(0)).toBe('<|endoftext|>')
    const ids = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id)
    expect(new Set(ids.map((id) => tokenizer.tokenOf(id))).size).toBe(ids.length)
    expect(tokenizer.tokenOf(ids.length)).toBeUndefined()
  })

  test('keeps special tokens in a text as plain text unless they are allowed', async () => {
    const tokenizer = await loading
    const text = 'a<|endoftext|>b'
    expect(tokenizer.encode(text)).not.toContain(0)
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    const ids = tokenizer.encode(text, { allowSpecial: true })
    expect(ids.filter((id) => id === 0)).toHaveLength(1)
    expect(tokenizer.decode(ids)).toBe('ab')
  })

  test('encodes a megabyte without a space in seconds', async () => {
    const tokenizer = await loading
    const text = Array.from({ length: 1_000_000 }, (_, at) => 'abcdefghij'[(at * at * 7 + at) % 10])
    const startedAt = performance.now()
    const ids = tokenizer.encode(text.join(''))
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    expect(tokenizer.decode(ids)).toBe(text.join(''))
  })
})

interface Changes {
  readonly [field: string]: unknown
  readonly model?: Readonly<Record<string, unknown>>
}

/** Bytes are tokens 2 to 257; then "lo", "low", "er", "lower". */
function tinyDocument(changes: Changes = {}): unknown {
  const learned = ['lo', 'low', 'er', 'lower']
  const bytes = Array.from({ length: 256 }, (_, byte) => symbolOfByte(byte))
  const vocab = ['<|endoftext|>', '<|pad|>', ...bytes, ...learned]
  return {
    added_tokens: [
      { id: 0, content: '<|endoftext|>', special: true },
      { id: 1, content: '<|pad|>', special: true },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    ...changes,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(vocab.map((token, id) => [token, id])),
      merges: ['l o', 'lo w', 'e r', 'low er'],
      ...changes.model,
    },
  }
}

const idOf = (character: string) => character.charCodeAt(0) + 2

describe('a tokenizer made by hand', () => {
  test('merges in the order of the list and never across words', () => {
    const tokenizer = parseTokenizer(tinyDocument())
    expect(tokenizer.vocabularySize).toBe(262)
    expect(tokenizer.encode('lower')).toEqual([261])
    expect(tokenizer.encode('slowest')).toEqual([idOf('s'), 259, ...[...'est'].map(idOf)])
    expect(tokenizer.encode('lo wer')).toEqual([258, idOf(' '), idOf('w'), 260])
  })

  test('merges the leftmost pair first where pairs overlap', () => {
    const merges = ['a a']
    const bytes = Array.from({ length: 256 }, (_, byte) => [symbolOfByte(byte), byte + 2] as const)
    const vocab = Object.fromEntries([...bytes, ['aa', 258] as const])
    const tokenizer = parseTokenizer(tinyDocument({ model: { vocab, merges } }))
    expect(tokenizer.encode('aaa')).toEqual([258, idOf('a')])
    const long = tokenizer.encode('a'.repeat(101))
    expect(long).toEqual([...Array.from({ length: 50 }, () => 258), idOf('a')])
  })

  test('takes merges as pairs and as text with a space', () => {
    const pairs = [
      ['l', 'o'],
      ['lo', 'w'],
      ['e', 'r'],
      ['low', 'er'],
    ]
    const tokenizer = parseTokenizer(tinyDocument({ model: { merges: pairs } }))
    expect(tokenizer.encode('lower')).toEqual([261])
  })

  test('waits for the rest of a character, and gives up on it at the end', () => {
    const tokenizer = parseTokenizer(tinyDocument())
    const decoder = tokenizer.createStreamingDecoder()
    const [first, second, third] = tokenizer.encode('灯')
    expect([first, second, third].map((id) => decoder.push(id!))).toEqual(['', '', '灯'])
    expect(decoder.push(first!)).toBe('')
    expect(decoder.flush()).toBe('\ufffd')
    expect(decoder.push(idOf('a'))).toBe('a')
  })

  test('shows added tokens that are not special as they are written', () => {
    const added = { id: 262, content: 'é!', special: false }
    const specials = [{ id: 0, content: '<|endoftext|>', special: true }, added]
    const tokenizer = parseTokenizer(tinyDocument({ added_tokens: specials }))
    expect(tokenizer.decode([262, 0])).toBe('é!')
    expect(tokenizer.padId).toBe(tokenizer.endOfTextId)
  })

  test.each([
    ['another model', { model: { type: 'WordPiece' } }],
    ['a merge of unknown tokens', { model: { merges: ['q x'] } }],
    ['a pre-tokenizer it does not know', { pre_tokenizer: { type: 'Metaspace' } }],
    [
      'a space put before the text',
      { pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } },
    ],
    ['a normalizer it does not know', { normalizer: { type: 'Lowercase' } }],
    [
      'a pattern that is none',
      { pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } },
    ],
    ['no end of text', { added_tokens: [] }],
  ])('refuses %s', (_, changes) => {
    expect(() => parseTokenizer(tinyDocument(changes))).toThrow(ModelFileError)
  })

  test('leaves out a byte that the vocabulary lacks', () => {
    const tokenizer = parseTokenizer(tinyDocument({ model: { vocab: { a: 2 }, merges: [] } }))
    expect(tokenizer.encode('a')).toEqual([2])
    expect(tokenizer.encode('aba')).toEqual([2, 2])
  })

  test('takes a vocabulary of 200,000 tokens', () => {
    const vocab: Record<string, number> = {}
    for (let id = 0; id < 200_000; id += 1) vocab[`t${id}`] = id
    const tokenizer = parseTokenizer(tinyDocument({ model: { vocab, merges: [] } }))
    expect(tokenizer.vocabularySize).toBe(200_000)
  })
})

test('a folder without a readable tokenizer.json is a ModelFileError', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'timbre-tokenizer-'))
  try {
    await expect(loadTokenizer(folder)).rejects.toThrow(ModelFileError)
    await writeFile(path.join(folder, 'tokenizer.json'), '{')
    await expect(loadTokenizer(folder)).rejects.toThrow(ModelFileError)
  } finally {
    await rm(folder, { recursive: true })
  }
})
