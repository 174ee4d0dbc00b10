/** A model folder of a few kilobytes with a byte-level tokenizer: token id = byte value, then two special tokens. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ModelConfig } from '../../electron/engine/model/config.ts'
import { initializeWeights } from '../../electron/engine/model/initialization.ts'
import { writeModelFolder } from '../../electron/engine/model/modelFolder.ts'
import { ParameterBlock, parameterSpecs } from '../../electron/engine/model/parameters.ts'

export const endOfTextId = 256

export const byteModelConfig: ModelConfig = {
  hiddenSize: 32,
  intermediateSize: 48,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 8,
  vocabularySize: 258,
  ropeTheta: 10000,
  rmsNormEpsilon: 1e-5,
  maxPositions: 128,
  tiedEmbeddings: true,
  modelType: 'llama',
  ropeScaling: null,
  attentionBias: 'none',
  headNorms: false,
}

/** GPT-2's printable stand-in for each byte, as byte-level vocabularies spell them. */
function byteSymbols(): string[] {
  let extra = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255)
    if (printable) return String.fromCodePoint(byte)
    extra += 1
    return String.fromCodePoint(extra - 1)
  })
}

function tokenizerJson(): unknown {
  const special = (id: number, content: string) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })
  const specials = ['<|endoftext|>', '<|pad|>']
  const vocabulary = [...byteSymbols(), ...specials].map((token, id) => [token, id] as const)
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((content, index) => special(endOfTextId + index, content)),
    normalizer: null,
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(vocabulary),
      merges: [],
    },
  }
}

export const tinyTemplate = { prompt: 'Q: {prompt}\nA: ', completion: '{completion}' }

/** Writes the folder and returns its path. */
export async function writeTinyModelFolder(parent: string): Promise<string> {
  const directory = path.join(parent, 'tiny-base')
  const weights = new ParameterBlock(parameterSpecs(byteModelConfig))
  initializeWeights(weights, byteModelConfig, 3)
  await writeModelFolder(directory, {
    config: byteModelConfig,
    weights,
    dtype: 'F16',
    files: new Map([
      ['tokenizer.json', JSON.stringify(tokenizerJson())],
      ['template.json', JSON.stringify(tinyTemplate)],
      ['README.md', '# Tiny\n'],
    ]),
  })
  return directory
}

/** Writes examples as JSONL and returns the file's path. */
export async function writeExamples(
  directory: string,
  name: string,
  examples: readonly { prompt: string; completion: string }[],
): Promise<string> {
  await mkdir(directory, { recursive: true })
  const file = path.join(directory, name)
  await writeFile(file, examples.map((example) => `${JSON.stringify(example)}\n`).join(''))
  return file
}
