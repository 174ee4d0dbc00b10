import { expect, test } from 'vitest'
import {
  findBaseModel,
  listBaseModels,
  replaceBaseModels,
} from '../../../electron/db/baseModels.ts'
import { insertBinRecord } from '../../../electron/db/bin.ts'
import {
  deleteCandidate,
  findCandidate,
  findCandidateByJobName,
  findLogForwardToken,
  listOpenCandidates,
  updateCandidate,
} from '../../../electron/db/candidates.ts'
import {
  deleteDataset,
  findDataset,
  getDataset,
  isDatasetInTraining,
  listDatasets,
  listReferencedContent,
  saveDataset,
} from '../../../electron/db/datasets.ts'
import { insertEvent, listEvents } from '../../../electron/db/events.ts'
import {
  insertAnswer,
  insertTurn,
  listRatedAnswers,
  listTurns,
  searchConversations,
  setRating,
} from '../../../electron/db/conversations.ts'
import {
  appendLogLines,
  findValidationRows,
  listLogLines,
  saveLogPage,
} from '../../../electron/db/logLines.ts'
import { insertMetricPoints, listMetricPoints } from '../../../electron/db/metrics.ts'
import {
  deleteEmptyVersions,
  findVersion,
  getModel,
  getResourceName,
  insertModelVersion,
  listModels,
  renameModel,
  setChosenCandidate,
} from '../../../electron/db/models.ts'
import { getSettings, updateSettings } from '../../../electron/db/settings.ts'
import type { MetricPoint } from '../../../shared/metrics.ts'
import { defaultPromptTemplate } from '../../../shared/promptTemplate.ts'
import { modelNameSchema, type BaseModel } from '../../../shared/model.ts'
import {
  aCandidate,
  aDataset,
  aNewVersion,
  insertTestVersion,
  openTestDatabase,
} from '../../support/database.ts'

function point(overrides: Partial<MetricPoint> = {}): MetricPoint {
  const metric = 'train_loss'
  return { candidateId: 'candidate-1', metric, step: 1, value: 2.5, loggedAtMs: 5, ...overrides }
}

test('gives a dataset back as it was stored, fixes in order', () => {
  const db = openTestDatabase()
  const fix = { count: 3, contentBefore: 'a', contentAfter: 'b', appliedAtMs: 9 }
  const dataset = aDataset({
    appliedFixes: [
      { code: 'byte-order-mark', ...fix },
      { code: 'blank-row', ...fix },
    ],
  })
  saveDataset(db, dataset)
  expect(getDataset(db, dataset.id)).toEqual(dataset)
  const undone = { ...dataset, appliedFixes: [], name: 'New name' }
  saveDataset(db, undone)
  expect(listDatasets(db)).toEqual([undone])
})

test('says which dataset is not there', () => {
  const db = openTestDatabase()
  expect(() => getDataset(db, 'gone')).toThrow(
    expect.objectContaining({ code: 'DatasetNotFound', details: { id: 'gone' } }),
  )
})

test('keeps a version and its content hash when the dataset is deleted', () => {
  const db = openTestDatabase()
  saveDataset(db, aDataset())
  const version = insertTestVersion(db)
  deleteDataset(db, 'dataset-1')
  expect(findDataset(db, 'dataset-1')).toBeUndefined()
  expect(findVersion(db, version.id)).toEqual(version)
  expect(listReferencedContent(db)).toEqual(new Set([version.datasetSha256]))
})

test('knows that a dataset is in training until its candidates have ended', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  expect(isDatasetInTraining(db, 'dataset-1')).toBe(true)
  updateCandidate(db, 'candidate-1', { status: 'Stopped' })
  expect(isDatasetInTraining(db, 'dataset-1')).toBe(false)
})

test('numbers the versions of a model and lists the newest first', () => {
  const db = openTestDatabase()
  const first = insertTestVersion(db)
  const second = insertModelVersion(
    db,
    { id: 'model-1' },
    aNewVersion({ id: 'version-2', candidates: [aCandidate({ id: 'candidate-2' })] }),
  )
  expect([first.number, second.number]).toEqual([1, 2])
  expect(getModel(db, 'model-1').versions).toEqual([second, first])
})

test('refuses a second model of the same name in any case, and stores nothing of it', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  const model = { ...getModel(db, 'model-1'), id: 'model-2', name: 'VOICE' }
  expect(() => insertModelVersion(db, model, aNewVersion({ id: 'version-2' }))).toThrow(
    expect.objectContaining({ code: 'NameTaken', details: { name: 'VOICE' } }),
  )
  expect(listModels(db)).toHaveLength(1)
})

