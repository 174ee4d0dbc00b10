/** Model shapes that benchmarks name by their size. */
const common = {
  model_type: 'llama',
  rope_theta: 10000,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
}

export const shapes = {
  '5M': {
    ...common,
    hidden_size: 256,
    intermediate_size: 704,
    num_hidden_layers: 5,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: 4096,
    max_position_embeddings: 2048,
  },
  '15M': {
    ...common,
    hidden_size: 384,
    intermediate_size: 1024,
    num_hidden_layers: 7,
    num_attention_heads: 6,
    num_key_value_heads: 3,
    vocab_size: 8192,
    max_position_embeddings: 2048,
  },
  /** SmolLM2-135M's. */
  '135M': {
    ...common,
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    vocab_size: 49152,
    max_position_embeddings: 2048,
  },
  /** SmolLM2-360M's. */
  '360M': {
    ...common,
    hidden_size: 960,
    intermediate_size: 2560,
    num_hidden_layers: 32,
    num_attention_heads: 15,
    num_key_value_heads: 5,
    vocab_size: 49152,
    max_position_embeddings: 2048,
  },
} as const

export type ShapeName = keyof typeof shapes
