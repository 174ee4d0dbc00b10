import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { insertBinRecord } from '../../../electron/db/bin.ts'
import { listModels } from '../../../electron/db/models.ts'
import { binDays, type DiskItemKind, type DiskLedger } from '../../../shared/diskLedger.ts'
import { isTerminal } from '../../../shared/model.ts'
import {
  aRequest,
  importQuestions,
  openTestServices,
  writeQuestionsCsv,
  type TestServices,
} from '../../support/services.ts'
import { longTraining } from '../../support/engine.ts'

let opened: TestServices | null = null

afterEach(async () => {
  await opened?.close()
  opened = null
})

async function open(): Promise<TestServices> {
  opened = await openTestServices()
  await opened.services.engine.start()
  return opened
}

async function train(test: TestServices, settings: Record<string, string> = {}, name?: string) {
  const datasetId = await importQuestions(test)
  const started = await test.services.startVersion(
    aRequest(datasetId, settings, name === undefined ? {} : { name }),
  )
  const ended = await test.events.until(
    'version.changed',
    ({ id, candidates }) =>
      id === started.id && candidates.every(({ status }) => isTerminal(status)),
  )
  const [candidate] = ended.candidates
  if (!candidate) throw new Error('There is no candidate.')
  return { datasetId, version: ended, candidate }
}

function itemsOf(ledger: DiskLedger, kind: DiskItemKind) {
  return ledger.items.filter((item) => item.kind === kind)
}

const ask = { maxNewTokens: 4, temperature: 0, topP: 1, seed: 1 }
const unpackedIn = (directory: string) =>
  readdir(path.join(directory, 'engine', 'jobs', 'unpacked')).catch(() => [])

test('tells what each thing takes, and the sum is the folder', async () => {
  const test = await open()
  const { services } = test
  const { candidate, version, datasetId } = await train(test)
  await services.playground.answer(candidate, 'tuned', 'Where is item 3?', ask)
  const ledger = await services.disk.describe()

  expect(ledger.isComplete).toBe(true)
  const [model] = itemsOf(ledger, 'model')
  const [trained] = itemsOf(ledger, 'candidate')
  expect(model).toMatchObject({ id: version.modelId, name: 'Help desk', held: null })
  expect(trained).toMatchObject({ id: candidate.id, detail: 'V1', modelId: version.modelId })
  expect(trained?.sizeBytes).toBeGreaterThan(1000)
  expect(model?.sizeBytes).toBe(trained?.sizeBytes)
  const [bundled] = itemsOf(ledger, 'baseModel')
  expect(bundled).toMatchObject({ held: 'bundled', freesBytes: 0 })
  const [dataset] = itemsOf(ledger, 'dataset')
  expect(dataset?.id).toBe(datasetId)
  // The version still needs the rows that it was trained on.
  expect(dataset).toMatchObject({
    sizeBytes: services.datasets.get(datasetId).sizeBytes,
    freesBytes: 0,
  })
  const told =
    (trained?.freesBytes ?? 0) +
    ledger.caches.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) +
    ledger.otherBytes
  expect(told).toBe(ledger.totalBytes)
  expect(ledger.freeBytes).toBeGreaterThan(0)
})

test('a model in the bin is out of every list, and comes back as it was', async () => {
  const test = await open()
  const { services } = test
  const { version, candidate } = await train(test)
  services.chooseCandidate(version.id, candidate.id)
  const before = listModels(services.db)
  const size = itemsOf(await services.disk.describe(), 'model')[0]?.sizeBytes ?? 0

  const item = { kind: 'model' as const, id: version.modelId }
  const deleted = await services.disk.delete(item)
  expect(listModels(services.db)).toEqual([])
  expect(itemsOf(deleted, 'model')).toEqual([])
  expect(deleted.bin).toMatchObject([{ ...item, name: 'Help desk', freesBytes: size }])

  const restored = await services.disk.restore(item)
  expect(restored.bin).toEqual([])
  expect(listModels(services.db)).toEqual(before)
  expect(await services.playground.answer(candidate, 'tuned', 'Hi', ask)).toEqual(
    expect.any(String),
  )
})

test('a model in the bin gives its name free, and comes back under the next one', async () => {
  const test = await open()
  const { services } = test
  const first = await train(test)
  await services.disk.delete({ kind: 'model', id: first.version.modelId })
  const second = await train(test)
  await services.disk.restore({ kind: 'model', id: first.version.modelId })
  expect(listModels(services.db).map(({ id, name }) => [id, name])).toEqual([
    [second.version.modelId, 'Help desk'],
    [first.version.modelId, 'Help desk 2'],
  ])
})

