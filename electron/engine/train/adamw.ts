/** AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), over flat memory. */
import type { ParameterBlock } from '../model/parameters.ts'

export interface AdamWOptions {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
}

export interface AdamWState {
  readonly firstMoment: Float32Array
  readonly secondMoment: Float32Array
}

export function createAdamWState(size: number): AdamWState {
  return { firstMoment: new Float32Array(size), secondMoment: new Float32Array(size) }
}

/** Square root of the sum of squares. */
export function globalNorm(gradient: Float32Array): number {
  let sum = 0
  for (let index = 0; index < gradient.length; index += 1) {
    const value = gradient[index] as number
    sum += value * value
  }
  return Math.sqrt(sum)
}

/** The factor that brings a gradient of this norm down to maxNorm; 1 when it is shorter or clipping is off (0). */
export function clippingFactor(norm: number, maxNorm: number): number {
  return maxNorm > 0 && norm > maxNorm ? maxNorm / norm : 1
}

/** Updates the weights in place. `step` counts from 1. */
export function adamWStep(
  weights: ParameterBlock,
  gradient: Float32Array,
  state: AdamWState,
  step: number,
  learningRate: number,
  gradientFactor: number,
  options: AdamWOptions,
): void {
  const { beta1, beta2, epsilon, weightDecay } = options
  const rate = learningRate / (1 - beta1 ** step)
  const correction = 1 / Math.sqrt(1 - beta2 ** step)
  const { flat, decayEnd } = weights
  const { firstMoment, secondMoment } = state
  const update = (begin: number, end: number, keep: number) => {
    for (let index = begin; index < end; index += 1) {
      const slope = (gradient[index] as number) * gradientFactor
      const first = beta1 * (firstMoment[index] as number) + (1 - beta1) * slope
      const second = beta2 * (secondMoment[index] as number) + (1 - beta2) * slope * slope
      firstMoment[index] = first
      secondMoment[index] = second
      flat[index] =
        (flat[index] as number) * keep - (rate * first) / (Math.sqrt(second) * correction + epsilon)
    }
  }
  update(0, decayEnd, 1 - learningRate * weightDecay)
  update(decayEnd, flat.length, 1)
}
