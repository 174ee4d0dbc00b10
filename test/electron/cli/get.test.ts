import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encoderSource } from '../../../electron/evaluation/scoringModels/bertScorer.ts'
import { openCommandLine, type CommandLine } from '../../support/commandLine.ts'
import { filesOf, startHubDouble, type HubDouble } from '../../support/huggingFaceHub.ts'

const fixture = path.resolve(import.meta.dirname, '../../fixtures/encoder-multilingual')
let timbre: CommandLine
let hub: HubDouble

beforeEach(async () => {
  timbre = await openCommandLine()
  hub = await startHubDouble()
  timbre.environment['HF_ENDPOINT'] = hub.url
})
afterEach(async () => {
  await hub.close()
  await timbre.remove()
})

test('downloads an encoder, which `timbre disk` lists, deletes and puts back', async () => {
  const missing = await timbre.run('get', 'encoder')
  expect(missing).toMatchObject({ code: 1 })
  expect(missing.stderr).toContain(encoderSource.repository)
  const { 'model.onnx': weights = '', ...others } = await filesOf(fixture)
  hub.publish(encoderSource.repository, { files: { ...others, [encoderSource.weights]: weights } })
  const got = await timbre.run('get', 'encoder')
  expect(got).toMatchObject({ code: 0, stderr: '' })
  expect(got.stdout).toMatch(/^encoder is on this computer: [\d.]+ KB\.$/m)
  expect((await timbre.run('disk')).stdout).toMatch(/KB {2}scoringModel encoder {2}BERTScore/)
  expect(await timbre.run('disk', 'delete', 'scoringModel', 'encoder')).toMatchObject({ code: 0 })
  const { stdout } = await timbre.run('disk')
  expect(stdout.slice(stdout.indexOf('Bin'))).toContain('scoringModel encoder')
  expect(await timbre.run('disk', 'restore', 'scoringModel', 'encoder')).toMatchObject({ code: 0 })
})

test('takes copies that are there, and says what is wrong with others', async () => {
  const set = path.join(timbre.directory, 'boolq.jsonl')
  await writeFile(set, '{"question":"is it","answer":true}\n')
  const got = await timbre.run('get', 'boolq', '--from', set, '--json')
  expect(got).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(got.stdout)).toEqual({ name: 'boolq', sizeBytes: 35 })
  const wrong = await timbre.run('get', 'toxicityClassifier', '--from', fixture)
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toContain('toxicity classifier')
  const unknown = await timbre.run('get', 'everything')
  expect(unknown.code).not.toBe(0)
  expect(unknown.stderr).toContain('trivia_qa')
})