test('erasing a candidate frees its bytes, and takes a version and a model that are left empty', async () => {
  const test = await open()
  const { services } = test
  const { candidate } = await train(test)
  await services.playground.answer(candidate, 'tuned', 'Hi', ask)
  // The log of the database's writes grows with every write, so it is emptied before each look.
  const describe = () => {
    services.db.pragma('wal_checkpoint(TRUNCATE)')
    return services.disk.describe()
  }
  const before = await describe()
  const item = { kind: 'candidate' as const, id: candidate.id }
  await services.disk.delete(item)
  expect(listModels(services.db)).toEqual([])
  await services.disk.erase(item)
  const after = await describe()
  // The folder's other files, its logs and its database, grow meanwhile.
  const frees = itemsOf(before, 'candidate')[0]?.freesBytes ?? 0
  expect(before.totalBytes - after.totalBytes).toBeGreaterThan(frees / 2)
  expect(services.db.prepare('SELECT count(*) FROM models').pluck().get()).toBe(0)
  await expect.poll(() => unpackedIn(test.dataDirectory)).toEqual([])
  await expect(services.disk.erase(item)).rejects.toMatchObject({ code: 'NotInBin' })
  await expect(services.disk.restore(item)).rejects.toMatchObject({ code: 'NotInBin' })
})

test('a checkpoint in the bin is taken out again by going on with its training', async () => {
  const test = await open()
  const { services } = test
  const started = await services.startVersion(aRequest(await importQuestions(test), longTraining))
  const id = started.candidates[0]?.id ?? ''
  await expect(services.disk.delete({ kind: 'candidate', id })).rejects.toMatchObject({
    code: 'CandidateInTraining',
  })
  await expect(
    services.disk.delete({ kind: 'dataset', id: started.datasetId }),
  ).rejects.toMatchObject({ code: 'DatasetInUse' })
  await test.events.until('metrics.added', () => true)
  await services.stopCandidate(id)
  await test.events.until(
    'version.changed',
    ({ candidates }) => candidates[0]?.status === 'Stopped',
  )

  const item = { kind: 'checkpoint' as const, id }
  const [checkpoint] = itemsOf(await services.disk.describe(), 'checkpoint')
  expect(checkpoint).toMatchObject({ ...item, held: null })
  const deleted = await services.disk.delete(item)
  expect(itemsOf(deleted, 'checkpoint')).toEqual([])
  await services.continueCandidate(id)
  expect((await services.disk.describe()).bin).toEqual([])
})

test('what has been in the bin for thirty days is erased when the engine starts', async () => {
  const test = await open()
  const { services } = test
  const [old, young] = [
    await services.datasets.import(await writeQuestionsCsv(test, 20)),
    await services.datasets.import(await writeQuestionsCsv(test, 21)),
  ]
  const dayMs = 24 * 60 * 60 * 1000
  for (const [dataset, days] of [
    [old, binDays],
    [young, binDays - 1],
  ] as const)
    insertBinRecord(services.db, {
      kind: 'dataset',
      id: dataset.id,
      name: dataset.name,
      detail: null,
      freesBytes: dataset.sizeBytes,
      deletedAtMs: Date.now() - days * dayMs,
    })
  const again = await test.reopen()
  opened = again
  await again.services.engine.start()
  await expect
    .poll(async () => (await again.services.disk.describe()).bin.map(({ id }) => id))
    .toEqual([young.id])
  const content = path.join(again.dataDirectory, 'content')
  expect(existsSync(path.join(content, old.contentSha256))).toBe(false)
  expect(existsSync(path.join(content, young.contentSha256))).toBe(true)
})

test('caches are cleared, and what they held comes back when it is needed', async () => {
  const test = await open()
  const { services } = test
  const { candidate } = await train(test)
  const answer = await services.playground.answer(candidate, 'tuned', 'Where is item 3?', ask)
  const broken = path.join(test.dataDirectory, 'models', 'downloads', 'owner--name', 'commit')
  await mkdir(broken, { recursive: true })
  await writeFile(path.join(broken, 'model.safetensors.partial'), 'half')
  const sizes = Object.fromEntries(
    (await services.disk.describe()).caches.map(({ cache, sizeBytes }) => [cache, sizeBytes]),
  )
  expect(sizes).toMatchObject({ downloads: 4, trainingCopies: 0 })
  expect(sizes['unpackedModels']).toBeGreaterThan(1000)

  await services.disk.clear('downloads')
  await services.disk.clear('unpackedModels')
  await expect.poll(() => unpackedIn(test.dataDirectory)).toEqual([])
  expect(existsSync(broken)).toBe(false)
  expect(await services.playground.answer(candidate, 'tuned', 'Where is item 3?', ask)).toBe(answer)
})

