/** Two-layer models of a few thousand weights, and the float64 forward pass they are checked against. */
import type { ModelConfig } from '../../electron/engine/model/config.ts'
import { initializeWeights } from '../../electron/engine/model/initialization.ts'
import { ParameterBlock, parameterSpecs } from '../../electron/engine/model/parameters.ts'

export const tinyConfig: ModelConfig = {
  hiddenSize: 16,
  intermediateSize: 24,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 4,
  vocabularySize: 11,
  ropeTheta: 10000,
  rmsNormEpsilon: 1e-5,
  maxPositions: 32,
  tiedEmbeddings: true,
  modelType: 'llama',
  ropeScaling: null,
  attentionBias: 'none',
  headNorms: false,
}

/** Random weights, scaled up so that attention and the feed-forward matter, norms away from 1. */
export function tinyWeights(config: ModelConfig = tinyConfig, seed = 5): ParameterBlock {
  const block = new ParameterBlock(parameterSpecs(config))
  initializeWeights(block, config, seed)
  for (const { spec, data } of block.parameters)
    for (let index = 0; index < data.length; index += 1)
      data[index] = spec.decays ? data[index]! * 15 : 1 + 0.3 * Math.sin(index + 1)
  return block
}

/** Logits after each token, straight from the published equations, in float64. */
export function referenceLogits(
  config: ModelConfig,
  weights: ReadonlyMap<string, ArrayLike<number>>,
  ids: readonly number[],
): number[][] {
  const { hiddenSize, heads, keyValueHeads, headSize, layers } = config
  const weight = (name: string) => weights.get(name)!
  const multiply = (name: string, x: readonly number[]): number[] => {
    const matrix = weight(name)
    return Array.from({ length: matrix.length / x.length }, (_, row) =>
      x.reduce((sum, value, column) => sum + value * matrix[row * x.length + column]!, 0),
    )
  }
  const normalize = (name: string, x: readonly number[]): number[] => {
    const meanSquare = x.reduce((sum, value) => sum + value * value, 0) / x.length
    const inverse = 1 / Math.sqrt(meanSquare + config.rmsNormEpsilon)
    return x.map((value, index) => value * inverse * weight(name)[index]!)
  }
  const rotate = (x: readonly number[], position: number): number[] => {
    const half = headSize / 2
    return x.map((value, index) => {
      const inHead = index % headSize
      const angle = position * config.ropeTheta ** (-(inHead % half) / half)
      const partner = inHead < half ? -x[index + half]! : x[index - half]!
      return value * Math.cos(angle) + partner * Math.sin(angle)
    })
  }
  const embedding = weight('model.embed_tokens.weight')
  let states = ids.map((id) =>
    Array.from({ length: hiddenSize }, (_, index) => embedding[id * hiddenSize + index]!),
  )
  for (let layer = 0; layer < layers; layer += 1) {
    const name = (part: string) => `model.layers.${layer}.${part}.weight`
    const normal = states.map((x) => normalize(name('input_layernorm'), x))
    const queries = normal.map((x, t) => rotate(multiply(name('self_attn.q_proj'), x), t))
    const keys = normal.map((x, t) => rotate(multiply(name('self_attn.k_proj'), x), t))
    const values = normal.map((x) => multiply(name('self_attn.v_proj'), x))
    states = states.map((state, t) => {
      const mixed = Array.from({ length: heads * headSize }, () => 0)
      for (let head = 0; head < heads; head += 1) {
        const shared = Math.floor(head / (heads / keyValueHeads))
        const scores = keys.slice(0, t + 1).map((key) => {
          let sum = 0
          for (let index = 0; index < headSize; index += 1)
            sum += queries[t]![head * headSize + index]! * key[shared * headSize + index]!
          return Math.exp(sum / Math.sqrt(headSize))
        })
        const total = scores.reduce((sum, score) => sum + score, 0)
        scores.forEach((score, s) => {
          for (let index = 0; index < headSize; index += 1)
            mixed[head * headSize + index]! +=
              (score / total) * values[s]![shared * headSize + index]!
        })
      }
      const attended = multiply(name('self_attn.o_proj'), mixed)
      const middle = state.map((value, index) => value + attended[index]!)
      const x = normalize(name('post_attention_layernorm'), middle)
      const gate = multiply(name('mlp.gate_proj'), x)
      const up = multiply(name('mlp.up_proj'), x)
      const inner = gate.map((value, index) => (value / (1 + Math.exp(-value))) * up[index]!)
      const down = multiply(name('mlp.down_proj'), inner)
      return middle.map((value, index) => value + down[index]!)
    })
  }
  const head = config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight'
  return states.map((x) => multiply(head, normalize('model.norm.weight', x)))
}

/** Cross-entropy in nats of one label. */
export function referenceLoss(logits: readonly number[], label: number): number {
  const max = Math.max(...logits)
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - max), 0)
  return max + Math.log(sum) - logits[label]!
}
