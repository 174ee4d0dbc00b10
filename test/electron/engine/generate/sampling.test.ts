import { expect, test } from 'vitest'
import {
  likeliest,
  logProbability,
  penalizeRepetition,
  sample,
} from '../../../../electron/engine/generate/sampling.ts'
import { mulberry32 } from '../../../../electron/engine/random.ts'

const logits = () => Float32Array.from([0.7, 0.05, 0.2, 0.05], Math.log)

function frequencies(parameters: { temperature: number; topK: number; topP: number }): number[] {
  const random = mulberry32(4)
  const counts = [0, 0, 0, 0]
  for (let draw = 0; draw < 20_000; draw += 1) counts[sample(logits(), parameters, random)]! += 1
  return counts.map((count) => count / 20_000)
}

test('draws follow the probabilities', () => {
  const [a, b, c, d] = frequencies({ temperature: 1, topK: 0, topP: 1 })
  expect(a).toBeCloseTo(0.7, 1.5)
  expect(b).toBeCloseTo(0.05, 1.5)
  expect(c).toBeCloseTo(0.2, 1.5)
  expect(d).toBeCloseTo(0.05, 1.5)
})

test('temperature sharpens: probabilities to the power of its inverse', () => {
  const [a, , c] = frequencies({ temperature: 0.5, topK: 0, topP: 1 })
  expect(a! / c!).toBeGreaterThan(10)
  expect(a! / c!).toBeLessThan(15)
})

test('top-k keeps the k likeliest', () => {
  const [a, b, c, d] = frequencies({ temperature: 1, topK: 2, topP: 1 })
  expect([b, d]).toEqual([0, 0])
  expect(a).toBeCloseTo(7 / 9, 1.5)
  expect(c).toBeCloseTo(2 / 9, 1.5)
})

test('top-p keeps the smallest set that reaches it', () => {
  expect(frequencies({ temperature: 1, topK: 0, topP: 0.69 })).toEqual([1, 0, 0, 0])
  const [, b, c, d] = frequencies({ temperature: 1, topK: 0, topP: 0.8 })
  expect([b, d]).toEqual([0, 0])
  expect(c).toBeGreaterThan(0.1)
})

test('the likeliest token and its log-probability', () => {
  expect(likeliest(logits())).toBe(0)
  expect(logProbability(logits(), 0)).toBeCloseTo(Math.log(0.7), 5)
  const shifted = logits().map((logit) => logit + 300)
  expect(logProbability(shifted, 2)).toBeCloseTo(Math.log(0.2), 3)
})

test('the repetition penalty lowers seen tokens once, whatever their sign', () => {
  const scores = new Float32Array([2, -2, 1])
  penalizeRepetition(scores, [0, 1, 1, 0], 2)
  expect([...scores]).toEqual([1, -4, 1])
})
