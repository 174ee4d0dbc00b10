/** The Llama decoder as a graph: embedding, pre-norm blocks of grouped-query attention and SwiGLU, final norm. */
import type { Graph, Tensor } from '../graph/graph.ts'
import {
  type RotaryTables,
  add,
  gatherRows,
  linear,
  maskedSoftmax,
  matmul,
  mul,
  reshape,
  rmsNorm,
  rotary,
  silu,
  transpose,
} from '../graph/operations.ts'
import type { ModelConfig } from './config.ts'
import {
  embeddingName,
  finalNormName,
  headName,
  layerParameterName,
  parameterSpecs,
} from './parameters.ts'

export type Weights = ReadonlyMap<string, Tensor>

/** Declares every weight as an input of the graph. */
export function weightInputs(graph: Graph, config: ModelConfig, trainable: boolean): Weights {
  return new Map(
    parameterSpecs(config).map(({ name, shape }) => [
      name,
      graph.input(name, shape, 'float32', trainable),
    ]),
  )
}

/** The matrix of the language-model head: the embedding itself when tied. */
export function headWeight(config: ModelConfig, weights: Weights): Tensor {
  return weight(weights, config.tiedEmbeddings ? embeddingName : headName)
}

/** cos and sin of position * theta^(-2i/headSize), (positions, headSize / 2) each. */
export function rotaryTables(
  graph: Graph,
  config: ModelConfig,
  positions: number,
  offset: Tensor,
): RotaryTables {
  const half = config.headSize / 2
  const cosine = new Float32Array(positions * half)
  const sine = new Float32Array(positions * half)
  for (let position = 0; position < positions; position += 1) {
    for (let index = 0; index < half; index += 1) {
      const angle = position * config.ropeTheta ** (-index / half)
      cosine[position * half + index] = Math.cos(angle)
      sine[position * half + index] = Math.sin(angle)
    }
  }
  const shape = [positions, half]
  return {
    cosine: graph.constant(cosine, shape),
    sine: graph.constant(sine, shape),
    negatedSine: graph.constant(
      sine.map((value) => -value),
      shape,
    ),
    offset,
  }
}

/** Added to scores of positions a token must not see; exp() of it is 0 in float32. */
export const maskedScore = -1e9

/**
 * (group * length, length): 0 where a query may look, maskedScore at later positions; repeated for each of the `group`
 * query heads that share a key-value head.
 */
export function causalMask(graph: Graph, length: number, group: number): Tensor {
  const mask = new Float32Array(group * length * length)
  for (let row = 0; row < group * length; row += 1)
    mask.fill(maskedScore, row * length + (row % length) + 1, (row + 1) * length)
  return graph.constant(mask, [group * length, length])
}

/** What attention needs beside the hidden state. */
export interface AttentionContext {
  readonly batch: number
  /** Tokens per sequence in this run: a number, or a symbolic dimension with batch 1. */
  readonly length: number | string
  /** batch * length. */
  readonly rows: number | string
  /** (query heads per key-value head * length, keys). */
  readonly mask: Tensor
  readonly rotary: RotaryTables
  /**
   * Called with one layer's new keys and values, (batch, key-value heads, length, head size) each; gives what attention
   * runs over: the same ones, or the cached ones followed by them.
   */
  readonly cache?: (layer: number, keys: Tensor, values: Tensor) => [Tensor, Tensor]
}

/** Token ids (rows) -> final hidden state (rows, hiddenSize), after the last norm. */
export function decoder(
  graph: Graph,
  config: ModelConfig,
  weights: Weights,
  ids: Tensor,
  context: AttentionContext,
): Tensor {
  let hidden = gatherRows(graph, weight(weights, embeddingName), ids)
  for (let layer = 0; layer < config.layers; layer += 1) {
    const part = (name: string) => weight(weights, layerParameterName(layer, name))
    const normalized = rmsNorm(graph, hidden, part('input_layernorm'), config.rmsNormEpsilon)
    hidden = add(graph, hidden, attention(graph, config, part, normalized, layer, context))
    const normalizedAgain = rmsNorm(
      graph,
      hidden,
      part('post_attention_layernorm'),
      config.rmsNormEpsilon,
    )
    hidden = add(graph, hidden, feedForward(graph, part, normalizedAgain))
  }
  return rmsNorm(graph, hidden, weight(weights, finalNormName), config.rmsNormEpsilon)
}

/**
 * Grouped-query attention without expanding keys and values: the queries of the heads that share a key-value head are
 * stacked into one taller matrix.
 */
function attention(
  graph: Graph,
  config: ModelConfig,
  part: (name: string) => Tensor,
  x: Tensor,
  layer: number,
  context: AttentionContext,
): Tensor {
  const { batch, length, rows } = context
  const { heads, keyValueHeads, headSize } = config
  const group = heads / keyValueHeads
  const stacked = typeof length === 'number' ? group * length : `${group}*${length}`

  const rotated = (name: string, width: number) =>
    rotary(
      graph,
      reshape(graph, linear(graph, x, part(name)), [batch, length, width]),
      context.rotary,
    )
  const perHead = (tensor: Tensor) =>
    transpose(graph, reshape(graph, tensor, [batch, length, keyValueHeads, headSize]), [0, 2, 1, 3])

  const query = reshape(
    graph,
    transpose(
      graph,
      reshape(graph, rotated('self_attn.q_proj', heads * headSize), [
        batch,
        length,
        keyValueHeads,
        group,
        headSize,
      ]),
      [0, 2, 3, 1, 4],
    ),
    [batch, keyValueHeads, stacked, headSize],
  )
  const newKeys = perHead(rotated('self_attn.k_proj', keyValueHeads * headSize))
  const newValues = perHead(linear(graph, x, part('self_attn.v_proj')))
  const [keys, values] = context.cache?.(layer, newKeys, newValues) ?? [newKeys, newValues]

  const scores = matmul(graph, query, keys, { transposeB: true, alpha: 1 / Math.sqrt(headSize) })
  const probabilities = maskedSoftmax(graph, scores, context.mask)
  const mixed = matmul(graph, probabilities, values)
  const merged = reshape(
    graph,
    transpose(
      graph,
      reshape(graph, mixed, [batch, keyValueHeads, group, length, headSize]),
      [0, 3, 1, 2, 4],
    ),
    [rows, heads * headSize],
  )
  return linear(graph, merged, part('self_attn.o_proj'))
}

function feedForward(graph: Graph, part: (name: string) => Tensor, x: Tensor): Tensor {
  const gate = silu(graph, linear(graph, x, part('mlp.gate_proj')))
  const up = linear(graph, x, part('mlp.up_proj'))
  return linear(graph, mul(graph, gate, up), part('mlp.down_proj'))
}

function weight(weights: Weights, name: string): Tensor {
  const tensor = weights.get(name)
  if (!tensor) throw new Error(`The model has no weight ${name}.`)
  return tensor
}
