import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  epochBatches,
  evaluationBatches,
  passesOf,
  toLossBatch,
} from '../../../../electron/engine/train/batches.ts'
import type { TokenizedExample } from '../../../../electron/engine/train/examples.ts'

/** Ids first, first + 1, ... */
function example(length: number, answerStart: number, first = 1): TokenizedExample {
  const ids = Array.from({ length }, (_, index) => first + index)
  return { ids, answerStart, answerBytes: length - answerStart }
}

test('an epoch holds every example once, in ceil(n / batch size) batches', () => {
  const lengths = fc.array(fc.integer({ min: 2, max: 128 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 9 }), fc.nat(), (sizes, batchSize, seed) => {
      const examples = sizes.map((size) => example(size, 1))
      const batches = epochBatches(examples, batchSize, 128, seed, 0)
      expect(batches).toHaveLength(Math.ceil(examples.length / batchSize))
      expect(new Set(batches.flat())).toEqual(new Set(examples))
      expect(batches.flat()).toHaveLength(examples.length)
      expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(batchSize)
    }),
  )
})

test('the order depends on seed and epoch and on nothing else', () => {
  const examples = Array.from({ length: 40 }, (_, index) => example(10 + index, 1))
  const order = (seed: number, epoch: number) => epochBatches(examples, 4, 128, seed, epoch)
  expect(order(1, 0)).toEqual(order(1, 0))
  expect(order(1, 1)).not.toEqual(order(1, 0))
  expect(order(2, 0)).not.toEqual(order(1, 0))
})

test('full batches are of one length', () => {
  const examples = Array.from({ length: 64 }, (_, index) => example(index % 2 ? 20 : 100, 1))
  for (const batch of epochBatches(examples, 8, 128, 1, 0))
    expect(new Set(batch.map((item) => item.ids.length)).size).toBe(1)
})

test('the loss takes exactly the answer, each token from the position before it', () => {
  const batch = toLossBatch({ examples: [example(5, 3), example(4, 1, 50)], rows: 3 }, 128)
  expect(batch.length).toBe(16)
  expect(batch.ids).toHaveLength(48)
  expect([...batch.ids.slice(0, 6)]).toEqual([1n, 2n, 3n, 4n, 0n, 0n])
  expect([...(batch.rows ?? [])]).toEqual([2n, 3n, 16n, 17n, 18n])
  expect([...batch.labels]).toEqual([4n, 5n, 51n, 52n, 53n])
  expect([...batch.rowWeights]).toEqual(Array.from({ length: 5 }, () => Math.fround(0.2)))
})

test('a batch is never padded beyond the longest allowed length', () => {
  expect(toLossBatch({ examples: [example(99, 1)], rows: 1 }, 100).length).toBe(100)
  expect(toLossBatch({ examples: [example(33, 1)], rows: 1 }, 100).length).toBe(32)
})

test('a batch goes through in passes of equally many rows, within the tokens that are allowed', () => {
  const lengths = fc.array(fc.integer({ min: 2, max: 129 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 2048 }), (sizes, tokensPerPass) => {
      const batch = sizes.map((size) => example(size, 1))
      const passes = passesOf(batch, batch.length, 128, tokensPerPass)
      expect(passes.flatMap(({ examples }) => examples)).toEqual(batch)
      expect(new Set(passes.map(({ rows }) => rows)).size).toBe(1)
      for (const pass of passes) {
        expect(pass.examples.length).toBeLessThanOrEqual(pass.rows)
        if (pass.rows > 1)
          expect(pass.rows * toLossBatch(pass, 128).length).toBeLessThanOrEqual(tokensPerPass)
      }
    }),
  )
  const full = Array.from({ length: 8 }, () => example(97, 1))
  expect(passesOf(full, 8, 128, 512).map(({ examples }) => examples.length)).toEqual([4, 4])
  expect(passesOf(full, 8, 128, 700).map(({ examples }) => examples.length)).toEqual([4, 4])
})

test('evaluation goes from short to long and keeps every example', () => {
  const examples = [30, 5, 17].map((size) => example(size, 1))
  const lengths = evaluationBatches(examples, 2).map((batch) => batch.map(({ ids }) => ids.length))
  expect(lengths).toEqual([[5, 17], [30]])
})
