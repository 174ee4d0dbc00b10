import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { LanguageModel } from '../../../../electron/engine/generate/languageModel.ts'
import { ModelFileError } from '../../../../electron/engine/model/modelFileError.ts'
import {
  readModelWeights,
  writeModelFolder,
} from '../../../../electron/engine/model/modelFolder.ts'
import { encodeSafetensors } from '../../../../electron/engine/model/safetensors.ts'
import { referenceLogits, tinyConfig, tinyWeights } from '../../../support/tinyModel.ts'

const ids = [1, 5, 2, 9, 10, 3, 7, 7, 0, 4]

test.each([
  ['tied', tinyConfig],
  ['untied', { ...tinyConfig, tiedEmbeddings: false }],
])('logits with a growing cache equal those of the whole sequence: %s', async (_, config) => {
  const weights = tinyWeights(config)
  const model = await LanguageModel.over(config, weights, 2)
  const named = new Map(weights.parameters.map(({ spec, data }) => [spec.name, data]))
  const reference = referenceLogits(config, named, ids)
  const size = config.vocabularySize

  const whole = await model.startSequence().appendWithAllLogits(ids)
  reference.flat().forEach((logit, index) => expect(whole[index]).toBeCloseTo(logit, 4))

  const sequence = model.startSequence()
  const other = model.startSequence()
  expect((await sequence.append(ids.slice(0, 4)))[2]).toBeCloseTo(reference[3]![2]!, 4)
  await other.append([8, 8, 8])
  const middle = await sequence.appendWithAllLogits(ids.slice(4, 7))
  reference
    .slice(4, 7)
    .flat()
    .forEach((logit, index) => expect(middle[index]).toBeCloseTo(logit, 4))
  for (let position = 7; position < ids.length; position += 1) {
    const logits = await sequence.append([ids[position]!])
    expect(logits).toHaveLength(size)
    reference[position]!.forEach((logit, id) => expect(logits[id]).toBeCloseTo(logit, 4))
  }
  expect(sequence.length).toBe(ids.length)
  await model.close()
})

test('a sequence longer than the context is refused', async () => {
  const model = await LanguageModel.over(tinyConfig, tinyWeights(), 1)
  const sequence = model.startSequence()
  await sequence.append(Array.from({ length: 32 }, () => 1))
  await expect(sequence.append([1])).rejects.toThrow(RangeError)
  await model.close()
})

// Maps keep their file by its path: one that is more than ASCII.
const parent = mkdtempSync(path.join(os.tmpdir(), 'timbre 模型 é-'))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

async function writeTiny(name: string, dtype: 'F32' | 'F16'): Promise<string> {
  const directory = path.join(parent, name)
  const content = { config: tinyConfig, weights: tinyWeights(), dtype, files: new Map() }
  await writeModelFolder(directory, content)
  return directory
}

/** bfloat16 for every other tensor, three more in front: f32 at odd places. */
async function writeMixed(): Promise<string> {
  const directory = await writeTiny('mixed', 'F32')
  const tensors = tinyWeights().parameters.map(({ spec, data }, index) => {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length)
    const halves = Uint16Array.from(words, (word) => word >>> 16)
    const isHalf = index % 2 === 0
    return {
      name: spec.name,
      shape: spec.shape,
      dtype: isHalf ? 'BF16' : 'F32',
      bytes: isHalf
        ? Buffer.from(halves.buffer)
        : Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    }
  })
  const odd = { name: 'unused', shape: [3], dtype: 'BF16', bytes: Buffer.alloc(6) }
  let position = 0
  const header: Record<string, unknown> = {}
  for (const { name, shape, dtype, bytes } of [odd, ...tensors]) {
    header[name] = { dtype, shape, data_offsets: [position, position + bytes.length] }
    position += bytes.length
  }
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  const whole = Buffer.concat([length, json, odd.bytes, ...tensors.map(({ bytes }) => bytes)])
  await writeFile(path.join(directory, 'model.safetensors'), whole)
  return directory
}

async function writeSharded(): Promise<string> {
  const directory = await writeTiny('sharded', 'F32')
  const tensors = tinyWeights().parameters.map(({ spec, data }) => ({ ...spec, data }))
  const parts = { 'a.safetensors': tensors.slice(0, 5), 'b.safetensors': tensors.slice(5) }
  for (const [name, part] of Object.entries(parts))
    await writeFile(path.join(directory, name), encodeSafetensors(part, 'F32'))
  const entries = Object.entries(parts).flatMap(([name, part]) =>
    part.map((tensor) => [tensor.name, name] as const),
  )
  const index = JSON.stringify({ weight_map: Object.fromEntries(entries) })
  await writeFile(path.join(directory, 'model.safetensors.index.json'), index)
  await rm(path.join(directory, 'model.safetensors'))
  return directory
}

async function writeLinked(): Promise<string> {
  const directory = await writeTiny('linked', 'F32')
  const file = path.join(directory, 'model.safetensors')
  await rename(file, path.join(parent, 'elsewhere.safetensors'))
  await symlink(path.join(parent, 'elsewhere.safetensors'), file)
  return directory
}

test.each([
  ['f32', () => writeTiny('f32', 'F32')],
  ['f16', () => writeTiny('f16', 'F16')],
  ['bfloat16 and f32 at odd places', writeMixed],
  ['in parts', writeSharded],
  ['behind a symbolic link', writeLinked],
])('weights straight from files answer as the same ones in memory: %s', async (_, writeFolder) => {
  const directory = await writeFolder()
  const weights = await readModelWeights(directory, tinyConfig)
  const inMemory = await LanguageModel.over(tinyConfig, weights, 1)
  const copied = await LanguageModel.copying(tinyConfig, weights, 1)
  const fromFiles = await LanguageModel.open(path.relative('.', directory), tinyConfig, 1)
  const expected = await inMemory.startSequence().appendWithAllLogits(ids)
  for (const model of [fromFiles, copied]) {
    const found = await model.startSequence().appendWithAllLogits(ids)
    expect(found).toHaveLength(expected.length)
    expected.forEach((logit, index) => expect(found[index]).toBeCloseTo(logit, 5))
    await model.close()
  }
  await inMemory.close()
})

test('a folder that is replaced while its model is open goes on answering as before', async () => {
  const directory = await writeTiny('replaced', 'F32')
  const model = await LanguageModel.open(directory, tinyConfig, 1)
  const before = await model.startSequence().append(ids)
  const weights = tinyWeights()
  weights.flat.fill(0.5)
  await writeModelFolder(directory, { config: tinyConfig, weights, dtype: 'F32', files: new Map() })
  expect(await model.startSequence().append(ids)).toEqual(before)
  await rm(directory, { recursive: true })
  expect(await model.startSequence().append(ids)).toEqual(before)
  await model.close()
})

test('a file that ends too early is refused before anything is mapped', async () => {
  const directory = await writeTiny('short', 'F32')
  const file = path.join(directory, 'model.safetensors')
  await writeFile(file, (await readFile(file)).subarray(0, -4))
  await expect(LanguageModel.open(directory, tinyConfig, 1)).rejects.toThrow(ModelFileError)
})

test('weights in memory may change between answers', async () => {
  const weights = tinyWeights()
  const model = await LanguageModel.over(tinyConfig, weights, 1)
  const before = await model.startSequence().append(ids)
  weights.flat.fill(0.01)
  expect(await model.startSequence().append(ids)).not.toEqual(before)
  await model.close()
})
