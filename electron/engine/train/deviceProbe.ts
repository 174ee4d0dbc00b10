/** Whether a device computes a training step as the processor does, and faster. */
import { type ExecutionProvider, knownProviders } from '../graph/session.ts'
import type { ModelConfig } from '../model/config.ts'
import { initializeWeights } from '../model/initialization.ts'
import { type LossBatch, TrainableModel } from './model.ts'

export type DeviceOutcome = 'used' | 'unavailable' | 'wrong' | 'slower' | 'crashed'

export interface DeviceTrial {
  readonly provider: ExecutionProvider
  readonly outcome: DeviceOutcome
  /** For people who look for the reason; empty when there is none. */
  readonly detail: string
}

/** Relative difference of the gradients, as a whole; the engine's own tests ask for the same. */
const tolerance = 1e-3
/** Below this gain the way to the device and back is not worth it. */
const fasterBy = 1.2
/** A device that needs this many times the processor's time for very little is not tried with more. */
const hopelesslySlower = 20

const tiny: ModelConfig = {
  hiddenSize: 64,
  intermediateSize: 128,
  layers: 1,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  vocabularySize: 512,
  ropeTheta: 10000,
  rmsNormEpsilon: 1e-5,
  maxPositions: 256,
  tiedEmbeddings: true,
  modelType: 'llama',
  ropeScaling: null,
  attentionBias: 'none',
  headNorms: false,
}
const usual: ModelConfig = {
  ...tiny,
  hiddenSize: 384,
  intermediateSize: 1024,
  layers: 3,
  heads: 6,
  headSize: 64,
  vocabularySize: 4096,
}

/** Devices beside the processor that this build of ONNX Runtime could use, the likeliest to be fast first. */
export function otherProviders(): ExecutionProvider[] {
  return knownProviders().filter((provider) => provider !== 'cpu')
}

export async function probeDevice(
  provider: ExecutionProvider,
  threads: number,
): Promise<DeviceTrial> {
  const trial = (outcome: DeviceOutcome, detail = ''): DeviceTrial => ({
    provider,
    outcome,
    detail,
  })
  try {
    for (const [config, batch, patience] of [
      [tiny, aBatch(tiny, 1, 16), hopelesslySlower],
      [usual, aBatch(usual, 4, 128), 1 / fasterBy],
    ] as const) {
      const ours = await stepWith('cpu', config, batch, threads)
      const theirs = await stepWith(provider, config, batch, threads)
      const difference = relativeDifference(ours.gradients, theirs.gradients)
      if (!(difference <= tolerance))
        return trial('wrong', `Its gradients differ by ${difference.toExponential(1)}.`)
      if (theirs.seconds > patience * ours.seconds)
        return trial(
          'slower',
          `A step takes ${theirs.seconds.toFixed(3)} s there and ${ours.seconds.toFixed(3)} s here.`,
        )
    }
    return trial('used')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // The library's own place in its sources says nothing to anybody.
    return trial('unavailable', message.replace(/^.*(?:was false\.|\[ONNXRuntimeError\])\s*/s, ''))
  }
}

async function stepWith(
  provider: ExecutionProvider,
  config: ModelConfig,
  batch: LossBatch,
  threads: number,
) {
  const model = new TrainableModel(config, threads, null, 0, provider)
  initializeWeights(model.weights, config, 1)
  try {
    // The first makes the session.
    await model.backward(batch)
    const startedAt = performance.now()
    await model.backward(batch)
    return {
      gradients: model.gradients.flat.slice(),
      seconds: (performance.now() - startedAt) / 1000,
    }
  } finally {
    await model.close()
  }
}

function aBatch({ vocabularySize }: ModelConfig, batch: number, length: number): LossBatch {
  const count = batch * length
  const token = (index: number) => BigInt((index * 7919) % vocabularySize)
  return {
    batch,
    length,
    ids: BigInt64Array.from({ length: count }, (_, index) => token(index)),
    rows: null,
    labels: BigInt64Array.from({ length: count }, (_, index) => token(index + 1)),
    rowWeights: new Float32Array(count).fill(1 / count),
  }
}

/** Of `found` from `expected`, in the Euclidean norm. */
function relativeDifference(expected: Float32Array, found: Float32Array): number {
  let difference = 0
  let size = 0
  for (const [index, value] of expected.entries()) {
    difference += (value - (found[index] ?? Number.NaN)) ** 2
    size += value ** 2
  }
  return Math.sqrt(difference / size)
}