test('renames a model, not to another’s name in any case, and one in the bin makes way for it', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  const name = 'Desk '.repeat(12).trim()
  const other = { ...getModel(db, 'model-1'), id: 'model-2', name }
  insertModelVersion(
    db,
    other,
    aNewVersion({ id: 'version-2', candidates: [aCandidate({ id: 'candidate-2' })] }),
  )
  expect(() => renameModel(db, 'model-1', name.toUpperCase())).toThrow(
    expect.objectContaining({ code: 'NameTaken', details: { name: name.toUpperCase() } }),
  )
  expect(renameModel(db, 'model-1', 'VOICE').name).toBe('VOICE')
  // What AWS has of it is called as before.
  expect(getResourceName(db, 'model-1')).toBe('Voice')

  const item = { kind: 'model' as const, id: 'model-2' }
  insertBinRecord(db, { ...item, name, detail: null, freesBytes: 0, deletedAtMs: 1 })
  expect(() => renameModel(db, 'model-2', 'Back')).toThrow(
    expect.objectContaining({ code: 'ModelNotFound' }),
  )
  expect(renameModel(db, 'model-1', name).name).toBe(name)
  // Another name that can be a model's, too.
  expect(modelNameSchema.parse(getModel(db, 'model-2').name)).toBe(`${name.slice(0, 58)} 2`)
  expect(() => renameModel(db, 'gone', 'Any')).toThrow(
    expect.objectContaining({ code: 'ModelNotFound' }),
  )
})

test('refuses a version of a model that is not there', () => {
  const db = openTestDatabase()
  expect(() => insertModelVersion(db, { id: 'gone' }, aNewVersion())).toThrow(
    expect.objectContaining({ code: 'ModelNotFound' }),
  )
})

test('updates the named fields of a candidate only', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  const progress = { step: 3, totalSteps: 10, secondsLeft: null }
  updateCandidate(db, 'candidate-1', { status: 'InProgress', progress, startedAtMs: 7 })
  const updated = updateCandidate(db, 'candidate-1', { secondaryStatus: 'Training' })
  expect(updated).toEqual({
    ...aCandidate({ status: 'InProgress', progress, startedAtMs: 7, secondaryStatus: 'Training' }),
    versionId: 'version-1',
  })
  expect(findCandidate(db, 'candidate-1')).toEqual(updated)
  expect(findCandidateByJobName(db, 'job-candidate-1')).toEqual(updated)
  expect(() => updateCandidate(db, 'gone', {})).toThrow(
    expect.objectContaining({ code: 'CandidateNotFound' }),
  )
})

test('lists the candidates that have not ended', () => {
  const db = openTestDatabase()
  const statuses = ['Queued', 'Completed', 'InProgress', 'Failed', 'Stopping', 'Stopped'] as const
  insertTestVersion(db, {
    candidates: statuses.map((status) => aCandidate({ id: status, status })),
  })
  expect(listOpenCandidates(db).map(({ id }) => id)).toEqual(['Queued', 'InProgress', 'Stopping'])
})

test('keeps the choice, takes it back, and refuses a candidate of another version', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  expect(setChosenCandidate(db, 'version-1', 'candidate-1').chosenCandidateId).toBe('candidate-1')
  expect(setChosenCandidate(db, 'version-1', null).chosenCandidateId).toBeNull()
  const other = aNewVersion({ id: 'version-2', candidates: [aCandidate({ id: 'candidate-2' })] })
  insertModelVersion(db, { id: 'model-1' }, other)
  expect(() => setChosenCandidate(db, 'version-1', 'candidate-2')).toThrow(
    expect.objectContaining({ code: 'CandidateNotFound' }),
  )
})

test('keeps the first value when a step is logged twice and returns only news', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  const points = [point({ step: 10 }), point({ step: 20 })]
  expect(insertMetricPoints(db, points.slice(0, 1))).toEqual(points.slice(0, 1))
  expect(insertMetricPoints(db, [point({ step: 10, value: 9 }), ...points.slice(1)])).toEqual(
    points.slice(1),
  )
  expect(listMetricPoints(db, 'candidate-1')).toEqual(points)
})

test('stores a log page once, whoever read it', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  const page = { fromToken: null, nextToken: 'f/1', lines: [{ atMs: 1, line: 'step=1' }] }
  expect([1, 2].map(() => saveLogPage(db, 'candidate-1', page))).toEqual([true, false])
  appendLogLines(db, 'candidate-1', [{ atMs: 2, line: 'step=2' }])
  expect(listLogLines(db, 'candidate-1').map(({ line }) => line)).toEqual(['step=1', 'step=2'])
  expect(findLogForwardToken(db, 'candidate-1')).toBe('f/1')
})

