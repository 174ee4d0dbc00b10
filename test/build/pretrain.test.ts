import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelConfigJson } from '../../electron/engine/model/config.ts'
import { readModelConfig, readModelWeights } from '../../electron/engine/model/modelFolder.ts'
import { mulberry32 } from '../../electron/engine/random.ts'
import { tinyConfig } from '../support/tinyModel.ts'

let directory: string
let configFile: string

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'timbre-pretrain-'))
  const corpus = path.join(directory, 'corpus')
  await mkdir(corpus)
  // Each token is mostly the last one plus one: far easier than chance.
  const random = mulberry32(1)
  let token = 0
  const tokens = Uint16Array.from({ length: 5000 }, () => {
    token = random() < 0.9 ? (token + 1) % 11 : Math.floor(random() * 11)
    return token
  })
  await writeFile(path.join(corpus, 'train.bin'), tokens.subarray(0, 4000))
  await writeFile(path.join(corpus, 'validation.bin'), tokens.subarray(4000))
  await writeFile(path.join(corpus, 'tokenizer.json'), '{}')
  configFile = path.join(directory, 'pretrain.json')
  const settings = {
    corpus,
    output: path.join(directory, 'model'),
    checkpoint: path.join(directory, 'checkpoint'),
    batch: 4,
    length: 16,
    learningRate: 0.01,
    validationRows: 16,
    model: modelConfigJson(tinyConfig),
  }
  await writeFile(configFile, JSON.stringify(settings))
})
afterAll(() => rm(directory, { recursive: true }))

async function pretrain(...options: string[]): Promise<string> {
  const script = path.join(import.meta.dirname, '../../build/pretrain.ts')
  const child = spawn(
    process.execPath,
    [script, '--config', configFile, '--threads', '1', ...options],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(child.exitCode).toBe(0)
  return output
}

const validationLoss = (output: string) => Number(/validation_loss=([\d.]+)/.exec(output)?.[1])

test('a model learns within its minutes and is written; resuming goes on from its checkpoint', async () => {
  const output = await pretrain('--minutes', '0.12')
  const loss = validationLoss(output)
  expect(loss).toBeLessThan(1.5)
  const folder = path.join(directory, 'model')
  const config = await readModelConfig(folder)
  expect(config).toEqual(tinyConfig)
  await readModelWeights(folder, config)

  const resumed = await pretrain('--minutes', '0', '--resume')
  expect(validationLoss(resumed)).toBe(loss)
  expect(/step=(\d+)/.exec(resumed)?.[1]).toBe(/step=(\d+) validation/.exec(output)?.[1])
})
