import { expect, test } from 'vitest'
import { ParameterBlock } from '../../../../electron/engine/model/parameters.ts'
import {
  adamWStep,
  clippingFactor,
  createAdamWState,
  globalNorm,
} from '../../../../electron/engine/train/adamw.ts'
import { adamwModule } from '../../../../electron/engine/train/adamwModule.ts'
import { compileWat } from '../../../../build/wasm.ts'
import { scheduleFactor } from '../../../../electron/engine/train/schedule.ts'

const options = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 }

test('AdamW follows the published update, decay on matrices only', () => {
  const block = new ParameterBlock([
    { name: 'matrix', shape: [1, 2], decays: true },
    { name: 'norm', shape: [1], decays: false },
  ])
  block.flat.set([1, -2, 1])
  const state = createAdamWState(3)
  const expected = [1, -2, 1]
  const first = [0, 0, 0]
  const second = [0, 0, 0]
  for (let step = 1; step <= 5; step += 1) {
    const gradient = Float32Array.from([0.3 * step, -0.1, 0.5 / step])
    adamWStep(block, gradient, state, step, 0.01, 0.5, options)
    gradient.forEach((raw, index) => {
      const slope = raw * 0.5
      first[index] = 0.9 * first[index]! + 0.1 * slope
      second[index] = 0.99 * second[index]! + 0.01 * slope ** 2
      const mean = first[index]! / (1 - 0.9 ** step)
      const deviation = Math.sqrt(second[index]! / (1 - 0.99 ** step))
      const decay = index < 2 ? 0.1 * expected[index]! : 0
      expected[index]! -= 0.01 * (mean / (deviation + 1e-8) + decay)
    })
  }
  expected.forEach((value, index) => expect(block.flat[index]).toBeCloseTo(value, 6))
})

test('the kernel in the source tree is what its text compiles to', async () => {
  expect(adamwModule).toBe(
    Buffer.from(await compileWat('electron/engine/train/adamw.wat')).toString('base64'),
  )
})

test('a block of several chunks is updated to its last weight', () => {
  const size = 40_003
  const block = new ParameterBlock([{ name: 'matrix', shape: [size], decays: true }])
  const gradient = Float32Array.from({ length: size }, (_, index) => Math.sin(index) / 10)
  const state = createAdamWState(size)
  adamWStep(block, gradient, state, 1, 0.01, 1, options)
  // The first step moves each weight by the learning rate against its slope.
  block.flat.forEach((weight, index) =>
    expect(weight).toBeCloseTo(index === 0 ? 0 : -0.01 * Math.sign(gradient[index]!), 4),
  )
  const exact = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0))
  expect(globalNorm(gradient)).toBeCloseTo(exact, 9)
})

test('clipping shortens a long gradient to the limit, leaves a short one, and can be off', () => {
  expect(globalNorm(new Float32Array([3, -4]))).toBe(5)
  expect(clippingFactor(5, 1)).toBe(0.2)
  expect(clippingFactor(0.5, 1)).toBe(1)
  expect(clippingFactor(5, 0)).toBe(1)
})

test.each([
  ['cosine', 60, 0.5],
  ['linear', 60, 0.5],
  ['cosine', 40, 0.5 * (1 + Math.SQRT1_2)],
  ['linear', 35, 0.8125],
  ['constant', 99, 1],
  ['cosine', 100, 0],
  ['linear', 100, 0],
  ['cosine', 10, 0.5],
  ['constant', 0, 0],
] as const)('%s at position %d of 100 after 20 of warm-up is %d', (kind, position, factor) => {
  expect(scheduleFactor(kind, position, 20, 100)).toBeCloseTo(factor, 9)
})

test('a warm-up longer than the run never divides by zero', () => {
  expect(scheduleFactor('linear', 5, 10, 5)).toBe(0.5)
})
