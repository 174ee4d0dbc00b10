/** Runs a graph with ONNX Runtime; the only module that imports it. `run` blocks the calling thread. */
import * as onnx from 'onnxruntime-node'
import { forbidTelemetry } from '../telemetry.ts'
import type { Graph } from './graph.ts'
import { encodeOnnx } from './onnx.ts'

export type TensorData = Float32Array | Int32Array | BigInt64Array

export interface TensorValue {
  readonly data: TensorData
  readonly shape: readonly number[]
}

export interface SessionOptions {
  /** Threads within one operator. */
  readonly threads: number
}

export class Session {
  readonly #session: onnx.InferenceSession

  private constructor(session: onnx.InferenceSession) {
    this.#session = session
  }

  static async create(graph: Graph, { threads }: SessionOptions): Promise<Session> {
    forbidTelemetry()
    const session = await onnx.InferenceSession.create(encodeOnnx(graph), {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    })
    return new Session(session)
  }

  /**
   * Runs the graph. `targets` names outputs to be written into memory the caller holds (no copy); `wanted` names
   * outputs to be returned in new memory.
   */
  async run(
    feeds: ReadonlyMap<string, TensorValue>,
    wanted: readonly string[],
    targets: ReadonlyMap<string, TensorValue> = new Map(),
  ): Promise<Map<string, TensorValue>> {
    const inputs: Record<string, onnx.Tensor> = {}
    for (const [name, value] of feeds) inputs[name] = toTensor(value)
    const fetches: Record<string, onnx.Tensor | null> = {}
    for (const name of wanted) fetches[name] = null
    for (const [name, value] of targets) fetches[name] = toTensor(value)
    const results = await this.#session.run(inputs, fetches)
    return new Map(
      wanted.map((name) => {
        // Every wanted name is an output of the graph, else `run` has thrown.
        const tensor = results[name]!
        return [name, { data: tensor.data as TensorData, shape: tensor.dims }]
      }),
    )
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
