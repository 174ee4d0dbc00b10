/** The fields of Hugging Face's LlamaConfig (config.json) that decide a model's shape. */
import { z } from 'zod'

const size = z.number().int().min(1).max(1_000_000)

const llamaConfigSchema = z
  .object({
    model_type: z.literal('llama'),
    hidden_act: z.literal('silu').default('silu'),
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: size.max(512),
    num_attention_heads: size,
    num_key_value_heads: size.optional(),
    head_dim: size.nullish(),
    vocab_size: size,
    rope_theta: z.number().positive().default(10000),
    rope_scaling: z.null().optional(),
    rms_norm_eps: z.number().positive().max(0.1).default(1e-6),
    max_position_embeddings: size.default(2048),
    tie_word_embeddings: z.boolean().default(false),
    attention_bias: z.literal(false).default(false),
    mlp_bias: z.literal(false).default(false),
  })
  .transform((json, context) => {
    const heads = json.num_attention_heads
    const keyValueHeads = json.num_key_value_heads ?? heads
    const headSize = json.head_dim ?? json.hidden_size / heads
    const refuse = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    if (!Number.isInteger(headSize) || headSize % 2 !== 0)
      return refuse('hidden_size divided by num_attention_heads must be an even whole number')
    if (heads % keyValueHeads !== 0)
      return refuse('num_attention_heads must be a multiple of num_key_value_heads')
    return {
      hiddenSize: json.hidden_size,
      intermediateSize: json.intermediate_size,
      layers: json.num_hidden_layers,
      heads,
      keyValueHeads,
      headSize,
      vocabularySize: json.vocab_size,
      ropeTheta: json.rope_theta,
      rmsNormEpsilon: json.rms_norm_eps,
      maxPositions: json.max_position_embeddings,
      tiedEmbeddings: json.tie_word_embeddings,
    }
  })

export type ModelConfig = z.output<typeof llamaConfigSchema>

/** Parses config.json's value. Throws a ZodError for anything this engine cannot run. */
export function parseModelConfig(json: unknown): ModelConfig {
  return llamaConfigSchema.parse(json)
}

/** The config.json value that parseModelConfig and Hugging Face's loaders read back. */
export function modelConfigJson(config: ModelConfig): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: config.headSize,
    vocab_size: config.vocabularySize,
    rope_theta: config.ropeTheta,
    rms_norm_eps: config.rmsNormEpsilon,
    max_position_embeddings: config.maxPositions,
    tie_word_embeddings: config.tiedEmbeddings,
    attention_bias: false,
    mlp_bias: false,
    torch_dtype: 'float32',
  }
}
