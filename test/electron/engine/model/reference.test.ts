import { expect, test } from 'vitest'
import { LanguageModel } from '../../../../electron/engine/generate/languageModel.ts'
import { modelConfigJson, parseModelConfig } from '../../../../electron/engine/model/config.ts'
import { TrainableModel, type LossBatch } from '../../../../electron/engine/train/model.ts'
import {
  fillWithReferenceWeights,
  reference,
  referenceIds,
} from '../../../support/referenceModels.ts'

const length = 24
/** The second half of each row, the last token excepted, predicts its answer. */
const rows = [0, 1].flatMap((row) => Array.from({ length: 12 }, (_, i) => row * length + 11 + i))
const batch: LossBatch = {
  batch: 2,
  length,
  ids: BigInt64Array.from(referenceIds.flat(), BigInt),
  rows: BigInt64Array.from(rows, BigInt),
  labels: BigInt64Array.from(rows, (row) => BigInt(referenceIds.flat()[row + 1]!)),
  rowWeights: new Float32Array(rows.length).fill(1 / rows.length),
}

test.each(Object.entries(reference.models))(
  'loss and logits are those of transformers: %s',
  async (_, expected) => {
    const config = parseModelConfig(expected.config)
    const model = new TrainableModel(config, 1)
    fillWithReferenceWeights(model.weights)
    const { loss } = await model.evaluate(batch)
    expect(loss / expected.loss).toBeCloseTo(1, 4)
    await model.close()

    const language = await LanguageModel.over(config, model.weights, 1)
    const sequence = language.startSequence()
    // In two pieces, so that the cache is used.
    await sequence.append(referenceIds[0]!.slice(0, 20))
    const logits = await sequence.append(referenceIds[0]!.slice(20))
    const scale = Math.max(...expected.lastLogits.map(Math.abs))
    expected.lastLogits.forEach((value, index) =>
      expect(Math.abs(logits[index]! - value) / scale).toBeLessThan(1e-4),
    )
    await language.close()
    expect(parseModelConfig(modelConfigJson(config))).toEqual(config)
  },
)

test("every LoRA gradient and ten AdamW steps are those of peft and PyTorch's optimiser", async () => {
  const { rank, alpha, targets, gradients, losses } = reference.lora
  const config = parseModelConfig(reference.models['llama']!.config)
  const model = new TrainableModel(config, 1, { rank, alpha, targets, dropout: 0 })
  fillWithReferenceWeights(model.weights)
  fillWithReferenceWeights(model.trained)
  expect(model.trained.parameters.map(({ spec }) => spec.name).toSorted()).toEqual(
    Object.keys(gradients).toSorted(),
  )
  const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }
  for (const [index, expected] of losses.entries()) {
    const { loss } = await model.backward(batch)
    expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-3)
    if (index === 0)
      for (const { spec, data } of model.gradients.parameters) {
        const { norm, first } = gradients[spec.name]!
        const ourNorm = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0))
        expect(Math.abs(ourNorm / norm - 1)).toBeLessThan(1e-3)
        first.forEach((value, at) => expect(Math.abs(data[at]! - value)).toBeLessThan(1e-3 * norm))
      }
    model.update(index + 1, 1e-2, 1, optimizer)
  }
  await model.close()
})
