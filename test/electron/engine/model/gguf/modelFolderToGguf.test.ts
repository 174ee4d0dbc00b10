import { gguf } from '@huggingface/gguf'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ggufToModelFolder } from '../../../../../electron/engine/model/gguf/ggufToModelFolder.ts'
import { modelFolderToGguf } from '../../../../../electron/engine/model/gguf/modelFolderToGguf.ts'
import {
  readModelConfig,
  readModelWeights,
  writeModelFolder,
} from '../../../../../electron/engine/model/modelFolder.ts'
import { ModelFileError } from '../../../../../electron/engine/model/modelFileError.ts'
import { ParameterBlock, parameterSpecs } from '../../../../../electron/engine/model/parameters.ts'
import { loadTokenizer } from '../../../../../electron/engine/model/tokenizer.ts'
import { readTokenizerConfig } from '../../../../../electron/engine/model/tokenizerConfig.ts'
import { promptTemplateOf } from '../../../../../electron/engine/model/chatTemplate.ts'
import { fillWithReferenceWeights } from '../../../../support/referenceModels.ts'
import {
  byteModelConfig,
  tinyTemplate,
  writeTinyModelFolder,
} from '../../../../support/tinyModelFolder.ts'

let parent: string
let folder: string
let file: string
beforeEach(async () => {
  parent = await mkdtemp(path.join(os.tmpdir(), 'timbre-export-'))
  folder = await writeTinyModelFolder(parent)
  file = path.join(parent, 'model.gguf')
})
afterEach(() => rm(parent, { recursive: true }))

async function roundTrip(source: string, precision: 'f16' | 'q8_0'): Promise<string> {
  await modelFolderToGguf(source, file, { name: 'tiny', precision })
  const back = path.join(parent, 'back')
  await cp(source, back, { recursive: true })
  await ggufToModelFolder(file, back)
  return back
}

test('halves come back to the last bit, with tokens and template', async () => {
  const back = await roundTrip(folder, 'f16')
  const config = await readModelConfig(back)
  expect((await readModelWeights(back, config)).flat).toEqual(
    (await readModelWeights(folder, config)).flat,
  )
  const text = 'Grüße, 42 灯泡!'
  expect((await loadTokenizer(back)).encode(text)).toEqual(
    (await loadTokenizer(folder)).encode(text),
  )
  expect(promptTemplateOf(await readTokenizerConfig(back))).toEqual(tinyTemplate)
})

test('8 bits keep every weight near half a level of its block', async () => {
  const before = (await readModelWeights(folder, byteModelConfig)).parameters
  const after = (await readModelWeights(await roundTrip(folder, 'q8_0'), byteModelConfig))
    .parameters
  before.forEach(({ data }, index) => {
    for (let block = 0; block < data.length; block += 32) {
      const values = data.subarray(block, block + 32)
      const level = Math.max(...values.map(Math.abs)) / 127
      values.forEach((value, at) =>
        expect(Math.abs(after[index]!.data[block + at]! - value)).toBeLessThan(level * 0.65),
      )
    }
  })
})

test.each([
  ['qwen3', { modelType: 'qwen3', headNorms: true }],
  ['qwen2', { modelType: 'qwen2', attentionBias: 'queryKeyValue' }],
  [
    'llama 3 with scaled positions',
    {
      ropeTheta: 500_000,
      ropeScaling: {
        type: 'llama3',
        factor: 8,
        lowFrequencyFactor: 1,
        highFrequencyFactor: 4,
        originalMaxPositions: 8192,
      },
    },
  ],
] as const)('a %s comes back', async (_, change) => {
  const config = { ...byteModelConfig, ...change }
  const weights = new ParameterBlock(parameterSpecs(config))
  fillWithReferenceWeights(weights)
  const other = path.join(parent, 'other')
  const files = new Map<string, string>()
  for (const name of ['tokenizer.json', 'template.json'])
    files.set(name, await readFile(path.join(folder, name), 'utf8'))
  await writeModelFolder(other, { config, weights, dtype: 'F16', files })
  const back = await roundTrip(other, 'f16')
  const found = await readModelConfig(back)
  expect({ ...found, rmsNormEpsilon: 0 }).toEqual({ ...config, rmsNormEpsilon: 0 })
  expect((await readModelWeights(back, found)).flat).toEqual(
    (await readModelWeights(other, config)).flat,
  )
})

test('a reader that is not ours finds the same tensors and facts', async () => {
  await modelFolderToGguf(folder, file, { name: 'tiny', precision: 'q8_0' })
  const { metadata, tensorInfos } = await gguf(file, { allowLocalFile: true })
  expect(metadata).toMatchObject({
    version: 3,
    'general.architecture': 'llama',
    'general.name': 'tiny',
    'llama.embedding_length': 32,
    'tokenizer.ggml.pre': 'gpt-2',
  })
  expect(Reflect.get(metadata, 'tokenizer.ggml.tokens')).toHaveLength(258)
  const embedding = tensorInfos.find(({ name }) => name === 'token_embd.weight')
  expect(embedding).toMatchObject({ shape: [32n, 258n], dtype: 8 })
  expect(tensorInfos).toHaveLength(parameterSpecs(byteModelConfig).length)
})

test('a tokenizer that llama.cpp has no name for is refused', async () => {
  const name = path.join(folder, 'tokenizer.json')
  const json = JSON.parse(await readFile(name, 'utf8')) as { pre_tokenizer: { use_regex: boolean } }
  json.pre_tokenizer.use_regex = false
  await writeFile(name, JSON.stringify(json))
  await expect(roundTrip(folder, 'f16')).rejects.toThrow(ModelFileError)
})