test('how well each row was predicted is kept beside the log, as of the best evaluation', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  expect(findValidationRows(db, 'candidate-1')).toBeNull()
  appendLogLines(db, 'candidate-1', [
    { atMs: 1, line: 'step=1 rows=9.000/4 8.500/2' },
    { atMs: 2, line: 'step=2 train_loss=1.000000' },
    { atMs: 3, line: 'step=3 rows=7.000/4 6.500/2' },
  ])
  expect(listLogLines(db, 'candidate-1').map(({ atMs }) => atMs)).toEqual([2])
  expect(findValidationRows(db, 'candidate-1')).toEqual({
    step: 3,
    shares: [
      { amount: 7, size: 4 },
      { amount: 6.5, size: 2 },
    ],
  })
})

test('keeps the history of a candidate in order', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  const started = { candidateId: 'candidate-1', kind: 'InProgress', details: {}, atMs: 5 }
  const ended = { ...started, kind: 'Completed', details: { seconds: 12 }, atMs: 4 }
  insertEvent(db, started)
  insertEvent(db, ended)
  expect(listEvents(db, 'candidate-1')).toEqual([started, ended])
})

test('keeps the hub in its order and drops what it no longer has', () => {
  const db = openTestDatabase()
  const models = ['b', 'a'].map((id): BaseModel => {
    const text = { displayName: id, provider: 'Timbre', license: 'Apache-2.0', description: '' }
    const size = { parameterCount: 1, contextTokens: null, languages: ['en'], hyperparameters: [] }
    const own = { promptTemplate: defaultPromptTemplate, isImported: false }
    const here = { way: 'jumpStart' as const, cloud: null }
    return { id, version: '1.0.0', card: '# Card', ...text, ...size, ...own, ...here }
  })
  replaceBaseModels(db, models)
  expect(listBaseModels(db)).toEqual(models)
  replaceBaseModels(db, models.slice(1))
  expect([findBaseModel(db, 'a'), findBaseModel(db, 'b')]).toEqual([models[1], undefined])
})

test('keeps conversations with their branches, finds them by any word, and what was rated', () => {
  const db = openTestDatabase()
  const settings = { maxNewTokens: 20, temperature: 0, topP: 0.9, seed: 1 }
  const turn = (id: string, parentId: string | null, askedAtMs: number) => ({
    id,
    conversationId: 'talk',
    parentId,
    prompt: `Is it 100 % ${id}?`,
    settings,
    askedAtMs,
  })
  for (const one of [turn('a', null, 1), turn('b', 'a', 2), turn('b2', 'a', 3)]) insertTurn(db, one)
  const answer = {
    id: 'answer-1',
    turnId: 'b',
    position: 0,
    speaker: { kind: 'base' as const, baseModelId: 'pico' },
    title: 'Pico',
    text: '你好 there',
    tokenCount: 3,
    firstTokenMs: 12,
    tokensPerSecond: 30.5,
    finishReason: 'eos_token' as const,
    rating: null,
    answeredAtMs: 4,
  }
  insertAnswer(db, answer)
  expect(listTurns(db, 'talk')).toEqual([
    { ...turn('a', null, 1), answers: [] },
    { ...turn('b', 'a', 2), answers: [answer] },
    { ...turn('b2', 'a', 3), answers: [] },
  ])
  const found = [{ id: 'talk', title: 'Is it 100 % a?', turnCount: 3, askedAtMs: 3 }]
  for (const search of ['', '你好', '100 %', 'B2?'])
    expect(searchConversations(db, search, 9)).toEqual(found)
  expect(searchConversations(db, '100 _', 9)).toEqual([])
  setRating(db, 'answer-1', 'good')
  expect(listRatedAnswers(db)).toEqual([{ ...answer, rating: 'good', prompt: 'Is it 100 % b?' }])
})

test('deletes a model with everything that belongs to it', () => {
  const db = openTestDatabase()
  insertTestVersion(db)
  setChosenCandidate(db, 'version-1', 'candidate-1')
  insertMetricPoints(db, [point()])
  appendLogLines(db, 'candidate-1', [{ atMs: 1, line: 'step=1' }])
  insertEvent(db, { candidateId: 'candidate-1', kind: 'InProgress', details: {}, atMs: 1 })
  deleteCandidate(db, 'candidate-1')
  deleteEmptyVersions(db)
  const tables = ['models', 'versions', 'candidates', 'metric_points', 'log_lines', 'events']
  const counts = tables.map((table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
  expect(counts).toEqual(tables.map(() => 0))
})

test('changes one setting and leaves the defaults of the others', () => {
  const db = openTestDatabase()
  const defaults = getSettings(db)
  expect(updateSettings(db, { notifications: false })).toEqual({
    ...defaults,
    notifications: false,
  })
})

test('ignores a stored setting that this version cannot read', () => {
  const db = openTestDatabase()
  updateSettings(db, { colorScheme: 'dark' })
  db.prepare(`INSERT INTO settings VALUES ('language', '"klingon"'), ('unknown', '1')`).run()
  expect(getSettings(db)).toMatchObject({ language: 'system', colorScheme: 'dark' })
})
