import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createBertScorer } from '../../../electron/evaluation/bertScorer.ts'
import { matchTokens } from '../../../electron/scoring/encoderMatch.ts'
import { loadTextEncoder } from '../../../electron/scoring/textEncoder.ts'

const folder = path.resolve(import.meta.dirname, '../../fixtures/encoder')

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

test('a folder of the user takes its place, scores, and goes; a classifier does not take it', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'timbre-encoder-'))
  const scorer = createBertScorer(path.join(home, 'encoder'))
  try {
    expect(await scorer.score(['a'], 'b')).toBeNull()
    const classifier = path.resolve(import.meta.dirname, '../../fixtures/classifier')
    await expect(scorer.importFolder(classifier)).rejects.toMatchObject({
      code: 'EncoderUnusable',
      details: { path: classifier },
    })
    await expect(scorer.importFolder(home)).rejects.toMatchObject({
      details: { reason: 'config.json is missing' },
    })
    expect(await scorer.sizeBytes()).toBeNull()
    await scorer.importFolder(folder)
    const [same, other] = (await scorer.score(['Send it back.', 'No.'], 'Send it back.')) ?? []
    expect(same?.f1).toBeCloseTo(1, 5)
    expect(other?.f1).toBeLessThan(1)
    await scorer.remove()
    expect(await scorer.sizeBytes()).toBeNull()
  } finally {
    await scorer.close()
    await rm(home, { recursive: true, force: true })
  }
})