test('with the engine off it tells what it can, and puts datasets into the bin', async () => {
  const test = await openTestServices()
  opened = test
  const { disk } = test.services
  const id = await importQuestions(test)
  const ledger = await disk.describe()
  expect(ledger.isComplete).toBe(false)
  expect(ledger.items.map(({ kind }) => kind)).toEqual(['dataset'])
  await disk.delete({ kind: 'dataset', id })
  expect(test.services.datasets.list()).toEqual([])
  await expect(disk.delete({ kind: 'dataset', id })).rejects.toMatchObject({ code: 'NotFound' })
  await disk.restore({ kind: 'dataset', id })
  expect(test.services.datasets.list().map((dataset) => dataset.id)).toEqual([id])
  await expect(disk.delete({ kind: 'model', id: 'any' })).rejects.toMatchObject({
    code: 'EngineUnavailable',
  })
})

test('what reports are made with is told apart, goes into the bin and comes back, with the engine off', async () => {
  const test = await openTestServices()
  opened = test
  const { disk, evaluation } = test.services
  const fixtures = path.resolve(import.meta.dirname, '../../fixtures')
  await evaluation.scoringModels.of('encoder').importFolder(path.join(fixtures, 'encoder'))
  const set = path.join(test.root, 'set.jsonl')
  await writeFile(set, '{"question":"is it","answer":true}\n')
  await evaluation.builtInSets.importFile('boolq', set)
  const partial = path.join(test.dataDirectory, 'classifiers', 'encoder.download')
  await mkdir(partial, { recursive: true })
  await writeFile(path.join(partial, 'model.onnx.partial'), 'half')

  const ledger = await disk.describe()
  const encoder = { kind: 'scoringModel' as const, id: 'encoder' }
  const boolq = { kind: 'evaluationSet' as const, id: 'boolq' }
  expect(itemsOf(ledger, 'scoringModel')).toMatchObject([
    { ...encoder, sizeBytes: await evaluation.scoringModels.bertScorer.sizeBytes(), held: null },
  ])
  expect(itemsOf(ledger, 'evaluationSet')).toMatchObject([{ ...boolq, sizeBytes: 35 }])
  const sum =
    ledger.items.reduce((all, { freesBytes }) => all + freesBytes, 0) +
    ledger.caches.reduce((all, { sizeBytes }) => all + sizeBytes, 0)
  expect(sum + ledger.otherBytes).toBe(ledger.totalBytes)
  expect(ledger.caches).toContainEqual({ cache: 'downloads', sizeBytes: 4 })
  expect(itemsOf(await disk.clear('downloads'), 'scoringModel')).toHaveLength(1)
  expect(existsSync(partial)).toBe(false)

  await disk.delete(encoder)
  const without = await disk.delete(boolq)
  expect(without.items).toEqual([])
  expect(without.bin.map(({ name }) => name).toSorted()).toEqual(['BERTScore', 'boolq'])
  expect(await evaluation.scoringModels.list()).toContainEqual({ name: 'encoder', sizeBytes: null })
  await disk.restore(encoder)
  expect(await evaluation.scoringModels.bertScorer.score(['a'], 'a')).toHaveLength(1)
  await disk.erase(boolq)
  expect(existsSync(path.join(test.dataDirectory, 'evaluation-sets', 'boolq.jsonl'))).toBe(false)
  await disk.delete(encoder)
  await disk.emptyBin()
  expect(existsSync(path.join(test.dataDirectory, 'classifiers', 'encoder'))).toBe(false)
})

test('a report that is being made keeps what it may need', async () => {
  const test = await open()
  const { disk, evaluation } = test.services
  const { candidate } = await train(test)
  const set = path.join(test.root, 'set.jsonl')
  await writeFile(set, '{"question":"is it","answer":true}\n')
  await evaluation.builtInSets.importFile('boolq', set)
  const boolq = { kind: 'evaluationSet' as const, id: 'boolq' }
  const { id } = await evaluation.evaluator.start({
    candidateId: candidate.id,
    rows: 4,
    source: { kind: 'validation' },
    robustnessRows: 0,
    stereotypePairs: 0,
    withBase: true,
    judge: null,
    library: null,
  })
  expect(itemsOf(await disk.describe(), 'evaluationSet')).toMatchObject([{ held: 'evaluating' }])
  await expect(disk.delete(boolq)).rejects.toMatchObject({ code: 'EvaluationRunning' })
  await evaluation.evaluator.stop(id)
  expect(itemsOf(await disk.delete(boolq), 'evaluationSet')).toEqual([])
})
