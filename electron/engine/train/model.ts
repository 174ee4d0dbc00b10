/** A model being trained: its weights, gradients and moments, and the sessions that compute with them. */
import { Session, type TensorValue } from '../graph/session.ts'
import type { ModelConfig } from '../model/config.ts'
import { buildLossGraph, gradientName, lossInputs, lossOutputs } from '../model/lossGraph.ts'
import { ParameterBlock, parameterSpecs } from '../model/parameters.ts'
import {
  type AdamWOptions,
  type AdamWState,
  adamWStep,
  clippingFactor,
  createAdamWState,
  globalNorm,
} from './adamw.ts'

/** One batch of token rows; see lossInputs for the fields. */
export interface LossBatch {
  readonly batch: number
  readonly length: number
  readonly ids: BigInt64Array
  /** Null: the loss takes every position. */
  readonly rows: BigInt64Array | null
  readonly labels: BigInt64Array
  readonly rowWeights: Float32Array
}

export interface Loss {
  /** Weighted sum, in nats. */
  readonly loss: number
  readonly rowLosses: Float32Array
}

/**
 * A session keeps the memory of its largest run for the next one, about 0.4 MB per token of the batch for a model of
 * 5 million weights. Limit in tokens, over all sessions kept.
 */
const sessionCostLimit = 6144
/** Memory of a forward pass relative to one with gradients: activations are freed on the way. */
const forwardCost = 0.25

export class TrainableModel {
  readonly config: ModelConfig
  readonly weights: ParameterBlock
  readonly gradients: ParameterBlock
  readonly moments: AdamWState
  readonly #threads: number
  readonly #weightFeeds: ReadonlyMap<string, TensorValue>
  readonly #gradientTargets: ReadonlyMap<string, TensorValue>
  readonly #sessions = new Map<string, { readonly session: Session; readonly cost: number }>()

  constructor(config: ModelConfig, threads: number) {
    const specs = parameterSpecs(config)
    this.config = config
    this.weights = new ParameterBlock(specs)
    this.gradients = new ParameterBlock(specs)
    this.moments = createAdamWState(this.weights.flat.length)
    this.#threads = threads
    const windows = (block: ParameterBlock, rename: (name: string) => string) =>
      new Map(
        block.parameters.map(({ spec, data }) => [rename(spec.name), { data, shape: spec.shape }]),
      )
    this.#weightFeeds = windows(this.weights, (name) => name)
    this.#gradientTargets = windows(this.gradients, gradientName)
  }

  /** Loss of a batch, without gradients. */
  async evaluate(batch: LossBatch): Promise<Loss> {
    return this.#run(batch, false)
  }

  /** Loss of a batch; leaves its gradients in `gradients`. */
  async backward(batch: LossBatch): Promise<Loss> {
    return this.#run(batch, true)
  }

  /** Clips the gradients to maxNorm and applies them; gives their norm before clipping. `step` counts from 1. */
  update(step: number, learningRate: number, maxNorm: number, options: AdamWOptions): number {
    const norm = globalNorm(this.gradients.flat)
    const factor = clippingFactor(norm, maxNorm)
    const { weights, gradients, moments } = this
    adamWStep(weights, gradients.flat, moments, step, learningRate, factor, options)
    return norm
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()]
    this.#sessions.clear()
    for (const { session } of sessions) await session.close()
  }

  async #run(batch: LossBatch, withGradients: boolean): Promise<Loss> {
    const session = await this.#session(batch, withGradients)
    const feeds = new Map(this.#weightFeeds)
    const feed = (name: string, data: BigInt64Array | Float32Array) =>
      feeds.set(name, { data, shape: [data.length] })
    feed(lossInputs.ids, batch.ids)
    feed(lossInputs.labels, batch.labels)
    feed(lossInputs.rowWeights, batch.rowWeights)
    if (batch.rows) feed(lossInputs.rows, batch.rows)
    const [loss, rowLosses] = await session.run(
      feeds,
      [lossOutputs.loss, lossOutputs.rowLosses],
      withGradients ? this.#gradientTargets : undefined,
    )
    return {
      loss: Number(loss.data[0]),
      rowLosses: rowLosses.data as Float32Array,
    }
  }

  /** One session per shape, made when first needed; those unused for longest go when they hold too much memory. */
  async #session(batch: LossBatch, withGradients: boolean): Promise<Session> {
    const { batch: size, length } = batch
    const positions = batch.rows ? 'picked' : 'all'
    const key = `${size}x${length} ${positions} ${withGradients}`
    const known = this.#sessions.get(key)
    if (known) {
      // A Map keeps the order of insertion: the last used comes last.
      this.#sessions.delete(key)
      this.#sessions.set(key, known)
      return known.session
    }
    const cost = size * length * (withGradients ? 1 : forwardCost)
    let total = cost
    for (const { cost: held } of this.#sessions.values()) total += held
    for (const [oldest, { session, cost: held }] of this.#sessions) {
      if (total <= sessionCostLimit) break
      this.#sessions.delete(oldest)
      await session.close()
      total -= held
    }
    const graph = buildLossGraph(this.config, { batch: size, length, positions, withGradients })
    const session = await Session.create(graph, { threads: this.#threads })
    this.#sessions.set(key, { session, cost })
    return session
  }
}
