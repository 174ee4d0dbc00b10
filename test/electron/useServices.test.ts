/** A trained model on its way to those who use it: real engine, real files, real clients of other languages. */
import { access, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { getCandidate } from '../../electron/db/candidates.ts'
import { listMetricPoints } from '../../electron/db/metrics.ts'
import { answerColumn } from '../../electron/batch/batchRunner.ts'
import { isTerminal, type Candidate, type ModelVersion } from '../../shared/model.ts'
import type { CodeLanguage } from '../../shared/invocationCode.ts'
import { tinyModelId } from '../support/engine.ts'
import { askWithCode, callLambda, whatIsMissing } from '../support/askWithCode.ts'
import { executeNotebook, expectValid, hasJupyter, whatJupyterNeeds } from '../support/notebooks.ts'
import {
  aRequest,
  importQuestions,
  openTestServices,
  type TestServices,
} from '../support/services.ts'

let opened: TestServices
let version: ModelVersion
let candidate: Candidate
let awsEnvironment: Record<string, string>

beforeAll(async () => {
  opened = await openTestServices()
  await opened.services.engine.start()
  await opened.services.startVersion(aRequest(await importQuestions(opened)))
  version = await opened.events.until('version.changed', (changed) =>
    changed.candidates.every(({ status }) => isTerminal(status)),
  )
  candidate = version.candidates[0] as Candidate // the request asks for one
  const file = path.join(opened.dataDirectory, 'engine', 'connection.json')
  const connection = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>
  awsEnvironment = {
    AWS_ENDPOINT_URL: connection['endpoint'] ?? '',
    AWS_ACCESS_KEY_ID: connection['accessKeyId'] ?? '',
    AWS_SECRET_ACCESS_KEY: connection['secretAccessKey'] ?? '',
    AWS_DEFAULT_REGION: connection['region'] ?? '',
    AWS_REGION: connection['region'] ?? '',
  }
})
afterAll(() => opened.close())

async function deploy(name: string) {
  const endpoint = await opened.services.use.deployments.deploy({
    candidateId: candidate.id,
    name,
    instanceType: 'ml.m5.large',
    instanceCount: 1,
    idleMinutes: 60,
    dataCapture: null,
    isAsync: false,
    scaling: null,
    mayGoUnguarded: false,
  })
  // Also before all tests, where there is no expect.poll.
  await vi.waitUntil(
    () => opened.services.use.endpoints.get(endpoint.name).status === 'InService',
    { timeout: 60_000, interval: 50 },
  )
  return endpoint.name
}

async function undeploy(name: string): Promise<void> {
  await opened.services.use.endpoints.remove(name)
  await opened.services.use.endpoints.removed(name)
}

describe('the code that calls the endpoint', () => {
  const question = 'Where is item 3?'
  let name: string
  let directory: string
  let expected: string

  beforeAll(async () => {
    name = await deploy('coded')
    directory = path.join(opened.root, 'code')
    await mkdir(directory)
    expected = await opened.services.playground.answer(candidate, 'tuned', question, {
      maxNewTokens: 120,
      temperature: 0,
      topP: 0.9,
      seed: 1,
    })
  })
  afterAll(() => undeploy(name))

  const codeRun = async (language: CodeLanguage) => ({
    code: await opened.services.use.code(name, language),
    question,
    directory,
    environment: awsEnvironment,
  })

  const languages = ['javascript', 'python', 'cli', 'curl', 'java'] as const
  test.for(languages)('in %s', async (language, context) => {
    const missing = await whatIsMissing(language)
    if (missing !== null) return context.skip(missing)
    const printed = await askWithCode(language, await codeRun(language))
    // The shells and Java print what the container said.
    if (language === 'cli' || language === 'curl' || language === 'java')
      expect(JSON.parse(printed)).toMatchObject([{ generated_text: expect.any(String) }])
    else expect(printed).toBe(expected)
  })

  test('in a Lambda handler', async (context) => {
    const missing = await whatIsMissing('lambda')
    if (missing !== null) return context.skip(missing)
    const answered = await callLambda(await codeRun('lambda'), { question })
    expect(answered.statusCode).toBe(200)
    expect(JSON.parse(answered.body)).toEqual({ answer: expected })
    expect(await callLambda(await codeRun('lambda'), {})).toMatchObject({ statusCode: 400 })
  })

  test('with the policy that allows just that', async () => {
    const policy = JSON.parse(await opened.services.use.code(name, 'policy')) as {
      Statement: { Resource: string }[]
    }
    expect(policy.Statement[0]?.Resource).toBe(opened.services.use.endpoints.get(name).arn)
  })
})

test('a model that an application asks is not erased, and the refusal names the endpoint', async () => {
  const { disk } = opened.services
  const item = { kind: 'candidate' as const, id: candidate.id }
  const name = await deploy('in-use')
  await disk.delete(item)
  await expect(disk.erase(item)).rejects.toMatchObject({
    code: 'ModelDeployed',
    details: { names: expect.stringContaining(name) },
  })
  await expect(disk.emptyBin()).rejects.toMatchObject({ code: 'ModelDeployed' })
  expect(opened.services.use.endpoints.get(name).status).toBe('InService')
  await disk.restore(item)
  await undeploy(name)
})

test('an endpoint is shared between two models, goes back, and is counted', async () => {
  const { deployments, endpoints } = opened.services.use
  const name = await deploy('shared')
  await deployments.update(name, candidate.id, 0.25)
  await expect.poll(() => endpoints.get(name).status, { timeout: 60_000 }).toBe('InService')
  expect(endpoints.get(name).revisions.at(-1)?.variants).toMatchObject([
    { name: 'Old', weight: 0.75 },
    { name: 'New', weight: 0.25 },
  ])
  await deployments.setShare(name, 1)
  await opened.services.playground.answer(candidate, 'tuned', 'Where?', {
    maxNewTokens: 2,
    temperature: 0,
    topP: 0.9,
    seed: 1,
  })
  const speaker = { kind: 'endpoint' as const, endpointName: name }
  const settings = { maxNewTokens: 3, temperature: 0, topP: 0.9, seed: 1 }
  await opened.services.playground.answerOf(
    speaker,
    'Where?',
    settings,
    new AbortController().signal,
  )
  const series = await deployments.metrics(name, 1)
  const counted = series.find(
    ({ metric, variant }) => metric === 'invocations' && variant === 'New',
  )
  expect(counted?.points.at(-1)?.value).toBe(1)
  await deployments.rollBack(name)
  await expect.poll(() => endpoints.get(name).status, { timeout: 60_000 }).toBe('InService')
  expect(endpoints.get(name).revisions.at(-1)?.variants).toHaveLength(1)
  await undeploy(name)
})

test('a version is registered with its metrics, and approved with a comment', async () => {
  const { registry } = opened.services.use
  const request = {
    candidateId: candidate.id,
    groupName: 'help-desk',
    description: 'Answers like our help desk',
    intendedUse: 'Support',
  }
  const arn = await registry.register(request)
  // The same click sent twice is one version.
  expect(await registry.register(request)).toBe(arn)
  expect((await registry.groups('local')).map(({ name }) => name)).toEqual(['help-desk'])
  const [registered] = await registry.versions('local', 'help-desk')
  expect(registered).toMatchObject({
    arn,
    version: 1,
    approval: 'PendingManualApproval',
    modelUri: candidate.modelArtifactUri,
    facts: {
      'dataset sha256': version.datasetSha256,
      'base model': candidate.baseModelId,
      'timbre candidate': candidate.id,
    },
  })
  expect(JSON.parse(registered?.card ?? '{}')).toMatchObject({
    intended_uses: { intended_uses: 'Support' },
  })
  await registry.approve('local', arn, 'Approved', 'Reads well')
  expect(await registry.versions('local', 'help-desk')).toMatchObject([
    { approval: 'Approved', comment: 'Reads well' },
  ])
  await registry.remove('local', arn)
  expect(await registry.versions('local', 'help-desk')).toEqual([])
})

test('the notebook is valid, and does everything again from top to bottom where Jupyter is installed', async (context) => {
  const notebook = await opened.services.use.notebook(candidate.id)
  expectValid(notebook)
  if (!(await hasJupyter())) return context.skip(whatJupyterNeeds)
  const file = path.join(opened.root, 'again.ipynb')
  const printed = await executeNotebook(notebook, file, awsEnvironment)
  expect(printed).toContain('16 rows to train on, 4 held back')
  expect(printed).toContain('In service')
  expect(printed).toMatch(/4 rows, mean token F1 \d\.\d+/)
  expect(printed).toContain('Nothing of this run costs anything any more.')
}, 400_000)

test('so does the notebook of a candidate of Autopilot', async (context) => {
  await opened.services.startVersion(
    aRequest(
      version.datasetId,
      {},
      {
        name: 'By Autopilot',
        candidates: [
          { baseModelId: `autopilot:${tinyModelId}`, hyperparameters: { epochCount: '2' } },
        ],
      },
    ),
  )
  const { candidates } = await opened.events.until(
    'version.changed',
    (changed) =>
      changed.id !== version.id && changed.candidates.every(({ status }) => isTerminal(status)),
  )
  const [byAutopilot] = candidates
  expect(byAutopilot?.status).toBe('Completed')
  const notebook = await opened.services.use.notebook(byAutopilot?.id ?? '')
  expectValid(notebook)
  if (!(await hasJupyter())) return context.skip(whatJupyterNeeds)
  const file = path.join(opened.root, 'autopilot.ipynb')
  const printed = await executeNotebook(notebook, file, awsEnvironment)
  expect(printed).toContain('16 rows to train on, 4 held back')
  expect(printed).toMatch(/ValidationLoss \d/)
  expect(printed).toMatch(/loss: \d+ values, first/)
  expect(printed).toContain('In service')
  expect(printed).toMatch(/4 rows, mean token F1 \d\.\d+/)
  expect(printed).toContain('Nothing of this run costs anything any more.')
}, 400_000)

test('a bundle carries dataset, curves and weights to another computer, and one that was changed is refused', async () => {
  const { bundles } = opened.services.use
  const file = path.join(opened.root, 'voice.timbre')
  await bundles.write(version.id, file, { withWeights: true })
  const summary = await bundles.inspect(file)
  expect(summary).toMatchObject({
    modelName: 'Help desk',
    isOwn: true,
    rowCount: 20,
    candidates: [{ hasWeights: true, hasReport: true, status: 'Completed' }],
  })
  expect(await bundles.report(file, candidate.id)).toContain('<svg')
  const model = await bundles.takeOver(file)
  expect(model.name).toBe('Help desk 2')
  const [taken] = model.versions[0]?.candidates ?? []
  if (!taken) throw new Error('Nothing was taken over.')
  expect(listMetricPoints(opened.services.db, taken.id)).toHaveLength(
    listMetricPoints(opened.services.db, candidate.id).length,
  )
  const settings = { maxNewTokens: 16, temperature: 0, topP: 0.9, seed: 1 }
  const ask = (one: Candidate) =>
    opened.services.playground.answer(one, 'tuned', 'Where is item 3?', settings)
  expect(await ask(getCandidate(opened.services.db, taken.id))).toBe(await ask(candidate))

  const bytes = await readFile(file)
  const at = bytes.length >> 1
  bytes[at] = (bytes[at] ?? 0) ^ 1
  const changed = path.join(opened.root, 'changed.timbre')
  await writeFile(changed, bytes)
  await expect(bundles.takeOver(changed)).rejects.toMatchObject({
    code: expect.stringMatching(/^Bundle(Tampered|Invalid)$/),
  })
  await writeFile(changed, 'no zip')
  await expect(bundles.inspect(changed)).rejects.toMatchObject({ code: 'BundleInvalid' })
})

test('a file is answered row by row, goes on after a stop, and comes back with a new column', async () => {
  const { batches } = opened.services.use
  const datasetId = version.datasetId
  const settings = { maxNewTokens: 4, temperature: 0, topP: 0.9, seed: 1 }
  const speaker = { kind: 'candidate' as const, candidateId: candidate.id }
  await expect(
    batches.start({ speaker, datasetId, column: 'nothing', settings, transform: null }),
  ).rejects.toMatchObject({ code: 'BatchColumnMissing' })
  const batch = await batches.start({
    speaker,
    datasetId,
    column: 'question',
    settings,
    transform: null,
  })
  await opened.events.until('batch.progressed', ({ doneCount }) => doneCount >= 3)
  const stopped = await batches.stop(batch.id)
  expect(stopped.status).toBe('Stopped')
  const { doneCount } = stopped
  batches.resume(batch.id)
  const ended = await batches.ended(batch.id)
  expect(ended).toMatchObject({ status: 'Completed', doneCount: 20, failedCount: 0, failure: null })
  expect(doneCount).toBeLessThan(20)
  let csv = ''
  for await (const chunk of batches.csv(batch.id)) csv += Buffer.from(chunk).toString('utf8')
  // Excel reads UTF-8 by its mark, which trimming takes for a blank.
  expect(csv.startsWith('\ufeff')).toBe(true)
  const lines = csv.trim().split('\n')
  expect(lines[0]).toBe('question,answer,model_answer')
  expect(lines).toHaveLength(21)
  await batches.delete(batch.id)
  expect(batches.list()).toEqual([])
  expect(answerColumn(['model_answer'])).toBe('model_answer_2')
})

test('an artifact is downloaded, going on from what an earlier download left', async () => {
  const file = path.join(opened.root, 'model.tar.gz')
  await opened.services.use.downloadArtifact(candidate.id, file)
  const whole = await readFile(file)
  const again = path.join(opened.root, 'again.tar.gz')
  // What was interrupted: the first half, and whose half it is; marked, so that it shows whether it was kept.
  const half = Buffer.from(whole.subarray(0, whole.length >> 1))
  half[0] = 0
  await writeFile(`${again}.partial`, half)
  await writeFile(`${again}.partial.etag`, 'another object')
  await opened.services.use.downloadArtifact(candidate.id, again)
  expect(await readFile(again)).toEqual(whole)
  await expect(access(`${again}.partial.etag`)).rejects.toThrow()
  expect((await stat(again)).size).toBe(whole.length)
})

test('exports for Ollama and as an image recipe beside the GGUF', async () => {
  for (const [format, added] of [
    ['ollama', 'Modelfile'],
    ['oci', 'Containerfile'],
  ] as const) {
    const { directory, files } = await opened.services.exportCandidate(
      candidate.id,
      format,
      path.join(opened.root, 'exports'),
    )
    const text = await readFile(path.join(directory, added), 'utf8')
    const gguf = path.basename(files.find((file) => file.endsWith('.gguf')) ?? 'none')
    expect(text).toContain(gguf)
    if (format === 'ollama') expect(text).toContain('TEMPLATE """Q: {{ .Prompt }}\nA: """')
  }
})
