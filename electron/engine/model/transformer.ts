/** The Llama decoder as a graph: embedding, pre-norm blocks of grouped-query attention and SwiGLU, final norm. */
import { recomputed } from '../graph/gradient.ts'
import type { Graph, Tensor } from '../graph/graph.ts'
import { elementTypeCode } from '../graph/onnx.ts'
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
import { type ModelConfig, rotaryFrequencies } from './config.ts'
import {
  embeddingName,
  finalNormName,
  headName,
  layerParameterName,
  type ParameterSpec,
  type StoredParameter,
} from './parameters.ts'

export type Weights = ReadonlyMap<string, Tensor>

/** Declares every weight as an input of the graph. */
export function weightInputs(
  graph: Graph,
  specs: readonly ParameterSpec[],
  trainable: boolean,
): Weights {
  return new Map(
    specs.map(({ name, shape }) => [name, graph.input(name, shape, 'float32', trainable)]),
  )
}

/** Every weight as a constant in the file that holds it; halves are made f32 once, when the session is. */
export function storedWeights(graph: Graph, stored: readonly StoredParameter[]): Weights {
  return new Map(
    stored.map(({ spec: { name, shape }, type, place }) => {
      if (type === 'float32') return [name, graph.externalConstant(name, shape, type, place)]
      const halves = graph.externalConstant(`${name}:${type}`, shape, type, place)
      return [name, graph.node('Cast', [halves], shape, { to: elementTypeCode.float32 })]
    }),
  )
}

/** The matrix of the language-model head: the embedding itself when tied. */
export function headWeight(config: ModelConfig, weights: Weights): Tensor {
  return weight(weights, config.tiedEmbeddings ? embeddingName : headName)
}

/** cos and sin of position * frequency, (positions, headSize / 2) each. */
export function rotaryTables(
  graph: Graph,
  config: ModelConfig,
  positions: number,
  offset: Tensor,
): RotaryTables {
  const frequencies = rotaryFrequencies(config)
  const half = frequencies.length
  const cosine = new Float32Array(positions * half)
  const sine = new Float32Array(positions * half)
  for (let position = 0; position < positions; position += 1) {
    for (const [index, frequency] of frequencies.entries()) {
      const angle = position * frequency
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
  /** int64 (picked): the rows that are wanted; all of them when left out. */
  readonly pickedRows?: Tensor
  /** Computes each layer a second time for its gradients, instead of keeping what it computed. */
  readonly recomputes?: boolean
  /**
   * Called with one layer's new keys and values, (batch, key-value heads, length, head size) each; gives what attention
   * runs over: the same ones, or the cached ones followed by them.
   */
  readonly cache?: (layer: number, keys: Tensor, values: Tensor) => [Tensor, Tensor]
  /** What an adapter adds to the output of a projection (rows, inputs) -> (rows, outputs); null where it has none. */
  readonly adapter?: (layer: number, projection: Projection, x: Tensor) => Tensor | null
}

/** The matrices of a layer, by the end of their names. */
export type Projection =
  | 'self_attn.q_proj'
  | 'self_attn.k_proj'
  | 'self_attn.v_proj'
  | 'self_attn.o_proj'
  | 'mlp.gate_proj'
  | 'mlp.up_proj'
  | 'mlp.down_proj'

/** One layer's weights, and its projections with their biases and adapters. */
interface Layer {
  readonly index: number
  weight(part: string): Tensor
  project(projection: Projection, x: Tensor): Tensor
}

/**
 * Token ids (rows) -> final hidden state (rows, hiddenSize), after the last norm; of the picked rows alone where the
 * context names some: the last layer then computes only them once its attention is done.
 */
export function decoder(
  graph: Graph,
  config: ModelConfig,
  weights: Weights,
  ids: Tensor,
  context: AttentionContext,
): Tensor {
  const norm = (x: Tensor, scale: Tensor) => rmsNorm(graph, x, scale, config.rmsNormEpsilon)
  const runLayer = (index: number, hidden: Tensor): Tensor => {
    const layer = openLayer(graph, weights, index, context)
    const normalized = norm(hidden, layer.weight('input_layernorm'))
    const picked = index === config.layers - 1 ? context.pickedRows : undefined
    const attended = attention(graph, config, layer, normalized, context)
    const kept = (x: Tensor) => (picked ? gatherRows(graph, x, picked) : x)
    const mixed = add(graph, kept(hidden), layer.project('self_attn.o_proj', kept(attended)))
    const normalizedAgain = norm(mixed, layer.weight('post_attention_layernorm'))
    return add(graph, mixed, feedForward(graph, layer, normalizedAgain))
  }
  let hidden = gatherRows(graph, weight(weights, embeddingName), ids)
  for (let index = 0; index < config.layers; index += 1)
    hidden = context.recomputes
      ? recomputed(graph, hidden, (x) => runLayer(index, x))
      : runLayer(index, hidden)
  return norm(hidden, weight(weights, finalNormName))
}

function openLayer(
  graph: Graph,
  weights: Weights,
  index: number,
  { adapter }: AttentionContext,
): Layer {
  const part = (name: string) => weight(weights, layerParameterName(index, name))
  return {
    index,
    weight: part,
    project: (projection, x) => {
      const bias = weights.get(layerParameterName(index, projection, 'bias'))
      const output = linear(graph, x, part(projection), bias)
      const added = adapter?.(index, projection, x)
      return added ? add(graph, output, added) : output
    },
  }
}

/**
 * What attention mixes for each row, (rows, heads * head size), before the output projection. Grouped-query attention
 * without expanding keys and values: the queries of the heads that share a key-value head are stacked into one taller
 * matrix.
 */
function attention(
  graph: Graph,
  config: ModelConfig,
  layer: Layer,
  x: Tensor,
  context: AttentionContext,
): Tensor {
  const { batch, length, rows } = context
  const { heads, keyValueHeads, headSize } = config
  const group = heads / keyValueHeads
  const stacked = typeof length === 'number' ? group * length : `${group}*${length}`

  const rotated = (projection: Projection, norm: string, count: number) => {
    let states = layer.project(projection, x)
    if (config.headNorms) {
      const perHead = typeof rows === 'number' ? rows * count : `${rows}*${count}`
      states = rmsNorm(
        graph,
        reshape(graph, states, [perHead, headSize]),
        layer.weight(norm),
        config.rmsNormEpsilon,
      )
    }
    return rotary(graph, reshape(graph, states, [batch, length, count * headSize]), context.rotary)
  }
  const perHead = (tensor: Tensor) =>
    transpose(graph, reshape(graph, tensor, [batch, length, keyValueHeads, headSize]), [0, 2, 1, 3])

  const query = reshape(
    graph,
    transpose(
      graph,
      reshape(graph, rotated('self_attn.q_proj', 'self_attn.q_norm', heads), [
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
  const newKeys = perHead(rotated('self_attn.k_proj', 'self_attn.k_norm', keyValueHeads))
  const newValues = perHead(layer.project('self_attn.v_proj', x))
  const [keys, values] = context.cache?.(layer.index, newKeys, newValues) ?? [newKeys, newValues]

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
  return merged
}

function feedForward(graph: Graph, layer: Layer, x: Tensor): Tensor {
  const gate = silu(graph, layer.project('mlp.gate_proj', x))
  const up = layer.project('mlp.up_proj', x)
  return layer.project('mlp.down_proj', mul(graph, gate, up))
}

function weight(weights: Weights, name: string): Tensor {
  const tensor = weights.get(name)
  if (!tensor) throw new Error(`The model has no weight ${name}.`)
  return tensor
}
