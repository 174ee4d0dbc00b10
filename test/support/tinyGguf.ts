/** The tiny model folder as a GGUF file, written here from the format's description and not by the app's own writer. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { readModelConfig, readModelWeights } from '../../electron/engine/model/modelFolder.ts'
import { writeTinyModelFolder } from './tinyModelFolder.ts'

const type = { uint32: 4, float32: 6, string: 8, array: 9, int32: 5 } as const

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const uint64 = (value: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
const text = (value: string) => {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint64(bytes.length), bytes])
}
const float32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}
const entry = (key: string, kind: number, value: Buffer) =>
  Buffer.concat([text(key), uint32(kind), value])
const number = (key: string, value: number) => entry(key, type.uint32, uint32(value))
const texts = (key: string, values: readonly string[]) =>
  entry(
    key,
    type.array,
    Buffer.concat([uint32(type.string), uint64(values.length), ...values.map(text)]),
  )

/** With `architecture` qwen2, no rows are reordered. */
export async function tinyGguf(
  change: { architecture?: string; entries?: readonly Buffer[] } = {},
): Promise<Buffer> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-gguf-'))
  try {
    const folder = await writeTinyModelFolder(directory)
    const config = await readModelConfig(folder)
    const weights = await readModelWeights(folder, config)
    const tokenizer = JSON.parse(await readFile(path.join(folder, 'tokenizer.json'), 'utf8')) as {
      model: { vocab: Record<string, number> }
      added_tokens: { id: number; content: string }[]
    }
    const tokens: string[] = []
    for (const [token, id] of Object.entries(tokenizer.model.vocab)) tokens[id] = token
    for (const { id, content } of tokenizer.added_tokens) tokens[id] = content
    const addedIds = new Set(tokenizer.added_tokens.map(({ id }) => id))
    const types = tokens.map((_, id) => (addedIds.has(id) ? 3 : 1))
    const architecture = change.architecture ?? 'llama'
    const entries = [
      entry('general.architecture', type.string, text(architecture)),
      number(`${architecture}.context_length`, config.maxPositions),
      number(`${architecture}.embedding_length`, config.hiddenSize),
      number(`${architecture}.block_count`, config.layers),
      number(`${architecture}.feed_forward_length`, config.intermediateSize),
      number(`${architecture}.attention.head_count`, config.heads),
      number(`${architecture}.attention.head_count_kv`, config.keyValueHeads),
      entry(
        `${architecture}.attention.layer_norm_rms_epsilon`,
        type.float32,
        float32(config.rmsNormEpsilon),
      ),
      entry(`${architecture}.rope.freq_base`, type.float32, float32(config.ropeTheta)),
      entry('tokenizer.ggml.model', type.string, text('gpt2')),
      entry('tokenizer.ggml.pre', type.string, text('gpt-2')),
      texts('tokenizer.ggml.tokens', tokens),
      entry(
        'tokenizer.ggml.token_type',
        type.array,
        Buffer.concat([uint32(type.int32), uint64(types.length), ...types.map(uint32)]),
      ),
      texts('tokenizer.ggml.merges', []),
      number('tokenizer.ggml.eos_token_id', tokenizer.added_tokens[0]!.id),
      ...(change.entries ?? []),
    ]
    const names: Readonly<Record<string, string>> = {
      'model.embed_tokens.weight': 'token_embd.weight',
      'model.norm.weight': 'output_norm.weight',
    }
    const part: Readonly<Record<string, string>> = {
      input_layernorm: 'attn_norm',
      post_attention_layernorm: 'ffn_norm',
      q_proj: 'attn_q',
      k_proj: 'attn_k',
      v_proj: 'attn_v',
      o_proj: 'attn_output',
      gate_proj: 'ffn_gate',
      up_proj: 'ffn_up',
      down_proj: 'ffn_down',
    }
    const infos: Buffer[] = []
    const data: Buffer[] = []
    let offset = 0
    for (const { spec, data: values } of weights.parameters) {
      const pieces = spec.name.split('.')
      const name = names[spec.name] ?? `blk.${pieces[2]}.${part[pieces.at(-2)!]}.weight`
      const [rows, columns] = spec.shape
      // ggml names the fastest dimension first.
      const dimensions = columns === undefined ? [rows!] : [columns, rows!]
      infos.push(
        Buffer.concat([
          text(name),
          uint32(dimensions.length),
          ...dimensions.map(uint64),
          uint32(0),
          uint64(offset),
        ]),
      )
      const isRotated = architecture === 'llama' && /[qk]_proj/.test(spec.name)
      const ordered = Float32Array.from(values)
      if (isRotated) {
        const { headSize } = config
        for (let row = 0; row < rows!; row += 1) {
          const head = Math.floor(row / headSize)
          const within = row % headSize
          const from = head * headSize + (within % 2) * (headSize / 2) + Math.floor(within / 2)
          ordered.set(values.subarray(from * columns!, (from + 1) * columns!), row * columns!)
        }
      }
      const bytes = Buffer.from(ordered.buffer)
      const padded = Buffer.alloc(Math.ceil(bytes.length / 32) * 32)
      bytes.copy(padded)
      data.push(padded)
      offset += padded.length
    }
    const head = Buffer.concat([
      Buffer.from('GGUF'),
      uint32(3),
      uint64(infos.length),
      uint64(entries.length),
      ...entries,
      ...infos,
    ])
    const aligned = Buffer.alloc(Math.ceil(head.length / 32) * 32)
    head.copy(aligned)
    return Buffer.concat([aligned, ...data])
  } finally {
    await rm(directory, { recursive: true })
  }
}
