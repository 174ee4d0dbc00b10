/** A GGUF file -> a model folder as Hugging Face's: names, orders and shapes undone that llama.cpp's converter changed. */
import { type FileHandle, open, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import {
  modelConfigJson,
  type ModelConfig,
  parseModelConfig,
  rotaryFrequencies,
} from '../config.ts'
import { ModelFileError } from '../modelFileError.ts'
import { parameterSpecs } from '../parameters.ts'
import { writeSafetensors } from '../safetensors.ts'
import { dequantise, encodedBytes, isExactType, readableTypes } from './dequantise.ts'
import { type GgufHead, type GgufTensor, readGgufHead } from './ggufFile.ts'
import { ggufTensorName, reorderRotaryRows } from './ggufNames.ts'
import { readGgufTokenizer } from './ggufTokenizer.ts'

const architectures = ['llama', 'qwen2', 'qwen3'] as const

/**
 * Writes config.json, tokenizer.json, tokenizer_config.json and model.safetensors into an existing folder. Quantised
 * weights become halves, exact ones stay as they are. Throws ModelFileError.
 */
export async function ggufToModelFolder(ggufFile: string, directory: string): Promise<void> {
  const file = await open(ggufFile)
  try {
    const head = await readGgufHead(file)
    const tensors = new Map(head.tensors.map((tensor) => [tensor.name, tensor]))
    const config = await readConfig(head, tensors, (tensor) => readTensor(file, head, tensor))
    const { tokenizer, tokenizerConfig } = readGgufTokenizer(head.metadata)
    const write = (name: string, value: unknown) =>
      writeFile(path.join(directory, name), `${JSON.stringify(value)}\n`)
    await write('config.json', modelConfigJson(config))
    await write('tokenizer.json', tokenizer)
    await write('tokenizer_config.json', tokenizerConfig)
    const rotates = head.metadata.get('general.architecture') === 'llama'
    await writeSafetensors(
      path.join(directory, 'model.safetensors'),
      parameterSpecs(config).map(({ name, shape }) => {
        const tensor = requireTensor(tensors, name, shape)
        return {
          name,
          shape,
          dtype: isExactType(tensor.type) ? 'F32' : 'F16',
          read: async () => {
            const data = await readTensor(file, head, tensor)
            return rotates ? reorderRotaryRows(name, data, config, 'fromGguf') : data
          },
        }
      }),
    )
  } finally {
    await file.close()
  }
}

function requireTensor(
  tensors: ReadonlyMap<string, GgufTensor>,
  name: string,
  shape: readonly number[],
): GgufTensor {
  const ggufName = ggufTensorName(name)
  const tensor = tensors.get(ggufName)
  if (!tensor) throw new ModelFileError(`The GGUF file has no tensor ${ggufName}.`)
  if (tensor.shape.join() !== shape.join())
    throw new ModelFileError(
      `${ggufName} is (${tensor.shape.join(', ')}), but the file's sizes ask for (${shape.join(', ')}).`,
    )
  return tensor
}

async function readTensor(
  file: FileHandle,
  { fileBytes }: GgufHead,
  { name, shape, type, begin }: GgufTensor,
): Promise<Float32Array> {
  const elements = shape.reduce((product, size) => product * size, 1)
  const bytes = encodedBytes(type, elements)
  if (bytes === null)
    throw new ModelFileError(
      `${name} is stored in a way that cannot be read; GGUF files in ${readableTypes.join(', ')} work.`,
    )
  if (begin + bytes > fileBytes)
    throw new ModelFileError('The GGUF file ends within its weights: it is incomplete.')
  const data = Buffer.allocUnsafe(bytes)
  let filled = 0
  while (filled < bytes) {
    const { bytesRead } = await file.read(data, filled, bytes - filled, begin + filled)
    if (bytesRead === 0) throw new ModelFileError('The GGUF file ends within its weights.')
    filled += bytesRead
  }
  const target = new Float32Array(elements)
  dequantise(type, data, target)
  return target
}

async function readConfig(
  head: GgufHead,
  tensors: ReadonlyMap<string, GgufTensor>,
  read: (tensor: GgufTensor) => Promise<Float32Array>,
): Promise<ModelConfig> {
  const { metadata } = head
  const architecture = metadata.get('general.architecture')
  const known = architectures.find((name) => name === architecture)
  if (!known)
    throw new ModelFileError(
      `The architecture ${JSON.stringify(architecture)} is not supported; GGUF files of ${architectures.join(', ')} work.`,
    )
  const number = (key: string) => {
    const value = metadata.get(`${known}.${key}`)
    return typeof value === 'number' ? value : undefined
  }
  const heads = number('attention.head_count')
  const window = number('attention.sliding_window')
  const embedding = tensors.get('token_embd.weight')
  const json = {
    // llama.cpp calls a Mistral a Llama; the window is what is left of the difference.
    model_type: known === 'llama' && window ? 'mistral' : known,
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: number('attention.head_count_kv') ?? heads,
    head_dim: number('attention.key_length'),
    vocab_size: embedding?.shape[0] ?? number('vocab_size'),
    rope_theta: number('rope.freq_base'),
    rms_norm_eps: number('attention.layer_norm_rms_epsilon'),
    max_position_embeddings: number('context_length'),
    sliding_window: window,
    tie_word_embeddings: !tensors.has('output.weight'),
    attention_bias: known === 'llama' && tensors.has('blk.0.attn_q.bias'),
    rope_scaling: plainScaling(
      metadata.get(`${known}.rope.scaling.type`),
      number('rope.scaling.factor'),
    ),
  }
  try {
    const config = parseModelConfig(json)
    const factors = tensors.get('rope_freqs.weight')
    return factors ? await withLlama3Scaling(json, config, () => read(factors)) : config
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause
    throw new ModelFileError(
      `The GGUF file does not describe a model this engine runs: ${z.prettifyError(cause)}`,
      { cause },
    )
  }
}

function plainScaling(type: unknown, factor: number | undefined): unknown {
  return type === undefined || type === 'none' ? null : { rope_type: type, factor }
}

/**
 * Llama 3.1 and later keep their scaling as one divisor per frequency. The published settings behind it differ in the
 * factor alone, which is the largest divisor; divisors that these settings do not give are refused.
 */
async function withLlama3Scaling(
  json: Readonly<Record<string, unknown>>,
  config: ModelConfig,
  readDivisors: () => Promise<Float32Array>,
): Promise<ModelConfig> {
  const divisors = await readDivisors()
  const scaled = parseModelConfig({
    ...json,
    rope_scaling: {
      rope_type: 'llama3',
      factor: Math.max(...divisors),
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    },
  })
  const plain = rotaryFrequencies(config)
  const fits = rotaryFrequencies(scaled).every(
    (frequency, index) =>
      Math.abs((plain[index] ?? 0) / frequency / (divisors[index] ?? 0) - 1) < 1e-3,
  )
  if (!fits || divisors.length !== plain.length)
    throw new ModelFileError('The GGUF file scales its positions in a way that is not supported.')
  return scaled
}
