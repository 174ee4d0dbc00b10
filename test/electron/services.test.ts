import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { findValidationRows, listSampleAnswers } from '../../electron/db/logLines.ts'
import { tinyGguf } from '../support/tinyGguf.ts'
import { listMetricPoints } from '../../electron/db/metrics.ts'
import { getVersion, findModel, listModels } from '../../electron/db/models.ts'
import { listEvents } from '../../electron/db/events.ts'
import { AppError } from '../../shared/errors.ts'
import { isTerminal, type FineTuneRequest } from '../../shared/model.ts'
import type { ExportFormat } from '../../shared/modelExport.ts'
import { tinyModelId, longTraining } from '../support/engine.ts'
import {
  aRequest,
  importQuestions,
  openTestServices,
  type TestServices,
} from '../support/services.ts'

let opened: TestServices | null = null

async function open(): Promise<TestServices> {
  opened = await openTestServices()
  return opened
}

afterEach(async () => {
  await opened?.close()
  opened = null
})

/** Waits until every candidate of the version has ended. */
async function untilEnded(test: TestServices, versionId: string) {
  return test.events.until(
    'version.changed',
    (version) =>
      version.id === versionId && version.candidates.every(({ status }) => isTerminal(status)),
  )
}

const steps = (points: { metric: string; step: number }[], metric: string) =>
  points.filter((point) => point.metric === metric).map((point) => point.step)

test('carries a CSV to a trained model, its leaderboard, answers and report', async () => {
  const test = await open()
  const { services, events } = test
  await services.engine.start()
  expect((await services.listBaseModels()).map((model) => model.id)).toEqual([tinyModelId])

  const started = await services.startVersion(aRequest(await importQuestions(test)))
  const [candidate] = (await untilEnded(test, started.id)).candidates
  expect(candidate).toMatchObject({
    status: 'Completed',
    failure: null,
    progress: { step: 8, totalSteps: 8, secondsLeft: null },
    modelArtifactUri: expect.stringMatching(/^s3:\/\/.*model\.tar\.gz$/),
  })
  const candidateId = candidate?.id ?? ''
  expect(test.ended.map((one) => one.id)).toEqual([candidateId])

  const points = listMetricPoints(services.db, candidateId)
  const everyStep = [1, 2, 3, 4, 5, 6, 7, 8]
  expect(steps(points, 'train_loss')).toEqual(everyStep)
  expect(steps(points, 'train_perplexity')).toEqual(everyStep)
  expect(steps(points, 'learning_rate')).toEqual(everyStep)
  expect(steps(points, 'validation_loss')).toEqual([0, 2, 4, 6, 8])
  expect(steps(points, 'validation_perplexity')).toEqual([0, 2, 4, 6, 8])
  expect(steps(points, 'validation_bits_per_byte')).toEqual([0, 2, 4, 6, 8])
  expect(events.of('metrics.added').flat()).toHaveLength(points.length)
  expect(listEvents(services.db, candidateId).map((event) => event.kind)).toContain('Completed')

  const [entry] = services.leaderboard(started.id)
  expect(entry).toMatchObject({ rank: 1, suggested: true, chosen: true })
  // Row by row as at the step whose weights were kept.
  const rows = findValidationRows(services.db, candidateId)
  expect(rows?.step).toBe(entry?.validationLossStep)
  expect(rows?.shares).toHaveLength(started.validationRowCount)
  const bits = rows?.shares.reduce((sum, { amount }) => sum + amount, 0) ?? 0
  const bytes = rows?.shares.reduce((sum, { size }) => sum + size, 0) ?? 0
  expect(bits / bytes).toBeCloseTo(entry?.validationBitsPerByte ?? NaN, 3)

  const { unseen: suggestions } = await services.prompts(candidateId)
  expect(suggestions).toHaveLength(4)
  services.playground.ask({
    requestId: 'r1',
    conversationId: 'talk',
    parentId: null,
    prompt: suggestions[0] ?? '',
    settings: { maxNewTokens: 8, temperature: 0, topP: 0.9, seed: 1 },
    speakers: [
      { kind: 'candidate', candidateId },
      { kind: 'base', baseModelId: tinyModelId },
    ],
    remembers: false,
  })
  for (const position of [0, 1]) {
    const last = await events.until(
      'answer.appended',
      (piece) => piece.position === position && piece.done,
    )
    expect(last).toMatchObject({ error: null, finishReason: expect.any(String) })
    expect(last.tokenCount).toBeGreaterThan(0)
  }

  const html = await services.report(candidateId)
  expect(html).toContain('<svg')
  expect(html).toContain(suggestions[0])
})

