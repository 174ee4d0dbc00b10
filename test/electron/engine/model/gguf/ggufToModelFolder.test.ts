import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ggufToModelFolder } from '../../../../../electron/engine/model/gguf/ggufToModelFolder.ts'
import { ModelFileError } from '../../../../../electron/engine/model/modelFileError.ts'
import {
  readModelConfig,
  readModelWeights,
} from '../../../../../electron/engine/model/modelFolder.ts'
import { loadTokenizer } from '../../../../../electron/engine/model/tokenizer.ts'
import { tinyGguf } from '../../../../support/tinyGguf.ts'
import {
  byteModelConfig,
  endOfTextId,
  writeTinyModelFolder,
} from '../../../../support/tinyModelFolder.ts'

let parent: string
beforeEach(async () => {
  parent = await mkdtemp(path.join(os.tmpdir(), 'timbre-gguf-'))
})
afterEach(() => rm(parent, { recursive: true }))

async function convert(bytes: Uint8Array): Promise<string> {
  const file = path.join(parent, 'model.gguf')
  const directory = path.join(parent, 'converted')
  await writeFile(file, bytes)
  await mkdir(directory, { recursive: true })
  await ggufToModelFolder(file, directory)
  return directory
}

test('weights, sizes and tokens come back, rotary rows in their order', async () => {
  const original = await writeTinyModelFolder(parent)
  const expected = await readModelWeights(original, byteModelConfig)
  const directory = await convert(await tinyGguf())
  const config = await readModelConfig(directory)
  expect(config).toEqual({ ...byteModelConfig, rmsNormEpsilon: Math.fround(1e-5) })
  expect((await readModelWeights(directory, config)).flat).toEqual(expected.flat)
  const tokenizer = await loadTokenizer(directory)
  expect(tokenizer.endOfTextId).toBe(endOfTextId)
  expect(tokenizer.encode('Hello, 灯')).toEqual((await loadTokenizer(original)).encode('Hello, 灯'))
})

test('a tensor that the architecture needs and the file lacks is named', async () => {
  await expect(convert(await tinyGguf({ architecture: 'qwen2' }))).rejects.toThrow(
    /no tensor blk\.0\.attn_q\.bias/,
  )
})

test('a foreign architecture is named with those that work', async () => {
  await expect(convert(await tinyGguf({ architecture: 'falcon' }))).rejects.toThrow(
    /"falcon" is not supported; GGUF files of llama, qwen2, qwen3 work/,
  )
})

test('every truncation is refused with a ModelFileError', async () => {
  const whole = await tinyGguf()
  for (let length = 0; length < whole.length; length += 997)
    await expect(convert(whole.subarray(0, length)), `${length}`).rejects.toThrow(ModelFileError)
})

test('no damaged head gets past the checks as anything but a ModelFileError', async () => {
  const whole = await tinyGguf()
  let refused = 0
  for (let round = 0; round < 300; round += 1) {
    const damaged = Buffer.from(whole)
    const at = (round * 37) % 2000
    damaged[at] = (damaged[at]! + 1 + (round % 255)) % 256
    await convert(damaged).catch((error: unknown) => {
      if (!(error instanceof ModelFileError)) throw error
      refused += 1
    })
  }
  expect(refused).toBeGreaterThan(50)
})
