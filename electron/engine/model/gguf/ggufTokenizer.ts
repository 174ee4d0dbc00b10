/** The tokenizer inside a GGUF file -> Hugging Face's tokenizer.json and tokenizer_config.json. */
import { z } from 'zod'
import { ModelFileError } from '../modelFileError.ts'
import type { GgufValue } from './ggufFile.ts'

export const tokenType = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const

const metadataSchema = z.object({
  'tokenizer.ggml.model': z.string(),
  'tokenizer.ggml.pre': z.string().default('default'),
  'tokenizer.ggml.tokens': z.array(z.string()),
  'tokenizer.ggml.token_type': z.array(z.number()).optional(),
  'tokenizer.ggml.merges': z.array(z.string()),
  'tokenizer.ggml.bos_token_id': z.number().optional(),
  'tokenizer.ggml.eos_token_id': z.number().optional(),
  'tokenizer.ggml.add_bos_token': z.boolean().default(false),
  'tokenizer.chat_template': z.string().optional(),
})

const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
})
const split = (pattern: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    byteLevel(false),
  ],
})
/** Published in Llama 3's and Qwen 2's tokenizer.json; they differ in how many digits make a piece. */
const wordPattern = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`

interface PreTokenizer {
  readonly preTokenizer: unknown
  readonly normalizer: unknown
  readonly ignoresMerges: boolean
}

const plain = { normalizer: null, ignoresMerges: false }
const gpt2: PreTokenizer = { ...plain, preTokenizer: byteLevel(true) }
const singleDigits: PreTokenizer = {
  ...plain,
  preTokenizer: {
    type: 'Sequence',
    pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)],
  },
}
const llama3: PreTokenizer = {
  normalizer: null,
  ignoresMerges: true,
  preTokenizer: split(wordPattern('\\p{N}{1,3}')),
}
const qwen2: PreTokenizer = {
  normalizer: { type: 'NFC' },
  ignoresMerges: false,
  preTokenizer: split(wordPattern('\\p{N}')),
}

/** By llama.cpp's names. */
const preTokenizers: Readonly<Record<string, PreTokenizer>> = {
  default: gpt2,
  'gpt-2': gpt2,
  smollm: singleDigits,
  starcoder: singleDigits,
  'llama-bpe': llama3,
  'llama-v3': llama3,
  llama3,
  qwen2,
  'deepseek-r1-qwen': qwen2,
}

/**
 * llama.cpp's name for the way a tokenizer.json splits text. Throws ModelFileError where it has none that this engine
 * knows.
 */
export function preTokenizerName(preTokenizer: unknown): string {
  const wanted = splitKey(preTokenizer)
  for (const [name, kind] of Object.entries(preTokenizers))
    // "default" is llama.cpp's guess for files that name none.
    if (name !== 'default' && splitKey(kind.preTokenizer) === wanted) return name
  throw new ModelFileError('llama.cpp has no name for the way this tokenizer splits text.')
}

/** What of a pre-tokenizer decides where it splits. */
function splitKey(preTokenizer: unknown): string {
  const list = splitSchema.safeParse(preTokenizer)
  if (!list.success) return ''
  return JSON.stringify(
    list.data.map(({ type, pattern, individual_digits, use_regex }) => [
      type,
      pattern?.Regex ?? null,
      individual_digits ?? null,
      type === 'ByteLevel' ? (use_regex ?? true) : null,
    ]),
  )
}

const stepSchema = z.looseObject({
  type: z.string(),
  pattern: z.object({ Regex: z.string() }).optional(),
  individual_digits: z.boolean().optional(),
  use_regex: z.boolean().optional(),
})
const splitSchema = z.union([
  z
    .looseObject({ type: z.literal('Sequence'), pretokenizers: z.array(stepSchema) })
    .transform(({ pretokenizers }) => pretokenizers),
  stepSchema.transform((step) => [step]),
])

export interface GgufTokenizer {
  /** Values of tokenizer.json and tokenizer_config.json. */
  readonly tokenizer: unknown
  readonly tokenizerConfig: unknown
}

/** @throws ModelFileError */
export function readGgufTokenizer(metadata: ReadonlyMap<string, GgufValue>): GgufTokenizer {
  const model = metadata.get('tokenizer.ggml.model')
  if (model === undefined)
    throw new ModelFileError('The GGUF file has no tokenizer: choose one that was converted whole.')
  if (model !== 'gpt2')
    throw new ModelFileError(
      `The GGUF file's tokenizer is of the kind ${JSON.stringify(model)}; byte-level BPE ("gpt2"), as in Llama 3, Qwen and SmolLM, works.`,
    )
  const parsed = metadataSchema.safeParse(Object.fromEntries(metadata))
  if (!parsed.success)
    throw new ModelFileError(
      `The GGUF file's tokenizer is damaged: ${z.prettifyError(parsed.error)}`,
    )
  const data = parsed.data
  const pre = data['tokenizer.ggml.pre']
  const kind = preTokenizers[pre]
  if (!kind)
    throw new ModelFileError(
      `The GGUF file splits text as ${JSON.stringify(pre)} does, which is not supported; ${Object.keys(preTokenizers).join(', ')} are.`,
    )
  const tokens = data['tokenizer.ggml.tokens']
  const types = data['tokenizer.ggml.token_type'] ?? []
  const isAdded = (id: number) =>
    types[id] === tokenType.control || types[id] === tokenType.userDefined
  const vocab: Record<string, number> = {}
  const added: unknown[] = []
  for (const [id, content] of tokens.entries()) {
    if (isAdded(id)) {
      const special = types[id] === tokenType.control
      added.push({
        id,
        content,
        special,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
      })
    } else vocab[content] = id
  }
  const nameOf = (id: number | undefined) => (id === undefined ? null : (tokens[id] ?? null))
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: kind.normalizer,
      pre_tokenizer: kind.preTokenizer,
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: kind.ignoresMerges,
        vocab,
        merges: data['tokenizer.ggml.merges'],
      },
    },
    tokenizerConfig: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: nameOf(data['tokenizer.ggml.bos_token_id']),
      eos_token: nameOf(data['tokenizer.ggml.eos_token_id']),
      add_bos_token: data['tokenizer.ggml.add_bos_token'],
      ...(data['tokenizer.chat_template'] === undefined
        ? {}
        : { chat_template: data['tokenizer.chat_template'] }),
    },
  }
}