test('shows everything from SQLite while the engine is off, and says so where it is needed', async () => {
  const first = await open()
  await first.services.engine.start()
  await first.services.listBaseModels()
  const datasetId = await importQuestions(first)
  const version = await first.services.startVersion(aRequest(datasetId))
  await untilEnded(first, version.id)

  const second = await first.reopen()
  opened = second
  const { services } = second
  const candidate = getVersion(services.db, version.id).candidates[0]
  expect(candidate?.status).toBe('Completed')
  expect(listModels(services.db)).toHaveLength(1)
  expect(services.leaderboard(version.id)).toHaveLength(1)
  expect(await services.listBaseModels()).toHaveLength(1)
  expect((await services.prompts(candidate?.id ?? '')).unseen).toHaveLength(4)
  expect(await services.report(candidate?.id ?? '')).toContain('<svg')
  const unavailable = expect.objectContaining({ code: 'EngineUnavailable' })
  await expect(services.startVersion(aRequest(datasetId))).rejects.toEqual(unavailable)
  await expect(services.stopCandidate(candidate?.id ?? '')).rejects.toEqual(unavailable)
  await expect(services.disk.delete({ kind: 'model', id: version.modelId })).rejects.toBeInstanceOf(
    AppError,
  )
  expect(listModels(services.db)).toHaveLength(1)
})

test('stops a candidate on request, and keeps what it learned to show', async () => {
  const test = await open()
  const { services } = test
  await services.engine.start()
  const started = await services.startVersion(aRequest(await importQuestions(test), longTraining))
  const id = started.candidates[0]?.id ?? ''
  await test.events.until('metrics.added', () => true)
  await services.stopCandidate(id)
  const ended = await untilEnded(test, started.id)
  expect(ended.candidates[0]).toMatchObject({ status: 'Stopped', failure: null })
  expect(listMetricPoints(services.db, id).length).toBeGreaterThan(0)
  expect(listEvents(services.db, id).map((event) => event.kind)).toContain('stop-requested')
  expect(test.ended).toHaveLength(1)
})

test('deletes a model with its jobs and endpoints', async () => {
  const test = await open()
  const { services } = test
  await services.engine.start()
  const datasetId = await importQuestions(test)
  const running = await services.startVersion(aRequest(datasetId, longTraining))
  await services.disk.delete({ kind: 'model', id: running.modelId })
  expect(listModels(services.db)).toEqual([])
  expect((await services.disk.emptyBin()).bin).toEqual([])
  expect(findModel(services.db, running.modelId)).toBeUndefined()
  // Its name and its job slot are free again.
  const next = await services.startVersion(aRequest(datasetId))
  const ended = await untilEnded(test, next.id)
  expect(ended.candidates[0]?.status).toBe('Completed')
  expect(test.ended.map((candidate) => candidate.versionId)).toEqual([next.id])
})

test.each([
  ['epoch', '0'],
  ['epoch', '1.5'],
  ['learning_rate', 'fast'],
  ['lr_scheduler_type', 'cubic'],
  ['colour', 'red'],
])('refuses %s=%s before anything is made', async (field, value) => {
  const test = await open()
  const { services } = test
  await services.engine.start()
  const request = aRequest(await importQuestions(test), { [field]: value })
  await expect(services.startVersion(request)).rejects.toMatchObject({
    code: 'HyperparameterInvalid',
    details: { field },
  })
  expect(listModels(services.db)).toEqual([])
})

test('keeps what it answered at every evaluation, to the version’s own prompts', async () => {
  const test = await open()
  const { services } = test
  await services.engine.start()
  const prompts = ['Where is item 3?', 'eval_loss=1 "quoted"\nin two lines']
  const started = await services.startVersion(
    aRequest(await importQuestions(test), {}, { samplePrompts: prompts }),
  )
  const [candidate] = (await untilEnded(test, started.id)).candidates
  const samples = listSampleAnswers(services.db, candidate?.id ?? '')
  expect(samples.map(({ step, sample }) => [step, sample])).toEqual(
    [0, 2, 4, 6, 8].flatMap((step) => [
      [step, 1],
      [step, 2],
    ]),
  )
  expect(samples.map(({ prompt }) => prompt)).toEqual(
    Array.from({ length: 5 }, () => prompts).flat(),
  )
  // Nothing in a prompt is taken for a metric.
  const validation = listMetricPoints(services.db, candidate?.id ?? '').filter(
    ({ metric }) => metric === 'validation_loss',
  )
  expect(validation.map(({ value }) => value)).not.toContain(1)
  expect(getVersion(services.db, started.id).samplePrompts).toEqual(prompts)
})

test('prompts that nobody typed are picked from the rows that are not trained on', async () => {
  const test = await open()
  await test.services.engine.start()
  const { samplePrompts } = await test.services.startVersion(aRequest(await importQuestions(test)))
  expect(samplePrompts).toHaveLength(3)
  for (const prompt of samplePrompts) expect(prompt).toMatch(/^Where is item \d+\?$/)
})

