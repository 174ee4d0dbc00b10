import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  createBertScorer,
  encoderSource,
  type BertScorer,
} from '../../../../electron/evaluation/scoringModels/bertScorer.ts'
import { aBinMark } from '../../../support/binMark.ts'
import { startHubDouble, type HubDouble } from '../../../support/huggingFaceHub.ts'

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures')
const multilingual = path.join(fixtures, 'encoder-multilingual')

let root: string
let hub: HubDouble
let scorer: BertScorer
let bin: ReturnType<typeof aBinMark>
let progress: unknown[]
let isInUse: boolean

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'timbre-encoder-'))
  hub = await startHubDouble()
  bin = aBinMark()
  progress = []
  isInUse = false
  scorer = createBertScorer({
    directory: path.join(root, 'encoder'),
    address: async () => ({ url: hub.url, token: null }),
    onProgress: (one) => progress.push(one),
    bin,
    isInUse: () => isInUse,
  })
})

afterEach(async () => {
  await scorer.close()
  await hub.close()
  await rm(root, { recursive: true, force: true })
})

/** The repository as it stands on the Hub: the weights in a folder, in several precisions. */
async function publish(without?: string): Promise<void> {
  const read = (name: string) => readFile(path.join(multilingual, name))
  const files: Record<string, Buffer | string> = {
    'README.md': 'A model',
    'config.json': await read('config.json'),
    'tokenizer.json': await read('tokenizer.json'),
    'tokenizer_config.json': '{}',
    'special_tokens_map.json': '{}',
    'onnx/model.onnx': 'another precision',
    'onnx/model_fp16.onnx': 'another precision',
    'onnx/model_quantized.onnx': await read('model.onnx'),
  }
  hub.publish(encoderSource.repository, {
    files: Object.fromEntries(Object.entries(files).filter(([name]) => name !== without)),
    license: 'apache-2.0',
  })
}

async function expectScores(): Promise<void> {
  const [same, other] = (await scorer.score(['Send it back.', 'No.'], 'Send it back.')) ?? []
  expect(same?.f1).toBeCloseTo(1, 5)
  expect(other?.f1).toBeLessThan(0.99)
}

test('is downloaded with its weights from their folder, checked, and scores English and Chinese', async () => {
  await publish()
  expect(await scorer.score(['a'], 'b')).toBeNull()
  await scorer.download()
  expect((await readdir(path.join(root, 'encoder'))).toSorted()).toEqual([
    'config.json',
    'model.onnx',
    'tokenizer.json',
  ])
  expect(progress.at(-1)).toBeNull()
  expect(progress.at(-2)).toEqual({
    receivedBytes: await scorer.sizeBytes(),
    totalBytes: await scorer.sizeBytes(),
  })
  expect(hub.requests.map(({ url }) => url).join(' ')).not.toContain('model_fp16')
  await expectScores()
  const [chinese] = (await scorer.score(['请在一个月内退回'], '请在30天内退回')) ?? []
  expect(chinese?.f1).toBeGreaterThan(0)
})

test('a download that breaks off goes on from what has arrived, and what it left can be cleared', async () => {
  await publish()
  hub.trouble.cuts = 100
  const download = scorer.download()
  await expect.poll(() => progress.length).toBeGreaterThan(0)
  await expect(scorer.download()).rejects.toMatchObject({ code: 'HubDownloadBusy' })
  await expect(scorer.clearDownload()).rejects.toMatchObject({ code: 'HubDownloadBusy' })
  scorer.cancelDownload()
  await expect(download).rejects.toMatchObject({ code: 'Cancelled' })
  expect(await scorer.sizeBytes()).toBeNull()
  expect(await readdir(root)).toEqual(['encoder.download'])
  hub.trouble.cuts = 0
  const before = hub.requests.length
  await scorer.download()
  expect(hub.requests.slice(before).map(({ url }) => url)).not.toContainEqual(
    expect.stringMatching(/resolve.*tokenizer\.json/),
  )
  await expectScores()
  await scorer.clearDownload()
  expect(await readdir(root)).toEqual(['encoder'])
})

test('changed bytes are refused, and so is a repository without the weights', async () => {
  await publish()
  hub.trouble.corrupts = true
  await expect(scorer.download()).rejects.toMatchObject({ code: 'HubFileDamaged' })
  hub.trouble.corrupts = false
  await publish('onnx/model_quantized.onnx')
  await expect(scorer.download()).rejects.toMatchObject({
    code: 'EncoderUnusable',
    details: { reason: 'model_quantized.onnx is missing' },
  })
  expect(await scorer.sizeBytes()).toBeNull()
})

test('a folder of the user takes its place, scores, and goes; a classifier does not take it', async () => {
  const classifier = path.join(fixtures, 'classifier')
  await expect(scorer.importFolder(classifier)).rejects.toMatchObject({
    code: 'EncoderUnusable',
    details: { path: classifier },
  })
  await expect(scorer.importFolder(root)).rejects.toMatchObject({
    details: { reason: 'config.json is missing' },
  })
  expect(await scorer.sizeBytes()).toBeNull()
  for (const folder of [path.join(fixtures, 'encoder'), multilingual]) {
    await scorer.importFolder(folder)
    await expectScores()
  }
  await scorer.erase()
  expect(await scorer.sizeBytes()).toBeNull()
})

test('one in the bin is not used, and another that is taken leaves the bin', async () => {
  await scorer.importFolder(multilingual)
  bin.isIn = true
  expect(await scorer.sizeBytes()).toBeNull()
  expect(await scorer.score(['a'], 'b')).toBeNull()
  bin.isIn = false
  await expectScores()
  bin.isIn = true
  await scorer.importFolder(path.join(fixtures, 'encoder'))
  expect(bin.isIn).toBe(false)
  await expectScores()
})

test('another does not take its place while a report is being made, a first one does', async () => {
  isInUse = true
  await scorer.importFolder(multilingual)
  await expect(scorer.importFolder(path.join(fixtures, 'encoder'))).rejects.toMatchObject({
    code: 'EvaluationRunning',
  })
  expect(await readdir(root)).toEqual(['encoder'])
  await expectScores()
})
