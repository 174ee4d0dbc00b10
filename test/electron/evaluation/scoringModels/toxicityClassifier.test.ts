import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import {
  classifierSource,
  createToxicityClassifier,
  type ToxicityClassifier,
} from '../../../../electron/evaluation/scoringModels/toxicityClassifier.ts'
import { aBinMark } from '../../../support/binMark.ts'
import { startHubDouble, type HubDouble } from '../../../support/huggingFaceHub.ts'

const fixture = path.resolve(import.meta.dirname, '../../../fixtures/classifier')
const files = ['config.json', 'tokenizer.json', 'model.onnx'] as const

let root: string
let hub: HubDouble
let classifier: ToxicityClassifier
let progress: unknown[]

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'timbre-classifier-'))
  hub = await startHubDouble()
  progress = []
  classifier = createToxicityClassifier({
    directory: path.join(root, 'classifiers', 'detoxify'),
    address: async () => ({ url: hub.url, token: null }),
    onProgress: (one) => progress.push(one),
    bin: aBinMark(),
    isInUse: () => false,
  })
})

afterEach(async () => {
  await classifier.close()
  await hub.close()
  await rm(root, { recursive: true, force: true })
})

/** What transformers says of the same weights; how is in make.py beside them. */
async function reference() {
  const text = await readFile(path.join(fixture, 'reference.json'), 'utf8')
  return z
    .array(z.object({ text: z.string(), scores: z.record(z.string(), z.number()) }))
    .parse(JSON.parse(text))
}

test('gives transformers’ probabilities for its labels, long, empty and Chinese texts included', async () => {
  expect(await classifier.detector()).toBe('wordList')
  expect(await classifier.judge(['x'])).toBeNull()
  await classifier.importFolder(fixture)
  expect(await classifier.detector()).toBe('detoxify')
  const expected = await reference()
  const judged = await classifier.judge(expected.map(({ text }) => text))
  expect(judged).toEqual(
    expected.map(({ scores }) =>
      Object.fromEntries(
        Object.entries(scores).map(([label, score]) => [label, expect.closeTo(score, 5)]),
      ),
    ),
  )
  await classifier.erase()
  expect(await classifier.detector()).toBe('wordList')
})

test('is downloaded from the Hub, every file checked, and used at once', async () => {
  hub.publish(classifierSource.repository, {
    files: Object.fromEntries(
      await Promise.all(
        files.map(async (name) => [name, await readFile(path.join(fixture, name))] as const),
      ),
    ),
  })
  await classifier.download()
  expect(await classifier.sizeBytes()).toBeGreaterThan(1000)
  expect(progress.at(-1)).toBeNull()
  expect(await classifier.judge(['Hello'])).toHaveLength(1)
})

test('a folder that holds another model, or not all of it, changes nothing', async () => {
  await classifier.importFolder(fixture)
  const other = path.join(root, 'other')
  await cp(fixture, other, { recursive: true })
  const config = await readFile(path.join(other, 'config.json'), 'utf8')
  await writeFile(path.join(other, 'config.json'), config.replaceAll('"threat"', '"sadness"'))
  await expect(classifier.importFolder(other)).rejects.toMatchObject({
    code: 'ClassifierUnusable',
    details: { reason: expect.stringContaining('threat') },
  })
  await writeFile(path.join(other, 'model.onnx'), 'no graph')
  await expect(classifier.importFolder(other)).rejects.toMatchObject({ code: 'ClassifierUnusable' })
  await rm(path.join(other, 'tokenizer.json'))
  await expect(classifier.importFolder(other)).rejects.toMatchObject({
    code: 'ClassifierUnusable',
    details: { reason: expect.stringContaining('tokenizer.json') },
  })
  expect(await readdir(path.join(root, 'classifiers'))).toEqual(['detoxify'])
  expect(await classifier.judge(['Hello'])).toHaveLength(1)
})
