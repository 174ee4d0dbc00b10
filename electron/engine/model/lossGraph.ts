/** Graphs that compute a batch's loss, with or without the gradients of every weight. */
import { gradients } from '../graph/gradient.ts'
import { Graph, type Tensor } from '../graph/graph.ts'
import { linearCrossEntropy } from '../graph/operations.ts'
import type { ModelConfig } from './config.ts'
import { loraAdapter, type LoraOptions, loraSpecs } from './lora.ts'
import { parameterSpecs } from './parameters.ts'
import { causalMask, decoder, headWeight, rotaryTables, weightInputs } from './transformer.ts'

export interface LossGraphOptions {
  readonly batch: number
  readonly length: number
  /** 'all': the loss takes every position; 'picked': those whose row numbers the input `rows` lists. */
  readonly positions: 'all' | 'picked'
  readonly withGradients: boolean
  /** Trains an adapter and leaves the weights as they are; null: trains the weights. */
  readonly lora: LoraOptions | null
  /** For other devices than the processor; see Graph. */
  readonly isPortable?: boolean
  /** Less memory for about a third more time; see AttentionContext. */
  readonly recomputes?: boolean
}

/** Inputs beside the weights. Rows are positions of the flattened (batch * length) ids. */
export const lossInputs = {
  /** int64 (batch * length). */
  ids: 'ids',
  /** int64 (picked): only with positions 'picked'; no row twice. */
  rows: 'rows',
  /** int64 (rows): the token that follows each row. */
  labels: 'labels',
  /** float32 (rows): each row's share in the loss. */
  rowWeights: 'row_weights',
  /** float32 (batch * length, noiseWidth): uniform in [0, 1); only with gradients and an adapter with dropout. */
  noise: 'noise',
} as const

export const lossOutputs = { loss: 'loss', rowLosses: 'row_losses' } as const

export function gradientName(parameterName: string): string {
  return `gradient:${parameterName}`
}

/** The widest input of a matrix in the layers. */
export function noiseWidth(config: ModelConfig): number {
  return Math.max(config.hiddenSize, config.intermediateSize, config.heads * config.headSize)
}

/** Loss = sum over rows of row weight * cross-entropy in nats; gradients of what is trained under gradientName(). */
export function buildLossGraph(
  config: ModelConfig,
  {
    batch,
    length,
    positions,
    withGradients,
    lora,
    isPortable = false,
    recomputes = false,
  }: LossGraphOptions,
): Graph {
  const graph = new Graph({ isPortable })
  const weights = weightInputs(graph, parameterSpecs(config), withGradients && lora === null)
  const adapter = lora && weightInputs(graph, loraSpecs(config, lora), withGradients)
  const tokens = batch * length
  const ids = graph.input(lossInputs.ids, [tokens], 'int64')
  const rowCount = positions === 'all' ? tokens : 'picked'
  const pickedRows =
    positions === 'all' ? undefined : graph.input(lossInputs.rows, [rowCount], 'int64')
  const hidden = decoder(graph, config, weights, ids, {
    batch,
    length,
    rows: tokens,
    mask: causalMask(graph, length, config.heads / config.keyValueHeads),
    rotary: rotaryTables(graph, config, length, graph.integers([0])),
    ...(pickedRows ? { pickedRows } : {}),
    recomputes: recomputes && withGradients,
    ...(lora && adapter
      ? {
          adapter: loraAdapter(
            graph,
            adapter,
            lora,
            withGradients && lora.dropout > 0
              ? {
                  noise: graph.input(lossInputs.noise, [tokens, noiseWidth(config)]),
                  share: lora.dropout,
                  pickedRows,
                }
              : null,
          ),
        }
      : {}),
  })
  const { loss, rowLosses } = linearCrossEntropy(
    graph,
    hidden,
    headWeight(config, weights),
    graph.input(lossInputs.labels, [rowCount], 'int64'),
    graph.input(lossInputs.rowWeights, [rowCount]),
  )
  graph.output(lossOutputs.loss, loss)
  graph.output(lossOutputs.rowLosses, rowLosses)
  if (withGradients) {
    const parameters = [...(adapter ?? weights).values()]
    const slopes = gradients(graph, loss, parameters)
    parameters.forEach(({ name }, index) =>
      graph.output(gradientName(name), slopes[index] as Tensor),
    )
  }
  return graph
}
