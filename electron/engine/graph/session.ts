/** Runs a graph with ONNX Runtime; the only module that imports it. `run` blocks the calling thread. */
import * as onnx from 'onnxruntime-node'
import { forbidTelemetry } from '../telemetry.ts'
import type { Graph } from './graph.ts'
import { encodeOnnx, externalLocation } from './onnx.ts'

export type TensorData = Float32Array | Int32Array | BigInt64Array

export interface TensorValue {
  readonly data: TensorData
  readonly shape: readonly number[]
}

export interface SessionOptions {
  /** Threads within one operator. */
  readonly threads: number
  /** Where the graph's external constants lie. */
  readonly externalMemory?: Float32Array
}

export class Session {
  readonly #session: onnx.InferenceSession
  /** ONNX Runtime may go on reading it; held here so that it is not collected. */
  readonly externalMemory: Float32Array | undefined

  private constructor(session: onnx.InferenceSession, externalMemory: Float32Array | undefined) {
    this.#session = session
    this.externalMemory = externalMemory
  }

  static async create(graph: Graph, { threads, externalMemory }: SessionOptions): Promise<Session> {
    forbidTelemetry()
    const session = await onnx.InferenceSession.create(encodeOnnx(graph), {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      // One planned block for all activations was a third larger than what lives at any time, and no faster.
      enableMemPattern: false,
      ...(externalMemory
        ? {
            externalData: [
              {
                path: externalLocation,
                data: new Uint8Array(
                  externalMemory.buffer,
                  externalMemory.byteOffset,
                  externalMemory.byteLength,
                ),
              },
            ],
          }
        : {}),
    })
    return new Session(session, externalMemory)
  }

  /**
   * Runs the graph. `wanted` names outputs to be returned, in this order, in new memory; `targets` names outputs to be
   * written into memory the caller holds (no copy).
   */
  async run<const Names extends readonly string[]>(
    feeds: ReadonlyMap<string, TensorValue>,
    wanted: Names,
    targets: ReadonlyMap<string, TensorValue> = new Map(),
  ): Promise<{ [Index in keyof Names]: TensorValue }> {
    const inputs: Record<string, onnx.Tensor> = {}
    for (const [name, value] of feeds) inputs[name] = toTensor(value)
    const fetches: Record<string, onnx.Tensor | null> = {}
    for (const name of wanted) fetches[name] = null
    for (const [name, value] of targets) fetches[name] = toTensor(value)
    const results = await this.#session.run(inputs, fetches)
    const values = wanted.map((name): TensorValue => {
      const tensor = results[name]
      if (!tensor) throw new Error(`The graph has no output ${name}.`)
      return { data: tensor.data as TensorData, shape: tensor.dims }
    })
    return values as { [Index in keyof Names]: TensorValue }
  }

  /** Frees the session's memory. */
  async close(): Promise<void> {
    await this.#session.release()
  }
}

function toTensor({ data, shape }: TensorValue): onnx.Tensor {
  if (data instanceof Float32Array) return new onnx.Tensor('float32', data, shape)
  if (data instanceof Int32Array) return new onnx.Tensor('int32', data, shape)
  return new onnx.Tensor('int64', data, shape)
}
