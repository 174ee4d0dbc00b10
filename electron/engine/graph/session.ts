/** Runs a graph with ONNX Runtime; the only module that imports it. `run` blocks the calling thread. */
import * as onnx from 'onnxruntime-node'
import { forbidTelemetry } from '../telemetry.ts'
import { type Graph, handedMemory } from './graph.ts'
import { encodeOnnx, externalFolder } from './onnx.ts'

export type TensorData = Float32Array | Int32Array | BigInt64Array

export interface TensorValue {
  readonly data: TensorData
  readonly shape: readonly number[]
}

/** What ONNX Runtime computes with, under its own names. */
export const executionProviders = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const
export type ExecutionProvider = (typeof executionProviders)[number]

/** Those that this build of ONNX Runtime knows; whether one starts, only a session can tell. */
export function knownProviders(): ExecutionProvider[] {
  const names = new Set(onnx.listSupportedBackends().map(({ name }) => name))
  return executionProviders.filter((provider) => names.has(provider))
}

export interface SessionOptions {
  /** The processor unless named. */
  readonly provider?: ExecutionProvider
  /** Threads within one operator. */
  readonly threads: number
  /** What constants at handedMemory lie in. */
  readonly memory?: Float32Array
}

export class Session {
  readonly #session: onnx.InferenceSession
  readonly #isCpu: boolean
  /** ONNX Runtime may go on reading it; held here so that it is not collected. */
  readonly memory: Float32Array | undefined

  private constructor(
    session: onnx.InferenceSession,
    isCpu: boolean,
    memory: Float32Array | undefined,
  ) {
    this.#session = session
    this.#isCpu = isCpu
    this.memory = memory
  }

  static async create(
    graph: Graph,
    { threads, memory, provider = 'cpu' }: SessionOptions,
  ): Promise<Session> {
    forbidTelemetry()
    const folder = externalFolder(graph)
    const session = await onnx.InferenceSession.create(encodeOnnx(graph), {
      // What a device has no kernel for falls back to the processor.
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      // One planned block for all activations was a third larger than what lives at any time, and no faster.
      enableMemPattern: false,
      ...(memory ? { externalData: [{ path: handedMemory, data: bytesOf(memory) }] } : {}),
      ...(folder === null
        ? {}
        : { extra: { session: { model_external_initializers_file_folder_path: folder } } }),
    })
    return new Session(session, provider === 'cpu', memory)
  }

  /**
   * Runs the graph. `wanted` names outputs to be returned, in this order, in new memory; `targets` names outputs to be
   * written into memory the caller holds: by the processor directly, from any other device by a copy.
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
    // A device does not fill memory of the processor's that it is handed.
    for (const [name, value] of targets) fetches[name] = this.#isCpu ? toTensor(value) : null
    const results = await this.#session.run(inputs, fetches)
    if (!this.#isCpu)
      for (const [name, { data }] of targets) copyInto(data, results[name]?.data as TensorData)
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

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function copyInto(target: TensorData, source: TensorData): void {
  if (target instanceof BigInt64Array && source instanceof BigInt64Array) target.set(source)
  else if (target instanceof Float32Array && source instanceof Float32Array) target.set(source)
  else if (target instanceof Int32Array && source instanceof Int32Array) target.set(source)
  else throw new Error('An output has another type than the memory it is to be written into.')
}

function toTensor({ data, shape }: TensorValue): onnx.Tensor {
  if (data instanceof Float32Array) return new onnx.Tensor('float32', data, shape)
  if (data instanceof Int32Array) return new onnx.Tensor('int32', data, shape)
  return new onnx.Tensor('int64', data, shape)
}
