import { expect, test } from 'vitest'
import type { LossBatch } from '../../../../electron/engine/train/model.ts'
import { TrainableModel } from '../../../../electron/engine/train/model.ts'
import {
  referenceLogits,
  referenceLoss,
  tinyConfig,
  tinyWeights,
} from '../../../support/tinyModel.ts'

const sequences = [
  [1, 5, 2, 9, 10, 3],
  [7, 7, 0, 4, 1, 6],
]
const labels = [
  [5, 2, 9, 10, 3, 8],
  [7, 0, 4, 1, 6, 0],
]
const big = (values: readonly number[]) => BigInt64Array.from(values, BigInt)

/** Loss on positions 2, 3 and 5 of the first sequence and 1 of the second. */
const picked = [2, 3, 5, 7]
const pickedBatch: LossBatch = {
  batch: 2,
  length: 6,
  ids: big(sequences.flat()),
  rows: big(picked),
  labels: big(picked.map((row) => labels.flat()[row]!)),
  rowWeights: new Float32Array([0.25, 0.25, 0.3, 0.2]),
}

test.each([
  ['tied', tinyConfig],
  ['untied', { ...tinyConfig, tiedEmbeddings: false }],
  ['one key-value head', { ...tinyConfig, keyValueHeads: 1 }],
  ['all heads of their own', { ...tinyConfig, keyValueHeads: 4 }],
])('loss and gradients agree with float64: %s', async (_, config) => {
  const model = new TrainableModel(config, 2)
  model.weights.flat.set(tinyWeights(config).flat)
  const result = await model.backward(pickedBatch)
  await model.close()

  const exact = new Map(
    model.weights.parameters.map(({ spec, data }) => [spec.name, Float64Array.from(data)]),
  )
  const referenceTotal = () => {
    const logits = sequences.flatMap((ids) => referenceLogits(config, exact, ids))
    return picked.reduce(
      (sum, row, index) =>
        sum + pickedBatch.rowWeights[index]! * referenceLoss(logits[row]!, labels.flat()[row]!),
      0,
    )
  }
  expect(result.loss).toBeCloseTo(referenceTotal(), 5)

  for (const { spec, data: gradient } of model.gradients.parameters) {
    const values = exact.get(spec.name)!
    const scale = Math.sqrt(gradient.reduce((sum, item) => sum + item * item, 0) / gradient.length)
    // Every third element of each weight: all of them would only repeat the same rules.
    for (let index = 0; index < values.length; index += 3) {
      const value = values[index]!
      const step = 1e-5
      values[index] = value + step
      const above = referenceTotal()
      values[index] = value - step
      const below = referenceTotal()
      values[index] = value
      const difference = Math.abs(gradient[index]! - (above - below) / (2 * step))
      expect(difference, `${spec.name}[${index}]`).toBeLessThan(1e-4 * scale + 1e-7)
    }
  }
})

test('the loss over all positions is that of picking every position', async () => {
  const model = new TrainableModel(tinyConfig, 1)
  model.weights.flat.set(tinyWeights().flat)
  const all: LossBatch = {
    ...pickedBatch,
    rows: null,
    labels: big(labels.flat()),
    rowWeights: new Float32Array(12).fill(1 / 12),
  }
  const everyRow = { ...all, rows: big(Array.from({ length: 12 }, (_, row) => row)) }
  const whole = await model.evaluate(all)
  const rows = await model.evaluate(everyRow)
  expect(whole.loss).toBeCloseTo(rows.loss, 6)
  expect(whole.rowLosses).toHaveLength(12)
  await model.close()
})

test('the gradients of a batch are the sum of those of its passes', async () => {
  const passes: LossBatch[] = [0, 1].map((row) => {
    const mine = picked.flatMap((position, index) =>
      Math.floor(position / 6) === row ? [{ position, index }] : [],
    )
    return {
      batch: 1,
      length: 6,
      ids: big(sequences[row] ?? []),
      rows: big(mine.map(({ position }) => position % 6)),
      labels: big(mine.map(({ position }) => labels.flat()[position]!)),
      rowWeights: pickedBatch.rowWeights.filter((_, index) =>
        mine.some((one) => one.index === index),
      ),
    }
  })
  const model = new TrainableModel(tinyConfig, 1)
  model.weights.flat.set(tinyWeights().flat)
  const { loss } = await model.backward(pickedBatch)
  const whole = [...model.gradients.flat]
  expect(await model.backwardOverAll(passes, 0)).toBeCloseTo(loss, 5)
  whole.forEach((value, index) => expect(model.gradients.flat[index]).toBeCloseTo(value, 6))
  await model.close()
})

const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }

async function losses(steps: number): Promise<number[]> {
  const model = new TrainableModel(tinyConfig, 2)
  model.weights.flat.set(tinyWeights().flat)
  const result: number[] = []
  for (let step = 1; step <= steps; step += 1) {
    result.push((await model.backward(pickedBatch)).loss)
    model.update(step, 0.01, 1, optimizer)
  }
  await model.close()
  return result
}

test('a tiny model learns one batch by heart', async () => {
  const curve = await losses(150)
  expect(curve[0]).toBeGreaterThan(1)
  expect(curve.at(-1)).toBeLessThan(0.002)
})

test('the same start gives bit-identical losses', async () => {
  expect(await losses(20)).toEqual(await losses(20))
})

test.each([
  ['all weights', null],
  [
    'an adapter with dropout',
    { rank: 2, alpha: 4, dropout: 0.3, targets: ['q_proj', 'v_proj', 'down_proj'] as const },
  ],
])('layers that are computed twice give the same bits: %s', async (_, lora) => {
  const [kept, twice] = await Promise.all(
    [false, true].map(async (recomputes) => {
      const model = new TrainableModel(tinyConfig, 1, lora, 3, 'cpu', { recomputes })
      model.weights.flat.set(tinyWeights().flat)
      // An adapter starts as nothing: with B at zero no gradient would reach A.
      if (lora) model.trained.flat.forEach((value, index, all) => (all[index] = value + 0.01))
      const { loss } = await model.backward(pickedBatch, 7)
      await model.close()
      return { loss, gradients: [...model.gradients.flat] }
    }),
  )
  expect(twice).toEqual(kept)
  expect(kept?.gradients.some((value) => value !== 0)).toBe(true)
})
