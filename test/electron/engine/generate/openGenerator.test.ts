import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  GenerationError,
  type GenerationParameters,
  type Generator,
  openGenerator,
} from '../../../../electron/engine/generate/openGenerator.ts'
import { ModelFileError } from '../../../../electron/engine/model/modelFileError.ts'
import { writeTinyModelFolder } from '../../../support/tinyModelFolder.ts'

const parameters: GenerationParameters = {
  maxNewTokens: 30,
  temperature: 1,
  topP: 1,
  topK: 0,
  doSample: true,
  repetitionPenalty: 1,
  seed: 7,
  stop: [],
}

let directory: string
let model: string
let generator: Generator
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'timbre-generate-'))
  model = await writeTinyModelFolder(directory)
  generator = await openGenerator(model, { threads: 1 })
})
afterAll(async () => {
  await generator.close()
  await rm(directory, { recursive: true })
})

async function collect(changes: Partial<GenerationParameters> = {}, signal?: AbortSignal) {
  const tokens = []
  for await (const token of generator.generate('Hé', { ...parameters, ...changes }, signal))
    tokens.push(token)
  return tokens
}

test('tokens arrive one by one; text is whole characters, in all the bytes’ decoding', async () => {
  const tokens = await collect()
  expect(tokens.length).toBeGreaterThan(1)
  expect(tokens.at(-1)?.finishReason).toBeDefined()
  const bytes = tokens.filter((token) => !token.special).map((token) => token.id)
  const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
  expect(tokens.map((token) => token.text).join('')).toBe(whole)
})

test('generations that run at the same time do not disturb each other', async () => {
  const alone = await collect({ seed: 1 })
  const together = await Promise.all([1, 2, 3].map((seed) => collect({ seed })))
  expect(together[0]).toEqual(alone)
  expect(together[1]).not.toEqual(alone)
})

test('an abort ends the iteration with its reason', async () => {
  const reason = new Error('enough')
  await expect(collect({}, AbortSignal.abort(reason))).rejects.toBe(reason)
  const controller = new AbortController()
  const received: number[] = []
  const reading = (async () => {
    const all = generator.generate('a', { ...parameters, maxNewTokens: 90 }, controller.signal)
    for await (const token of all) {
      received.push(token.id)
      controller.abort(reason)
    }
  })()
  await expect(reading).rejects.toBe(reason)
  expect(received).toHaveLength(1)
  expect((await collect()).length).toBeGreaterThan(1)
})

test('a reader may leave early', async () => {
  for await (const token of generator.generate('a', parameters)) {
    expect(token.id).toBeGreaterThanOrEqual(0)
    break
  }
  expect((await collect()).length).toBeGreaterThan(1)
})

test('a folder without a model is a ModelFileError', async () => {
  await expect(openGenerator(directory, { threads: 1 })).rejects.toThrow(ModelFileError)
})

test('a damaged tokenizer is a ModelFileError', async () => {
  const damaged = path.join(directory, 'damaged')
  await cp(model, damaged, { recursive: true })
  await writeFile(path.join(damaged, 'tokenizer.json'), '{}')
  await expect(openGenerator(damaged, { threads: 1 })).rejects.toThrow(ModelFileError)
})

test('closing ends running generations', async () => {
  const other = await openGenerator(model, { threads: 1 })
  const reading = (async () => {
    for await (const token of other.generate('a', { ...parameters, maxNewTokens: 100 }))
      if (token.id >= 0) await other.close()
  })()
  await expect(reading).rejects.toThrow(GenerationError)
})
