/** A model being trained: its weights, gradients and moments, and the sessions that compute with them. */
import { type ExecutionProvider, Session, type TensorValue } from '../graph/session.ts'
import type { ModelConfig } from '../model/config.ts'
import { type LoraOptions, initializeLora, loraSpecs, mergeLora } from '../model/lora.ts'
import {
  buildLossGraph,
  gradientName,
  lossInputs,
  lossOutputs,
  noiseWidth,
} from '../model/lossGraph.ts'
import { ParameterBlock, parameterSpecs } from '../model/parameters.ts'
import { mulberry32 } from '../random.ts'
import type { MemoryPlan } from './memory.ts'
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

/** A session keeps the memory of its largest run for the next one. Limit in tokens, over all sessions kept. */
const sessionCostLimit = 6144
/** Memory of a forward pass relative to one with gradients: activations are freed on the way. */
const forwardCost = 0.25

export class TrainableModel {
  readonly config: ModelConfig
  /** The whole model. */
  readonly weights: ParameterBlock
  /** What is trained: the weights themselves, or the adapter that stands beside them. */
  readonly trained: ParameterBlock
  /** Of `trained`. */
  readonly gradients: ParameterBlock
  readonly moments: AdamWState
  readonly lora: LoraOptions | null
  /** Whether there is memory for copies of the weights while it answers. */
  readonly copiesForAnswers: boolean
  readonly #threads: number
  readonly #provider: ExecutionProvider
  readonly #recomputes: boolean
  readonly #heldTokens: number
  #accumulatedMemory: Float32Array | null = null
  readonly #weightFeeds: ReadonlyMap<string, TensorValue>
  readonly #gradientTargets: ReadonlyMap<string, TensorValue>
  readonly #sessions = new Map<string, { readonly session: Session; readonly cost: number }>()

  /**
   * The adapter, where there is one, starts from `seed`; the weights are the caller's to fill.
   *
   * @param memory less of it for more time, with the same results
   */
  constructor(
    config: ModelConfig,
    threads: number,
    lora: LoraOptions | null = null,
    seed = 0,
    provider: ExecutionProvider = 'cpu',
    memory: Partial<Pick<MemoryPlan, 'recomputes' | 'heldTokens' | 'copiesForAnswers'>> = {},
  ) {
    this.config = config
    this.lora = lora
    this.weights = new ParameterBlock(parameterSpecs(config))
    this.trained = lora ? new ParameterBlock(loraSpecs(config, lora)) : this.weights
    if (lora) initializeLora(this.trained, seed)
    this.gradients = new ParameterBlock(this.trained.parameters.map(({ spec }) => spec))
    this.moments = createAdamWState(this.trained.flat.length)
    this.#threads = threads
    this.#provider = provider
    this.#recomputes = memory.recomputes ?? false
    this.copiesForAnswers = memory.copiesForAnswers ?? true
    this.#heldTokens = Math.min(memory.heldTokens ?? sessionCostLimit, sessionCostLimit)
    const windows = (block: ParameterBlock, rename: (name: string) => string) =>
      new Map(
        block.parameters.map(({ spec, data }) => [rename(spec.name), { data, shape: spec.shape }]),
      )
    this.#weightFeeds = new Map([
      ...windows(this.weights, (name) => name),
      ...windows(this.trained, (name) => name),
    ])
    this.#gradientTargets = windows(this.gradients, gradientName)
  }

  /** Loss of a batch, without gradients. */
  async evaluate(batch: LossBatch): Promise<Loss> {
    return this.#run(batch, null)
  }

  /** Loss of a batch; leaves its gradients in `gradients`. Dropout follows from `dropoutSeed`. */
  async backward(batch: LossBatch, dropoutSeed = 0): Promise<Loss> {
    return this.#run(batch, dropoutSeed)
  }

  /** The same over several batches, whose losses and gradients are added: their row weights share one whole. */
  async backwardOverAll(batches: readonly LossBatch[], dropoutSeed: number): Promise<number> {
    let total = 0
    for (const [index, batch] of batches.entries()) {
      if (index > 0) this.#accumulated.set(this.gradients.flat)
      const { loss } = await this.backward(batch, dropoutSeed + index)
      total += loss
      if (index === 0) continue
      const sum = this.gradients.flat
      for (let at = 0; at < sum.length; at += 1)
        sum[at] = (sum[at] as number) + (this.#accumulated[at] as number)
    }
    return total
  }

  /** Runs `work` while `weights` hold the trained model, the adapter merged into them. */
  async withTrainedWeights<T>(work: (weights: ParameterBlock) => Promise<T>): Promise<T> {
    if (this.lora === null) return work(this.weights)
    const restore = mergeLora(this.weights, this.trained, this.config, this.lora)
    try {
      return await work(this.weights)
    } finally {
      restore()
    }
  }

  /** Clips the gradients to maxNorm and applies them; gives their norm before clipping. `step` counts from 1. */
  update(step: number, learningRate: number, maxNorm: number, options: AdamWOptions): number {
    const norm = globalNorm(this.gradients.flat)
    const factor = clippingFactor(norm, maxNorm)
    const { trained, gradients, moments } = this
    adamWStep(trained, gradients.flat, moments, step, learningRate, factor, options)
    return norm
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()]
    this.#sessions.clear()
    for (const { session } of sessions) await session.close()
  }

  /** `dropoutSeed` null: without gradients. */
  async #run(batch: LossBatch, dropoutSeed: number | null): Promise<Loss> {
    const withGradients = dropoutSeed !== null
    const session = await this.#session(batch, withGradients)
    const feeds = new Map(this.#weightFeeds)
    const feed = (name: string, data: BigInt64Array | Float32Array) =>
      feeds.set(name, { data, shape: [data.length] })
    feed(lossInputs.ids, batch.ids)
    feed(lossInputs.labels, batch.labels)
    feed(lossInputs.rowWeights, batch.rowWeights)
    if (batch.rows) feed(lossInputs.rows, batch.rows)
    if (withGradients && this.lora && this.lora.dropout > 0)
      feeds.set(lossInputs.noise, this.#noise(batch.ids.length, dropoutSeed))
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

  /** Made when first needed: most runs take one batch per step. */
  get #accumulated(): Float32Array {
    return (this.#accumulatedMemory ??= new Float32Array(this.gradients.flat.length))
  }

  #noise(tokens: number, seed: number): TensorValue {
    const random = mulberry32(seed)
    const width = noiseWidth(this.config)
    const data = new Float32Array(tokens * width)
    for (let index = 0; index < data.length; index += 1) data[index] = random()
    return { data, shape: [tokens, width] }
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
      if (total <= this.#heldTokens) break
      this.#sessions.delete(oldest)
      await session.close()
      total -= held
    }
    const graph = buildLossGraph(this.config, {
      batch: size,
      length,
      positions,
      withGradients,
      lora: this.lora,
      isPortable: this.#provider !== 'cpu',
      recomputes: this.#recomputes,
    })
    const session = await Session.create(graph, {
      threads: this.#threads,
      provider: this.#provider,
    })
    this.#sessions.set(key, { session, cost })
    return session
  }
}
