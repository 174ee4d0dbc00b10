/** The fields of Hugging Face's config.json that decide a model's shape: Llama, Mistral, Qwen 2 and Qwen 3. */
import { z } from 'zod'

const size = z.number().int().min(1).max(1_000_000)

/** How rotary frequencies are stretched for longer contexts. */
export type RopeScaling =
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'llama3'
      readonly factor: number
      readonly lowFrequencyFactor: number
      readonly highFrequencyFactor: number
      readonly originalMaxPositions: number
    }

const positive = z.number().positive()
const ropeParametersSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: positive.optional(),
  factor: positive.optional(),
  low_freq_factor: positive.optional(),
  high_freq_factor: positive.optional(),
  original_max_position_embeddings: size.optional(),
})

export const supportedModelTypes = ['llama', 'mistral', 'qwen2', 'qwen3'] as const
export type ModelType = (typeof supportedModelTypes)[number]

const modelConfigSchema = z
  .object({
    model_type: z.enum(supportedModelTypes, {
      error: ({ input }) =>
        `the architecture ${JSON.stringify(input)} is not supported; models of the types ${supportedModelTypes.join(', ')} work`,
    }),
    hidden_act: z.literal('silu').default('silu'),
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: size.max(512),
    num_attention_heads: size,
    num_key_value_heads: size.nullish(),
    head_dim: size.nullish(),
    vocab_size: size,
    rope_theta: positive.nullish(),
    rope_scaling: ropeParametersSchema.nullish(),
    rope_parameters: ropeParametersSchema.nullish(),
    rms_norm_eps: z.number().positive().max(0.1).default(1e-6),
    max_position_embeddings: size.default(2048),
    tie_word_embeddings: z.boolean().default(false),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.literal(false).default(false),
    sliding_window: size.nullish(),
    use_sliding_window: z.boolean().optional(),
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
    const rope = json.rope_parameters ?? json.rope_scaling
    const ropeScaling = readRopeScaling(rope)
    if (ropeScaling === undefined)
      return refuse(
        `the rotary scaling ${JSON.stringify(rope?.rope_type ?? rope?.type)} is not supported; default, linear and llama3 work`,
      )
    // Qwen writes its window down without using it; a Llama that names one is left alone as Transformers does.
    const slides =
      json.model_type === 'mistral' || (json.model_type !== 'llama' && json.use_sliding_window)
    const window = slides ? (json.sliding_window ?? Infinity) : Infinity
    return {
      modelType: json.model_type,
      hiddenSize: json.hidden_size,
      intermediateSize: json.intermediate_size,
      layers: json.num_hidden_layers,
      heads,
      keyValueHeads,
      headSize,
      vocabularySize: json.vocab_size,
      ropeTheta: json.rope_theta ?? rope?.rope_theta ?? 10000,
      ropeScaling,
      rmsNormEpsilon: json.rms_norm_eps,
      /** Not above the sliding window: up to there it changes nothing, so that attention needs no window. */
      maxPositions: Math.min(json.max_position_embeddings, window),
      tiedEmbeddings: json.tie_word_embeddings,
      attentionBias: biasOf(json.model_type, json.attention_bias),
      /** Whether queries and keys are normalised per head, before the rotation. */
      headNorms: json.model_type === 'qwen3',
    }
  })

/** The attention's projections with a bias each. */
export type AttentionBias = 'none' | 'queryKeyValue' | 'all'

function biasOf(modelType: ModelType, attentionBias: boolean): AttentionBias {
  if (modelType === 'qwen2') return 'queryKeyValue'
  return attentionBias ? 'all' : 'none'
}

/** Null: none; undefined: a kind this engine does not know. */
function readRopeScaling(
  rope: z.output<typeof ropeParametersSchema> | null | undefined,
): RopeScaling | null | undefined {
  const type = rope?.rope_type ?? rope?.type ?? 'default'
  if (!rope || type === 'default') return null
  const { factor, low_freq_factor, high_freq_factor, original_max_position_embeddings } = rope
  if (type === 'linear' && factor) return { type, factor }
  if (
    type === 'llama3' &&
    factor &&
    low_freq_factor &&
    high_freq_factor &&
    original_max_position_embeddings
  )
    return {
      type,
      factor,
      lowFrequencyFactor: low_freq_factor,
      highFrequencyFactor: high_freq_factor,
      originalMaxPositions: original_max_position_embeddings,
    }
  return undefined
}

export type ModelConfig = z.output<typeof modelConfigSchema>

/** Parses config.json's value. Throws a ZodError for anything this engine cannot run. */
export function parseModelConfig(json: unknown): ModelConfig {
  return modelConfigSchema.parse(json)
}

const architectures: Readonly<Record<ModelType, string>> = {
  llama: 'LlamaForCausalLM',
  mistral: 'MistralForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
}

/** The config.json value that parseModelConfig and Hugging Face's loaders read back. */
export function modelConfigJson(config: ModelConfig): Record<string, unknown> {
  return {
    architectures: [architectures[config.modelType]],
    model_type: config.modelType,
    hidden_act: 'silu',
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: config.headSize,
    vocab_size: config.vocabularySize,
    rope_theta: config.ropeTheta,
    rope_scaling: ropeScalingJson(config.ropeScaling),
    rms_norm_eps: config.rmsNormEpsilon,
    max_position_embeddings: config.maxPositions,
    // Transformers' Mistral would otherwise assume a window of its own.
    ...(config.modelType === 'mistral' ? { sliding_window: null } : {}),
    tie_word_embeddings: config.tiedEmbeddings,
    attention_bias: config.attentionBias === 'all',
    mlp_bias: false,
    torch_dtype: 'float32',
  }
}

function ropeScalingJson(scaling: RopeScaling | null): Record<string, unknown> | null {
  if (scaling === null) return null
  if (scaling.type === 'linear') return { rope_type: 'linear', factor: scaling.factor }
  return {
    rope_type: 'llama3',
    factor: scaling.factor,
    low_freq_factor: scaling.lowFrequencyFactor,
    high_freq_factor: scaling.highFrequencyFactor,
    original_max_position_embeddings: scaling.originalMaxPositions,
  }
}

/**
 * Angles per position of each pair of a head's values, headSize / 2 of them: theta^(-2i/headSize), slowed where the
 * config scales them. The llama3 rule is that of Llama 3.1's reference code: wavelengths beyond the original context
 * are divided by the factor, short ones kept, those between interpolated.
 */
export function rotaryFrequencies({ headSize, ropeTheta, ropeScaling }: ModelConfig): number[] {
  const plain = Array.from({ length: headSize / 2 }, (_, i) => ropeTheta ** ((-2 * i) / headSize))
  if (ropeScaling === null) return plain
  const { factor } = ropeScaling
  if (ropeScaling.type === 'linear') return plain.map((frequency) => frequency / factor)
  const { lowFrequencyFactor: low, highFrequencyFactor: high, originalMaxPositions } = ropeScaling
  return plain.map((frequency) => {
    const turns = (originalMaxPositions * frequency) / (2 * Math.PI)
    if (turns > high) return frequency
    if (turns < low) return frequency / factor
    const kept = (turns - low) / (high - low)
    return (1 - kept) * (frequency / factor) + kept * frequency
  })
}
