/** Measures the engine's training step in a process of its own, so that its peak of memory is the step's. */
import { parseModelConfig } from '../../electron/engine/model/config.ts'
import type { LoraOptions } from '../../electron/engine/model/lora.ts'
import { TrainableModel, type LossBatch } from '../../electron/engine/train/model.ts'
import { median } from './result.ts'

export interface StepTask {
  readonly shape: Readonly<Record<string, unknown>>
  readonly lora: Pick<LoraOptions, 'rank' | 'alpha' | 'targets'> | null
  readonly batch: number
  readonly length: number
  readonly steps: number
  readonly threads: number
}

export interface StepFigures {
  readonly tokensPerSecond: number
  readonly peakMegabytes: number
}

const warmUpSteps = 2
const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01 }

const task = JSON.parse(process.argv[2] ?? '') as StepTask
const config = parseModelConfig(task.shape)
const model = new TrainableModel(config, task.threads, task.lora && { ...task.lora, dropout: 0 })
// Any small numbers do for a measurement of time, and drawing 135 million deviates takes longer than the steps.
model.weights.flat.forEach((_, index, weights) => (weights[index] = ((index % 997) - 498) / 25_000))

const tokens = task.batch * task.length
const token = (index: number) => BigInt((index * 7919) % config.vocabularySize)
// The first half of each row is the question, which the loss leaves out.
const rows = Array.from({ length: tokens }, (_, row) => row).filter(
  (row) => row % task.length >= task.length / 2 && row % task.length < task.length - 1,
)
const batch: LossBatch = {
  batch: task.batch,
  length: task.length,
  ids: BigInt64Array.from({ length: tokens }, (_, index) => token(index)),
  rows: BigInt64Array.from(rows, BigInt),
  labels: BigInt64Array.from(rows, (row) => token(row + 1)),
  rowWeights: new Float32Array(rows.length).fill(1 / rows.length),
}
const seconds: number[] = []
for (let step = 1; step <= task.steps + warmUpSteps; step += 1) {
  const startedAt = performance.now()
  await model.backward(batch)
  model.update(step, 1e-4, 1, optimizer)
  if (step > warmUpSteps) seconds.push((performance.now() - startedAt) / 1000)
}
await model.close()
const figures: StepFigures = {
  tokensPerSecond: tokens / median(seconds),
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(figures))
