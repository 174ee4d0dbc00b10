import { expect, test } from 'vitest'
import { parseModelConfig } from '../../../../electron/engine/model/config.ts'
import {
  copiesBytes,
  describeShortage,
  mostTokensPerPass,
  type MemoryQuestion,
  planMemory,
  stepBytes,
  trainingBytes,
} from '../../../../electron/engine/train/memory.ts'
import { shapes } from '../../../../build/bench/shapes.ts'

const config = parseModelConfig(shapes['135M'])
const lora = { rank: 8, alpha: 16, dropout: 0, targets: ['q_proj', 'v_proj'] as const }
const objection = (asked: MemoryQuestion, available: number) => {
  const answer = planMemory({ ...asked, answersSamples: true }, available)
  return 'shortage' in answer ? describeShortage(answer.shortage) : null
}
const planOf = (asked: MemoryQuestion, available: number, answersSamples = true) => {
  const answer = planMemory({ ...asked, answersSamples }, available)
  return 'plan' in answer ? answer.plan : null
}
const question = { config, lora, batchSize: 8, length: 512 }
/** One example at a time, each layer computed twice. */
const least = trainingBytes({ ...question, tokensPerPass: 512, recomputes: true })

test('an adapter needs less than all weights, a shorter or smaller batch less than a longer', () => {
  const full = trainingBytes({ ...question, lora: null })
  expect(trainingBytes(question)).toBeLessThan(full)
  expect(trainingBytes({ ...question, length: 128 })).toBeLessThan(trainingBytes(question))
  expect(trainingBytes({ ...question, batchSize: 1 })).toBeLessThan(trainingBytes(question))
})

test('a large batch takes no more memory than one pass of it', () => {
  expect(trainingBytes({ ...question, batchSize: 64 })).toBe(trainingBytes(question))
  expect(planOf(question, 64e9)).toMatchObject({
    tokensPerPass: mostTokensPerPass,
    recomputes: false,
  })
})

test('where memory is short passes get smaller, and only then layers are computed twice', () => {
  const usual = trainingBytes(question)
  const one = trainingBytes({ ...question, tokensPerPass: 512 })
  expect(one).toBeLessThan(usual)
  expect(least).toBeLessThan(one)
  expect(planOf(question, usual - 1)).toMatchObject({ tokensPerPass: 512, recomputes: false })
  expect(planOf(question, one - 1)).toMatchObject({ tokensPerPass: 512, recomputes: true })
  expect(planOf(question, least)).toMatchObject({ recomputes: true, bytes: least })
  expect(objection(question, least - 1)).not.toBeNull()
})

test('sample prompts are answered from copies only where there is memory for them', () => {
  const usual = trainingBytes(question)
  const copies = copiesBytes(config)
  expect(planOf(question, usual)).toMatchObject({
    copiesForAnswers: false,
    recomputes: false,
    bytes: usual,
  })
  expect(planOf(question, usual + copies - 1)).toMatchObject({ copiesForAnswers: false })
  expect(planOf(question, usual + copies)).toMatchObject({
    copiesForAnswers: true,
    bytes: usual + copies,
  })
  expect(planOf(question, usual + copies, false)).toMatchObject({
    copiesForAnswers: false,
    bytes: usual,
  })
})

test('memory that is over is held for batches of other shapes, and no more of it', () => {
  const usual = trainingBytes(question)
  expect(planOf(question, usual)?.heldTokens).toBe(1024)
  const held = planOf(question, usual + 4e9)?.heldTokens ?? 0
  expect(held).toBeGreaterThan(1024)
  expect(((held - 1024) * stepBytes(question)) / 1024).toBeLessThanOrEqual(4e9)
})

test.each([
  [
    trainingBytes({ ...question, batchSize: 1, length: 256, recomputes: true }),
    lora,
    /at most 256 tokens per example fit/,
  ],
  [1e8, null, /train it with LoRA/],
  [1e8, lora, /choose a smaller base model/],
])('with %d bytes free, another way is named', (available, adapter, words) => {
  expect(objection({ ...question, lora: adapter }, available)).toMatch(words)
})
