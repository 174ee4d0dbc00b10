import { expect, test } from 'vitest'
import { parseModelConfig } from '../../../../electron/engine/model/config.ts'
import {
  describeShortage,
  fittingBatchSize,
  leastBytes,
  memoryShortage,
  type MemoryQuestion,
  mustRecompute,
  trainingBytes,
} from '../../../../electron/engine/train/memory.ts'
import { shapes } from '../../../../build/bench/shapes.ts'

const config = parseModelConfig(shapes['135M'])
const lora = { rank: 8, alpha: 16, dropout: 0, targets: ['q_proj', 'v_proj'] as const }
const objection = (asked: MemoryQuestion, available: number) => {
  const shortage = memoryShortage(asked, available)
  return shortage && describeShortage(shortage)
}
const question = { config, lora, batchSize: 8, length: 512 }

test('an adapter needs less than all weights, a shorter or smaller batch less than a longer', () => {
  const full = trainingBytes({ ...question, lora: null })
  expect(trainingBytes(question)).toBeLessThan(full)
  expect(trainingBytes({ ...question, length: 128 })).toBeLessThan(trainingBytes(question))
  expect(trainingBytes({ ...question, batchSize: 2 })).toBeLessThan(trainingBytes(question))
})

test('what fits is not objected to; what does not names a batch that does', () => {
  expect(objection(question, 64e9)).toBeNull()
  const available = leastBytes({ ...question, batchSize: 2 })
  expect(fittingBatchSize(question, available)).toBe(2)
  expect(objection(question, available)).toMatch(/a batch size of 2 fits\.$/)
})

test.each([
  [
    leastBytes({ ...question, batchSize: 1, length: 256 }),
    lora,
    /at most 256 tokens per example fits/,
  ],
  [1e8, null, /train it with LoRA/],
  [1e8, lora, /choose a smaller base model/],
])('with %d bytes free, another way is named', (available, adapter, words) => {
  expect(objection({ ...question, lora: adapter }, available)).toMatch(words)
})

test('activations are computed twice where that alone makes a run fit', () => {
  const [least, usual] = [leastBytes(question), trainingBytes(question)]
  expect(least).toBeLessThan(usual)
  expect(mustRecompute(question, usual)).toBe(false)
  expect(mustRecompute(question, least)).toBe(true)
  expect(objection(question, least)).toBeNull()
  expect(mustRecompute(question, least - 1)).toBe(false)
  expect(objection(question, least - 1)).not.toBeNull()
})
