/** The named weights of a Llama model and one flat block of memory that holds them all. */
import type { ConstantPlace } from '../graph/graph.ts'
import type { ModelConfig } from './config.ts'

export interface ParameterSpec {
  /** Hugging Face's tensor name. */
  readonly name: string
  readonly shape: readonly number[]
  /** Norm weights and biases are exempt from weight decay. */
  readonly decays: boolean
}

/** A weight in the file that it is read from. */
export interface StoredParameter {
  readonly spec: ParameterSpec
  readonly type: 'float32' | 'float16' | 'bfloat16'
  readonly place: ConstantPlace
}

export const embeddingName = 'model.embed_tokens.weight'
export const finalNormName = 'model.norm.weight'
export const headName = 'lm_head.weight'

export function layerParameterName(
  layer: number,
  part: string,
  kind: 'weight' | 'bias' = 'weight',
): string {
  return `model.layers.${layer}.${part}.${kind}`
}

/** Every weight of the model, in a fixed order: those that decay first. */
export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const { hiddenSize, intermediateSize, vocabularySize, layers } = config
  const queryWidth = config.heads * config.headSize
  const keyValueWidth = config.keyValueHeads * config.headSize
  const matrix = (name: string, rows: number, columns: number): ParameterSpec => ({
    name,
    shape: [rows, columns],
    decays: true,
  })
  const vector = (name: string, width: number): ParameterSpec => ({
    name,
    shape: [width],
    decays: false,
  })
  const norm = (name: string) => vector(name, hiddenSize)
  const specs = [
    matrix(embeddingName, vocabularySize, hiddenSize),
    norm(finalNormName),
    ...(config.tiedEmbeddings ? [] : [matrix(headName, vocabularySize, hiddenSize)]),
    ...Array.from({ length: layers }, (_, layer) => {
      const name = (part: string) => layerParameterName(layer, part)
      const bias = (part: string, width: number) =>
        vector(layerParameterName(layer, part, 'bias'), width)
      return [
        norm(name('input_layernorm')),
        matrix(name('self_attn.q_proj'), queryWidth, hiddenSize),
        matrix(name('self_attn.k_proj'), keyValueWidth, hiddenSize),
        matrix(name('self_attn.v_proj'), keyValueWidth, hiddenSize),
        matrix(name('self_attn.o_proj'), hiddenSize, queryWidth),
        norm(name('post_attention_layernorm')),
        matrix(name('mlp.gate_proj'), intermediateSize, hiddenSize),
        matrix(name('mlp.up_proj'), intermediateSize, hiddenSize),
        matrix(name('mlp.down_proj'), hiddenSize, intermediateSize),
        ...(config.attentionBias === 'none'
          ? []
          : [
              bias('self_attn.q_proj', queryWidth),
              bias('self_attn.k_proj', keyValueWidth),
              bias('self_attn.v_proj', keyValueWidth),
            ]),
        ...(config.attentionBias === 'all' ? [bias('self_attn.o_proj', hiddenSize)] : []),
        ...(config.headNorms
          ? [
              vector(name('self_attn.q_norm'), config.headSize),
              vector(name('self_attn.k_norm'), config.headSize),
            ]
          : []),
      ]
    }).flat(),
  ]
  return [...specs.filter((spec) => spec.decays), ...specs.filter((spec) => !spec.decays)]
}

export interface Parameter {
  readonly spec: ParameterSpec
  /** A window on the block's memory. */
  readonly data: Float32Array
}

/** All parameters one after another in a single Float32Array, so that an optimiser is one loop. */
export class ParameterBlock {
  readonly flat: Float32Array
  readonly parameters: readonly Parameter[]
  /** Elements before this index decay, the rest do not. */
  readonly decayEnd: number

  constructor(specs: readonly ParameterSpec[]) {
    const sizes = specs.map((spec) => spec.shape.reduce((product, size) => product * size, 1))
    this.flat = new Float32Array(sizes.reduce((sum, size) => sum + size, 0))
    let offset = 0
    let decayEnd = 0
    this.parameters = specs.map((spec, index) => {
      const end = offset + (sizes[index] ?? 0)
      if (spec.decays) {
        if (offset !== decayEnd) throw new Error('Parameters that decay must come first.')
        decayEnd = end
      }
      const data = this.flat.subarray(offset, end)
      offset = end
      return { spec, data }
    })
    this.decayEnd = decayEnd
  }
}
