/** A model is renamed, and it is told what its deletion takes: with all that answers and was answered in its name. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { listTurns } from '../../electron/db/conversations.ts'
import { getModel, getVersion, listModels } from '../../electron/db/models.ts'
import { isTerminal, type Candidate, type ModelVersion } from '../../shared/model.ts'
import { longTraining } from '../support/engine.ts'
import {
  aRequest,
  importQuestions,
  openTestServices,
  type TestServices,
} from '../support/services.ts'

let opened: TestServices
let version: ModelVersion
let candidate: Candidate
let endpointName: string

const settings = { maxNewTokens: 4, temperature: 0, topP: 0.9, seed: 1 }

beforeAll(async () => {
  opened = await openTestServices()
  const { services, events } = opened
  await services.engine.start()
  const started = await services.startVersion(aRequest(await importQuestions(opened)))
  version = await events.until(
    'version.changed',
    ({ id, candidates }) =>
      id === started.id && candidates.every(({ status }) => isTerminal(status)),
  )
  candidate = version.candidates[0] as Candidate // the request asks for one
  const speaker = { kind: 'candidate' as const, candidateId: candidate.id }
  services.playground.ask({
    requestId: 'r1',
    conversationId: 'talk',
    parentId: null,
    prompt: 'Where is item 3?',
    settings,
    speakers: [speaker],
    remembers: false,
  })
  await events.until('answer.appended', ({ done }) => done)
  const { batches, deployments, endpoints } = services.use
  const { datasetId } = version
  const batch = await batches.start({
    ...{ speaker, datasetId, column: 'question', settings, transform: null },
  })
  await batches.ended(batch.id)
  const { name } = await deployments.deploy({
    candidateId: candidate.id,
    name: 'desk',
    instanceType: 'ml.m5.large',
    instanceCount: 1,
    idleMinutes: 60,
    dataCapture: null,
    isAsync: false,
    scaling: null,
    mayGoUnguarded: false,
  })
  endpointName = name
  await vi.waitUntil(() => endpoints.get(name).status === 'InService', { timeout: 60_000 })
})
beforeEach(() => void opened.services.renameModel(version.modelId, 'Help desk'))
afterAll(() => opened.close())

/** What is called after the model, wherever it is shown. */
async function shownNames() {
  const { db, use } = opened.services
  const { endpoints } = use.endpoints.state()
  return {
    list: listModels(db).map(({ name }) => name),
    speaker: (await use.speakers())[0]?.title,
    answer: listTurns(db, 'talk')[0]?.answers[0]?.title,
    batch: use.batches.list()[0]?.title,
    endpoints: endpoints.map(({ title }) => title),
    variants: endpoints
      .find(({ name }) => name === endpointName)
      ?.revisions.flatMap(({ variants }) => variants.map(({ title }) => title)),
    deployment: (await use.deployments.defaults(candidate.id)).modelName,
    notebook: (await use.notebook(candidate.id)).cells[0]?.source[0],
    report: /<title>([^<]*)/.exec(await opened.services.report(candidate.id))?.[1],
    disk: (await opened.services.disk.describe()).items.find(({ kind }) => kind === 'model')?.name,
  }
}

