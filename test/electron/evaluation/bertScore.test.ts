import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { matchTokens } from '../../../electron/scoring/encoderMatch.ts'
import { loadTextEncoder } from '../../../electron/scoring/textEncoder.ts'
import { parseWordPiece } from '../../../electron/scoring/wordPiece.ts'

const folder = path.resolve(import.meta.dirname, '../../fixtures/encoder')
/** A DistilBERT with word pieces, as the one that is offered for download. */
const multilingual = path.resolve(import.meta.dirname, '../../fixtures/encoder-multilingual')

interface ReferencePair {
  readonly answer: string
  readonly reference: string
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

test('BERTScore is that of the definition, computed elsewhere with the same encoder', async () => {
  const pairs = JSON.parse(
    await readFile(path.join(folder, 'reference.json'), 'utf8'),
  ) as ReferencePair[]
  const encoder = await loadTextEncoder(folder, 1)
  for (const { answer, reference, ...expected } of pairs) {
    const found = await encoder.compare(answer, reference)
    for (const name of ['precision', 'recall', 'f1'] as const)
      expect(found[name], `${name} of ${answer}`).toBeCloseTo(expected[name], 4)
  }
})

async function readMultilingual() {
  const text = await readFile(path.join(multilingual, 'reference.json'), 'utf8')
  return JSON.parse(text) as {
    readonly tokens: readonly { readonly text: string; readonly ids: number[] }[]
    readonly pairs: readonly ReferencePair[]
  }
}

async function readTokenizer(): Promise<Record<string, unknown>> {
  const text = await readFile(path.join(multilingual, 'tokenizer.json'), 'utf8')
  return JSON.parse(text) as Record<string, unknown>
}

test('word pieces are those of the tokenizers package, English, Chinese and odd characters', async () => {
  const { encode } = parseWordPiece(await readTokenizer())
  for (const { text, ids } of (await readMultilingual()).tokens)
    expect(encode(text), text).toEqual(ids)
})

test('a tokenizer of another kind, or without its special tokens, is refused', async () => {
  const document = await readTokenizer()
  expect(() => parseWordPiece({ ...document, normalizer: { type: 'NFC' } })).toThrow('BertNormal')
  const model = document['model'] as { readonly vocab: Record<string, number> }
  const vocab = Object.fromEntries(
    Object.entries(model.vocab).filter(([token]) => token !== '[SEP]'),
  )
  expect(() => parseWordPiece({ ...document, model: { ...model, vocab } })).toThrow('[SEP]')
})

test('with a multilingual encoder it is that of the definition as well, long texts cut', async () => {
  const encoder = await loadTextEncoder(multilingual, 1)
  for (const { answer, reference, ...expected } of (await readMultilingual()).pairs) {
    const found = await encoder.compare(answer, reference)
    for (const name of ['precision', 'recall', 'f1'] as const)
      expect(found[name], `${name} of ${answer}`).toBeCloseTo(expected[name], 4)
  }
})

test('each token takes its nearest, special ones are matched but not averaged', () => {
  const rows = (...vectors: [number, number][]) => ({
    values: Float32Array.from(vectors.flat()),
    width: 2,
  })
  // <s>, two tokens, </s> against <s>, one token, </s>; by hand: 1 and 0.8 against 1.
  const answer = rows([1, 0], [0, 2], [3, 4], [1, 0])
  const reference = rows([1, 0], [0, 5], [1, 0])
  const { precision, recall, f1 } = matchTokens(answer, reference)
  expect(precision).toBeCloseTo((1 + 0.8) / 2, 6)
  expect(recall).toBeCloseTo(1, 6)
  expect(f1).toBeCloseTo((2 * 0.9) / 1.9, 6)
})

test('a text without tokens of its own has nothing in common with another', () => {
  const empty = { values: Float32Array.from([1, 0, 0, 1]), width: 2 }
  const other = { values: Float32Array.from([1, 0, 1, 1, 0, 1]), width: 2 }
  expect(matchTokens(empty, other)).toEqual({ precision: 0, recall: 0, f1: 0 })
})

test('a folder with another kind of model says what is missing', async () => {
  const classifier = path.resolve(import.meta.dirname, '../../fixtures/classifier')
  const encoder = await loadTextEncoder(classifier, 1)
  await expect(encoder.compare('a', 'b')).rejects.toThrow('no output "last_hidden_state"')
})
