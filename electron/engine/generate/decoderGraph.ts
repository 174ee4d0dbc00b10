/** The decoder with a key-value cache: new tokens in, logits and the grown cache out. */
import { Graph, type Tensor } from '../graph/graph.ts'
import { gatherRows, linear } from '../graph/operations.ts'
import type { ModelConfig } from '../model/config.ts'
import { decoder, headWeight, rotaryTables, type Weights } from '../model/transformer.ts'

export const decoderInputs = {
  /** int64 (length): the new tokens of one sequence. */
  ids: 'ids',
  /** int64 (1): how many tokens the cache holds. */
  offset: 'offset',
  /** float32 (query heads per key-value head * length, cached + length): 0 or maskedScore. */
  mask: 'mask',
  /** int64 (picked): which of the new tokens get logits. */
  rows: 'rows',
} as const

/** float32 (picked, vocabulary). */
export const logitsName = 'logits'

/** float32 (1, key-value heads, tokens, head size); the same layout goes in and comes out. */
export function cacheName(direction: 'past' | 'present', kind: 'keys' | 'values', layer: number) {
  return `${direction}_${kind}_${layer}`
}

/** @param declareWeights where the weights come from: inputs, or constants in files */
export function buildDecoderGraph(
  config: ModelConfig,
  declareWeights: (graph: Graph) => Weights,
): Graph {
  const graph = new Graph()
  const weights = declareWeights(graph)
  const { heads, keyValueHeads, headSize, maxPositions } = config
  const length = 'length'
  const cacheShape = (tokens: string) => [1, keyValueHeads, tokens, headSize]
  const extend = (kind: 'keys' | 'values', layer: number, added: Tensor) => {
    const past = graph.input(cacheName('past', kind, layer), cacheShape('cached'))
    const whole = graph.node('Concat', [past, added], cacheShape('total'), { axis: 2 })
    return graph.output(cacheName('present', kind, layer), whole)
  }
  const ids = graph.input(decoderInputs.ids, [length], 'int64')
  const offset = graph.input(decoderInputs.offset, [1], 'int64')
  const group = heads / keyValueHeads
  const hidden = decoder(graph, config, weights, ids, {
    batch: 1,
    length,
    rows: length,
    mask: graph.input(decoderInputs.mask, [`${group}*length`, 'total']),
    rotary: rotaryTables(graph, config, maxPositions, offset),
    cache: (layer, keys, values) => [extend('keys', layer, keys), extend('values', layer, values)],
  })
  const picked = gatherRows(graph, hidden, graph.input(decoderInputs.rows, ['picked'], 'int64'))
  graph.output(logitsName, linear(graph, picked, headWeight(config, weights)))
  return graph
}