test('every place that shows a model’s name follows a rename, and what was made of it keeps its own', async () => {
  const { services, events } = opened
  const title = `Front office V1 · ${candidate.baseModelName}`
  const made = () =>
    services.use.endpoints.state().endpoints.map(({ name, arn, revisions }) => ({
      name,
      arn,
      configs: revisions.map(({ configName }) => configName),
      models: revisions.flatMap(({ variants }) => variants.map(({ modelName }) => modelName)),
    }))
  // The report is answered for by the base model's endpoint as well, which is there from then on.
  await shownNames()
  const before = await shownNames()
  const madeBefore = made()
  expect(JSON.stringify(before)).not.toContain('Front')

  expect(services.renameModel(version.modelId, '  Front office ')).toMatchObject({
    id: version.modelId,
    name: 'Front office',
  })
  expect(events.of('model.renamed').at(-1)).toEqual({ id: version.modelId, name: 'Front office' })
  const after = await shownNames()
  expect(after).toEqual(
    JSON.parse(JSON.stringify(before).replaceAll('Help desk', 'Front office')) as unknown,
  )
  expect(after).toMatchObject({ speaker: title, answer: title, batch: title, variants: [title] })
  expect(after.endpoints.filter((one) => one === title)).toHaveLength(2)

  expect(made()).toEqual(madeBefore)
  expect(getVersion(services.db, version.id).candidates[0]).toEqual(candidate)
  // Nothing is looked for by the new name: the same test endpoint answers.
  await services.playground.answer(candidate, 'tuned', 'Where is item 4?', settings)
  expect(made()).toEqual(madeBefore)
})

test.each([
  ['', 'NameInvalid'],
  [' .desk', 'NameInvalid'],
  ['a/b', 'NameInvalid'],
  ['x'.repeat(61), 'NameInvalid'],
])('%s is no name for a model', (name, code) => {
  const { db } = opened.services
  expect(() => opened.services.renameModel(version.modelId, name)).toThrow(
    expect.objectContaining({ code }),
  )
  expect(getModel(db, version.modelId).name).toBe('Help desk')
})

test('tells what a deletion takes and what it leaves, also of what trains and what is asked', async () => {
  const { services } = opened
  expect(await services.disk.describeDeletion(version.modelId)).toEqual({
    versions: 1,
    candidates: 1,
    reports: 0,
    freesBytes: expect.any(Number),
    trainings: { here: 0, inAws: 0 },
    datasets: [version.datasetName],
    conversations: 1,
    endpoints: [endpointName],
  })
  const { events } = opened
  const again = await services.startVersion(
    aRequest(version.datasetId, longTraining, { modelId: version.modelId, name: 'Stale' }),
  )
  // Called as the model is, whatever the page that asked for it still showed.
  expect(again.candidates[0]?.trainingJobName).toMatch(/^timbre-help-desk-/)
  await events.until('metrics.added', ([point]) => point?.candidateId === again.candidates[0]?.id)
  // It trains on, under a name that the notification of its end then has.
  services.renameModel(version.modelId, 'HELP desk')
  expect(getModel(services.db, version.modelId)).toMatchObject({
    name: 'HELP desk',
    versions: [{ candidates: [{ status: 'InProgress' }] }, {}],
  })
  expect(await services.disk.describeDeletion(version.modelId)).toMatchObject({
    versions: 2,
    candidates: 2,
    trainings: { here: 1, inAws: 0 },
  })

  const item = { kind: 'model' as const, id: version.modelId }
  await services.disk.delete(item)
  for (const refused of [
    () => services.disk.describeDeletion(version.modelId),
    async () => services.renameModel(version.modelId, 'Gone'),
  ])
    await expect(refused()).rejects.toMatchObject({ code: 'ModelNotFound' })
  expect(services.use.endpoints.get(endpointName).status).toBe('InService')
  await services.disk.restore(item)
  await events.until(
    'version.changed',
    ({ id, candidates }) => id === again.id && candidates[0]?.status === 'Stopped',
  )
  expect(await services.disk.describeDeletion(version.modelId)).toMatchObject({
    trainings: { here: 0, inAws: 0 },
    endpoints: [endpointName],
  })
})

test('without the engine it tells all but the size, and renames all the same', async () => {
  const { services } = opened
  await services.engine.stop()
  try {
    expect(await services.disk.describeDeletion(version.modelId)).toMatchObject({
      freesBytes: null,
      conversations: 1,
    })
    expect(services.renameModel(version.modelId, 'Offline').name).toBe('Offline')
    expect(listModels(services.db).map(({ name }) => name)).toEqual(['Offline'])
  } finally {
    await services.engine.start()
  }
})
