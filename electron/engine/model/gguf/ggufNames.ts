/** Names and row orders in GGUF files beside Hugging Face's. */
import type { ModelConfig } from '../config.ts'

const parts: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
}
const outer: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
}

/** Hugging Face's name of a weight -> GGUF's. */
export function ggufTensorName(name: string): string {
  const [, layer = '', part = '', kind = ''] =
    /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? []
  const ggufName = outer[name] ?? (parts[part] ? `blk.${layer}.${parts[part]}.${kind}` : undefined)
  if (ggufName === undefined) throw new Error(`GGUF has no name for ${name}.`)
  return ggufName
}

/**
 * llama.cpp rotates neighbouring values of a head against each other, Hugging Face the head's halves: in Llamas, the
 * rows of the query and key projections stand in another order. Other weights come back as they are.
 */
export function reorderRotaryRows(
  name: string,
  data: Float32Array,
  config: ModelConfig,
  direction: 'fromGguf' | 'toGguf',
): Float32Array {
  if (!/\.self_attn\.[qk]_proj\.(weight|bias)$/.test(name)) return data
  const heads = name.includes('.q_proj.') ? config.heads : config.keyValueHeads
  const { headSize } = config
  const half = headSize / 2
  const width = data.length / (heads * headSize)
  const result = new Float32Array(data.length)
  for (let head = 0; head < heads; head += 1) {
    for (let pair = 0; pair < half; pair += 1) {
      for (const side of [0, 1]) {
        const interleaved = head * headSize + 2 * pair + side
        const halved = head * headSize + side * half + pair
        const [from, to] = direction === 'fromGguf' ? [interleaved, halved] : [halved, interleaved]
        result.set(data.subarray(from * width, (from + 1) * width), to * width)
      }
    }
  }
  return result
}
