/**
 * AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), over flat memory. The arithmetic is
 * float32 in WebAssembly, four at a time (adamw.wat): the same bits on every machine, and four times as fast as a loop
 * here, which was a sixth of a small model's step.
 */
import { z } from 'zod'
import type { ParameterBlock } from '../model/parameters.ts'
import { adamwModule } from './adamwModule.ts'

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

/** Floats per chunk: what the five areas of one take together stays in a core's cache. */
const chunkSize = 16_384
const chunkBytes = chunkSize * Float32Array.BYTES_PER_ELEMENT

interface Kernel {
  /** The memory's chunk areas, one per operand. */
  readonly areas: readonly Float32Array[]
  squares(from: number, bytes: number): number
  update(...operands: readonly number[]): void
}

const exportsSchema = z.object({
  memory: z.instanceof(WebAssembly.Memory),
  squares: z.custom<Kernel['squares']>((value) => typeof value === 'function'),
  update: z.custom<Kernel['update']>((value) => typeof value === 'function'),
})

let kernel: Kernel | undefined
function openKernel(): Kernel {
  if (kernel) return kernel
  const module = new WebAssembly.Module(Buffer.from(adamwModule, 'base64'))
  const { exports } = new WebAssembly.Instance(module)
  const { memory, squares, update } = exportsSchema.parse(exports)
  const areas = Array.from(
    { length: 4 },
    (_, index) => new Float32Array(memory.buffer, index * chunkBytes, chunkSize),
  )
  kernel = { areas, squares, update }
  return kernel
}

/** Copies a chunk in, the rest of its last four lanes filled with zeros; gives the bytes to be worked on. */
function load(area: Float32Array, data: Float32Array, begin: number, end: number): number {
  const length = end - begin
  area.set(data.subarray(begin, end))
  const lanes = Math.ceil(length / 4) * 4
  area.fill(0, length, lanes)
  return lanes * Float32Array.BYTES_PER_ELEMENT
}

function* chunks(begin: number, end: number): Generator<[number, number]> {
  for (let at = begin; at < end; at += chunkSize) yield [at, Math.min(at + chunkSize, end)]
}

/** Square root of the sum of squares. */
export function globalNorm(gradient: Float32Array): number {
  const { areas, squares } = openKernel()
  const [area] = areas as [Float32Array]
  let sum = 0
  for (const [begin, end] of chunks(0, gradient.length))
    sum += squares(area.byteOffset, load(area, gradient, begin, end))
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
  const { areas, update } = openKernel()
  const operands = [flat, gradient, state.firstMoment, state.secondMoment]
  // The update changes all of them but the gradient.
  const changed = [0, 2, 3]
  const addresses = areas.map((area) => area.byteOffset)
  const updateRange = (from: number, to: number, keep: number) => {
    for (const [begin, end] of chunks(from, to)) {
      let bytes = 0
      for (const [index, data] of operands.entries())
        bytes = load(areas[index] as Float32Array, data, begin, end)
      update(...addresses, bytes, gradientFactor, beta1, beta2, keep, rate, correction, epsilon)
      for (const index of changed)
        operands[index]?.set((areas[index] as Float32Array).subarray(0, end - begin), begin)
    }
  }
  updateRange(0, decayEnd, 1 - learningRate * weightDecay)
  updateRange(decayEnd, flat.length, 1)
}
