/** A model folder -> a GGUF file that llama.cpp runs, its tokenizer and prompt template inside. */
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { type PromptTemplate, promptTemplateSchema } from '../../../../shared/promptTemplate.ts'
import type { ModelConfig } from '../config.ts'
import { rotaryFrequencies } from '../config.ts'
import { ModelFileError } from '../modelFileError.ts'
import { readModelConfig, readModelTokenizer, readModelWeights } from '../modelFolder.ts'
import { readTokenizerConfig } from '../tokenizerConfig.ts'
import { encodedBytes } from './dequantise.ts'
import { ggufTensorName, reorderRotaryRows } from './ggufNames.ts'
import { preTokenizerName, tokenType } from './ggufTokenizer.ts'
import { encodeGgufHead, type GgufEntry, ggufPadding } from './ggufWriter.ts'
import { encodeElements, ggmlType, type GgufPrecision, storedType } from './quantise.ts'

const fileType = { f16: 1, q8_0: 7 } as const

const tokenizerSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: z.number(), content: z.string(), special: z.boolean() }))
    .default([]),
  pre_tokenizer: z.unknown(),
  model: z.looseObject({
    vocab: z.record(z.string(), z.number()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
})

/** @throws ModelFileError for a tokenizer that llama.cpp has no name for */
export async function modelFolderToGguf(
  directory: string,
  file: string,
  { name, precision }: { readonly name: string; readonly precision: GgufPrecision },
): Promise<void> {
  const config = await readModelConfig(directory)
  const weights = await readModelWeights(directory, config)
  const architecture = config.modelType === 'mistral' ? 'llama' : config.modelType
  const parts = weights.parameters.map(({ spec, data }) => {
    const type = storedType(spec.shape, precision)
    const plan = {
      name: ggufTensorName(spec.name),
      shape: spec.shape,
      type,
      // Every type that storedType gives has a size for the shapes it gives it for.
      bytes: encodedBytes(type, data.length) ?? 0,
    }
    const read = () =>
      architecture === 'llama' ? reorderRotaryRows(spec.name, data, config, 'toGguf') : data
    return { plan, read }
  })
  const divisors = rotaryDivisors(config)
  if (divisors)
    parts.push({
      plan: {
        name: 'rope_freqs.weight',
        shape: [divisors.length],
        type: ggmlType.f32,
        bytes: divisors.byteLength,
      },
      read: () => divisors,
    })
  const entries = new Map<string, GgufEntry>([
    ['general.architecture', { type: 'string', value: architecture }],
    ['general.name', { type: 'string', value: name }],
    ['general.file_type', { type: 'uint32', value: fileType[precision] }],
    ...shapeEntries(architecture, config),
    ...(await tokenizerEntries(directory, config)),
  ])
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(
      encodeGgufHead(
        entries,
        parts.map(({ plan }) => plan),
      ),
    )
    for (const { plan, read } of parts) {
      await handle.writeFile(encodeElements(plan.type, read()))
      await handle.writeFile(ggufPadding(plan.bytes))
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function shapeEntries(architecture: string, config: ModelConfig): [string, GgufEntry][] {
  const whole = (key: string, value: number): [string, GgufEntry] => [
    `${architecture}.${key}`,
    { type: 'uint32', value },
  ]
  const real = (key: string, value: number): [string, GgufEntry] => [
    `${architecture}.${key}`,
    { type: 'float32', value },
  ]
  const { ropeScaling } = config
  return [
    whole('context_length', config.maxPositions),
    whole('embedding_length', config.hiddenSize),
    whole('block_count', config.layers),
    whole('feed_forward_length', config.intermediateSize),
    whole('attention.head_count', config.heads),
    whole('attention.head_count_kv', config.keyValueHeads),
    whole('attention.key_length', config.headSize),
    whole('attention.value_length', config.headSize),
    whole('rope.dimension_count', config.headSize),
    whole('vocab_size', config.vocabularySize),
    real('attention.layer_norm_rms_epsilon', config.rmsNormEpsilon),
    real('rope.freq_base', config.ropeTheta),
    ...(ropeScaling?.type === 'linear'
      ? [
          [`${architecture}.rope.scaling.type`, { type: 'string', value: 'linear' }] as [
            string,
            GgufEntry,
          ],
          real('rope.scaling.factor', ropeScaling.factor),
        ]
      : []),
  ]
}

/** What llama.cpp divides each frequency by, where Llama 3's rule scales them. */
function rotaryDivisors(config: ModelConfig): Float32Array | null {
  if (config.ropeScaling?.type !== 'llama3') return null
  const plain = rotaryFrequencies({ ...config, ropeScaling: null })
  return Float32Array.from(rotaryFrequencies(config), (scaled, index) => {
    return (plain[index] ?? 0) / scaled
  })
}

async function tokenizerEntries(
  directory: string,
  config: ModelConfig,
): Promise<[string, GgufEntry][]> {
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(path.join(directory, name), 'utf8'))
  const parsed = tokenizerSchema.safeParse(await read('tokenizer.json'))
  if (!parsed.success) throw new ModelFileError('tokenizer.json cannot be written as GGUF.')
  const { model, added_tokens: added, pre_tokenizer: preTokenizer } = parsed.data
  const tokens = Array.from({ length: config.vocabularySize }, (_, id) => `[PAD${id}]`)
  const types = new Array<number>(config.vocabularySize).fill(tokenType.unused)
  for (const [token, id] of Object.entries(model.vocab)) {
    tokens[id] = token
    types[id] = tokenType.normal
  }
  for (const { id, content, special } of added) {
    tokens[id] = content
    types[id] = special ? tokenType.control : tokenType.userDefined
  }
  const tokenizer = await readModelTokenizer(directory, config)
  const { beginOfText, chatTemplate } = await readTokenizerConfig(directory)
  const template = promptTemplateSchema.parse(await read('template.json'))
  const begin = beginOfText === null ? -1 : tokens.indexOf(beginOfText)
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: preTokenizerName(preTokenizer) }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'int32s', value: types }],
    [
      'tokenizer.ggml.merges',
      {
        type: 'strings',
        value: model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
      },
    ],
    ['tokenizer.ggml.eos_token_id', { type: 'uint32', value: tokenizer.endOfTextId }],
    ['tokenizer.ggml.padding_token_id', { type: 'uint32', value: tokenizer.padId }],
    ...(begin < 0
      ? []
      : [['tokenizer.ggml.bos_token_id', { type: 'uint32', value: begin }] as [string, GgufEntry]]),
    // The template says where a text begins; nothing is put before it.
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
    [
      'tokenizer.chat_template',
      {
        type: 'string',
        value: chatTemplate ?? chatTemplateOf(template, tokens[tokenizer.endOfTextId] ?? ''),
      },
    ],
  ]
}

/** A plain template as Jinja, so that programs that hold conversations ask as the model was trained. */
function chatTemplateOf({ prompt }: PromptTemplate, endOfText: string): string {
  const [before = '', after = ''] = prompt.split('{prompt}')
  const quoted = (text: string) => `{{ ${JSON.stringify(text)} }}`
  return (
    `{% for message in messages %}{% if message['role'] == 'assistant' %}{{ message['content'] }}${quoted(endOfText)}` +
    `{% else %}${quoted(before)}{{ message['content'] }}${quoted(after)}{% endif %}{% endfor %}`
  )
}