test('a model of one’s own is added, trained with its own template, and removed', async () => {
  const test = await open()
  const { services, events } = test
  await services.engine.start()
  const file = path.join(test.root, 'My Model.gguf')
  await writeFile(file, await tinyGguf())
  const added = await services.importBaseModel(file)
  expect(added).toMatchObject({ id: 'my-model', displayName: 'My Model', isImported: true })
  expect(events.of('baseModel.copied').at(-1)).toEqual({ name: 'My Model', fraction: 1 })
  expect((await services.listBaseModels()).map(({ id }) => id)).toEqual([tinyModelId, 'my-model'])

  const [tiny] = aRequest('').candidates
  const request = aRequest(
    await importQuestions(test),
    {},
    {
      candidates: [{ baseModelId: 'my-model', hyperparameters: tiny?.hyperparameters ?? {} }],
    },
  )
  const started = await services.startVersion(request)
  await expect(services.disk.delete({ kind: 'baseModel', id: 'my-model' })).rejects.toMatchObject({
    code: 'BaseModelInUse',
  })
  const [candidate] = (await untilEnded(test, started.id)).candidates
  expect(candidate).toMatchObject({ status: 'Completed', promptTemplate: added.promptTemplate })
  await services.disk.delete({ kind: 'baseModel', id: 'my-model' })
  expect((await services.listBaseModels()).map(({ id }) => id)).toEqual([tinyModelId])
  await services.disk.emptyBin()
  expect((await services.importBaseModel(file)).id).toBe('my-model')
})

test('a model that cannot be used says why, and leaves nothing behind', async () => {
  const test = await open()
  const { services } = test
  await services.engine.start()
  const file = path.join(test.root, 'falcon.gguf')
  await writeFile(file, await tinyGguf({ architecture: 'falcon' }))
  await expect(services.importBaseModel(file)).rejects.toMatchObject({
    code: 'BaseModelUnusable',
    details: { name: 'falcon', reason: expect.stringContaining('"falcon" is not supported') },
  })
  expect((await services.listBaseModels()).map(({ id }) => id)).toEqual([tinyModelId])
})

test('a candidate is exported in every format, loaded again and asked', async () => {
  const test = await open()
  const { services } = test
  await services.engine.start()
  const settings = { peft_type: 'lora', learning_rate: '0.01' }
  const started = await services.startVersion(aRequest(await importQuestions(test), settings))
  const [candidate] = (await untilEnded(test, started.id)).candidates
  const id = candidate?.id ?? ''
  const read = async (format: ExportFormat) => {
    const { files, directory, ...result } = await services.exportCandidate(id, format, test.root)
    const card = await readFile(path.join(directory, 'README.md'), 'utf8')
    return { result, names: files.map((file) => path.basename(file)).sort(), card }
  }
  const equal = { asked: 4, equalAnswers: 4 }
  const merged = await read('safetensors')
  expect(merged.result).toEqual(equal)
  expect(merged.names).toEqual([
    'README.md',
    'config.json',
    'model.safetensors',
    'template.json',
    'tokenizer.json',
  ])
  expect(merged.card).toContain('4 of 4 answers are equal')
  expect((await read('peft')).names).toEqual([
    'README.md',
    'adapter_config.json',
    'adapter_model.safetensors',
    'template.json',
  ])
  const gguf = await read('gguf-f16')
  expect(gguf.names).toContain('help-desk-tiny-base.F16.gguf')
  expect((await read('gguf-q8_0')).result.asked).toBe(4)
})

test('a model without an adapter says so instead of exporting one', async () => {
  const test = await open()
  const { services } = test
  await services.engine.start()
  const started = await services.startVersion(aRequest(await importQuestions(test)))
  const [candidate] = (await untilEnded(test, started.id)).candidates
  await expect(
    services.exportCandidate(candidate?.id ?? '', 'peft', test.root),
  ).rejects.toMatchObject({
    code: 'ExportFailed',
    details: { reason: expect.stringContaining('has no adapter') },
  })
})

test('a row is shown as the base model reads it, and a template of one’s own is what it is trained with', async () => {
  const test = await open()
  const { services } = test
  await services.engine.start()
  const datasetId = await importQuestions(test)
  const promptTemplate = { prompt: 'Customer: {prompt}\nJuno: ', completion: '{completion}!' }
  const request = aRequest(datasetId)
  const [{ baseModelId, hyperparameters }] = request.candidates as [
    FineTuneRequest['candidates'][number],
  ]
  const preview = await services.previewPrompt({
    baseModelId,
    promptTemplate,
    datasetId,
    columns: request.columns,
    row: 21,
  })
  const text = (tokens: readonly { text: string }[]) => tokens.map((token) => token.text).join('')
  expect(preview.rowCount).toBe(20)
  expect(text(preview.prompt)).toBe('Customer: Where is item 1?\nJuno: ')
  expect(text(preview.answer)).toBe('On shelf 1.!')

  const version = await services.startVersion({
    ...request,
    candidates: [{ baseModelId, hyperparameters, promptTemplate }],
  })
  expect(version.candidates[0]?.promptTemplate).toEqual(promptTemplate)
  await test.events.until('version.changed', ({ candidates }) =>
    candidates.every(({ status }) => isTerminal(status)),
  )
  const folder = path.join(test.root, 'export')
  const { directory } = await services.exportCandidate(
    version.candidates[0]?.id ?? '',
    'safetensors',
    folder,
  )
  const template = await readFile(path.join(directory, 'template.json'), 'utf8')
  expect(JSON.parse(template)).toEqual(promptTemplate)
})
