import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { modelConfigJson, parseModelConfig } from '../../../../electron/engine/model/config.ts'
import { ModelFileError } from '../../../../electron/engine/model/modelFileError.ts'
import {
  readModelConfig,
  readModelWeights,
  writeModelFolder,
} from '../../../../electron/engine/model/modelFolder.ts'
import { encodeSafetensors } from '../../../../electron/engine/model/safetensors.ts'
import { tinyConfig, tinyWeights } from '../../../support/tinyModel.ts'

let parent: string
let directory: string
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'timbre-model-'))
  directory = path.join(parent, 'model')
})
afterEach(() => rm(parent, { recursive: true }))

const write = (files: ReadonlyMap<string, string> = new Map()) =>
  writeModelFolder(directory, { config: tinyConfig, weights: tinyWeights(), dtype: 'F32', files })

test('a folder comes back as written', async () => {
  await write(new Map([['template.json', '{}']]))
  const config = await readModelConfig(directory)
  expect(config).toEqual(tinyConfig)
  expect((await readModelWeights(directory, config)).flat).toEqual(tinyWeights().flat)
  expect((await readdir(directory)).sort()).toEqual([
    'config.json',
    'model.safetensors',
    'template.json',
  ])
})

test('a second write takes the first one’s place and leaves nothing beside it', async () => {
  await write(new Map([['README.md', 'old']]))
  await write()
  expect(await readdir(parent)).toEqual(['model'])
  expect(await readdir(directory)).not.toContain('README.md')
})

test('weights that a half cannot hold are refused and the old folder stays', async () => {
  await write()
  const weights = tinyWeights()
  weights.flat[7] = 1e6
  const content = { config: tinyConfig, weights, dtype: 'F16' as const, files: new Map() }
  await expect(writeModelFolder(directory, content)).rejects.toThrow(ModelFileError)
  expect((await readModelWeights(directory, tinyConfig)).flat).toEqual(tinyWeights().flat)
})

test('weights of another shape than config.json says are refused', async () => {
  await write()
  const other = { ...tinyConfig, intermediateSize: 32 }
  await expect(readModelWeights(directory, other)).rejects.toThrow(/asks for/)
})

test('a missing weight is named', async () => {
  await write()
  const deeper = { ...tinyConfig, layers: 3 }
  await expect(readModelWeights(directory, deeper)).rejects.toThrow(/model\.layers\.2\./)
})

test('weights in several parts are read through their index', async () => {
  await write()
  const whole = await readModelWeights(directory, tinyConfig)
  const tensors = whole.parameters.map(({ spec, data }) => ({ ...spec, data }))
  const parts = {
    'model-1.safetensors': tensors.slice(0, 5),
    'model-2.safetensors': tensors.slice(5),
  }
  const weightMap: Record<string, string> = {}
  for (const [name, content] of Object.entries(parts)) {
    await writeFile(path.join(directory, name), encodeSafetensors(content, 'F32'))
    for (const tensor of content) weightMap[tensor.name] = name
  }
  await rm(path.join(directory, 'model.safetensors'))
  const index = path.join(directory, 'model.safetensors.index.json')
  await writeFile(index, JSON.stringify({ weight_map: weightMap }))
  expect((await readModelWeights(directory, tinyConfig)).flat).toEqual(whole.flat)

  await rm(path.join(directory, 'model-2.safetensors'))
  await expect(readModelWeights(directory, tinyConfig)).rejects.toThrow(/model-2/)
  await writeFile(index, JSON.stringify({ weight_map: { a: '../../secret.safetensors' } }))
  await expect(readModelWeights(directory, tinyConfig)).rejects.toThrow(/does not list/)
})

test('a missing or broken file is a ModelFileError', async () => {
  await expect(readModelConfig(directory)).rejects.toThrow(ModelFileError)
  await write()
  await writeFile(path.join(directory, 'config.json'), '{')
  await expect(readModelConfig(directory)).rejects.toThrow(ModelFileError)
  const weights = path.join(directory, 'model.safetensors')
  await writeFile(weights, (await readFile(weights)).subarray(0, 400))
  await expect(readModelWeights(directory, tinyConfig)).rejects.toThrow(ModelFileError)
})

const json = modelConfigJson(tinyConfig)

test.each<[string, Record<string, unknown>]>([
  ['another architecture', { model_type: 'gpt2' }],
  ['rotary positions scaled in an unknown way', { rope_scaling: { type: 'yarn', factor: 2 } }],
  ['biases in the feed-forward', { mlp_bias: true }],
  ['heads that do not divide', { num_attention_heads: 3, head_dim: null, hidden_size: 16 }],
  ['key-value heads that do not divide', { num_key_value_heads: 3 }],
  ['a negative size', { hidden_size: -16 }],
  ['a missing size', { vocab_size: undefined }],
])('a config with %s is refused', (_, change) => {
  expect(() => parseModelConfig({ ...json, ...change })).toThrow()
})

test('fields left out take the defaults of the format', () => {
  const { num_key_value_heads, head_dim, rms_norm_eps, tie_word_embeddings, ...rest } = json
  expect([num_key_value_heads, head_dim, rms_norm_eps, tie_word_embeddings]).toHaveLength(4)
  expect(parseModelConfig(rest)).toMatchObject({
    keyValueHeads: 4,
    headSize: 4,
    rmsNormEpsilon: 1e-6,
    tiedEmbeddings: false,
  })
})
