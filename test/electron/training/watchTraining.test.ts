import { afterEach, expect, test } from 'vitest'
import { findCandidate, updateCandidate } from '../../../electron/db/candidates.ts'
import { listLogLines } from '../../../electron/db/logLines.ts'
import { listMetricPoints } from '../../../electron/db/metrics.ts'
import { getVersion } from '../../../electron/db/models.ts'
import { forkEngine } from '../../../electron/engineProcess/forkEngine.ts'
import { createServices } from '../../../electron/services.ts'
import { isTerminal, type Candidate, type ModelVersion } from '../../../shared/model.ts'
import type { MetricPoint } from '../../../shared/metrics.ts'
import {
  aRequest,
  createEventLog,
  enginePid,
  importQuestions,
  openTestServices,
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

const isEnded = (version: ModelVersion) =>
  version.candidates.every(({ status }) => isTerminal(status))

const firstCandidate = (version: ModelVersion): Candidate => version.candidates[0] as Candidate // each test asks for one

/** Long enough to be interrupted: 4 steps an epoch. */
const epochs = 200
const long = { epoch: String(epochs), eval_steps: '50' }
const allSteps = Array.from({ length: epochs * 4 }, (_, index) => index + 1)
const evaluatedSteps = [0, ...allSteps.filter((step) => step % 50 === 0)]

function expectWholeSeries(points: readonly MetricPoint[]): void {
  const steps = (metric: string) =>
    points
      .filter((point) => point.metric === metric)
      .map((point) => point.step)
      .sort((a, b) => a - b)
  expect(steps('train_loss')).toEqual(allSteps)
  expect(steps('learning_rate')).toEqual(allSteps)
  expect(steps('validation_loss')).toEqual(evaluatedSteps)
}

const pastStep = (step: number) => (points: MetricPoint[]) =>
  points.some((point) => point.step >= step)

test('goes on without gaps or doubles after the engine was killed in the middle of training', async () => {
  const test = await open()
  const { services, events } = test
  const started = await services.startVersion(aRequest(await importQuestions(test), long))
  await events.until('metrics.added', pastStep(10))
  process.kill(await enginePid(test.dataDirectory), 'SIGKILL')
  const ended = await events.until('version.changed', isEnded)
  const candidate = firstCandidate(ended)
  expect(candidate).toMatchObject({ id: firstCandidate(started).id, status: 'Completed' })
  expectWholeSeries(listMetricPoints(services.db, candidate.id))
  // What was announced is what is stored, each point once.
  expectWholeSeries(events.of('metrics.added').flat())
  const lines = listLogLines(services.db, candidate.id).map(({ line }) => line)
  expect(lines).toContain('The engine was started again: the job goes on from its checkpoint.')
  expect(new Set(lines.filter((line) => line.startsWith('step='))).size).toBe(
    lines.filter((line) => line.startsWith('step=')).length,
  )
  expect(events.of('engine.changed').map(({ state }) => state)).toEqual([
    'starting',
    'running',
    'starting',
    'running',
  ])
  expect(test.ended).toHaveLength(1)
})

test('goes on after the app was closed and opened again', async () => {
  const first = await open()
  const version = await first.services.startVersion(aRequest(await importQuestions(first), long))
  await first.events.until('metrics.added', pastStep(5))
  const second = await first.reopen()
  opened = second
  expect(firstCandidate(getVersion(second.services.db, version.id)).status).toBe('InProgress')
  await second.services.engine.start()
  const ended = await second.events.until('version.changed', isEnded)
  expect(ended.id).toBe(version.id)
  expect(firstCandidate(ended).status).toBe('Completed')
  expectWholeSeries(listMetricPoints(second.services.db, firstCandidate(ended).id))
})

test('claims no time left while the engine is off', async () => {
  const test = await open()
  const { services, events } = test
  const version = await services.startVersion(aRequest(await importQuestions(test), longTraining))
  await events.until('metrics.added', () => true)
  await services.engine.stop()
  const { id } = firstCandidate(version)
  updateCandidate(services.db, id, { progress: { step: 4, totalSteps: 4000, secondsLeft: 60 } })
  await services.watch.check()
  expect(findCandidate(services.db, id)).toMatchObject({
    status: 'InProgress',
    failure: null,
    progress: { step: 4, secondsLeft: null },
  })
})

test('sends a create again when the app ended before it got an answer, and makes one job only', async () => {
  const test = await open()
  const { services, events } = test
  const version = await services.startVersion(aRequest(await importQuestions(test)))
  const candidate = firstCandidate(version)
  await events.until('version.changed', isEnded)
  // As the row stood before the answer came: the job is there, the candidate does not know it.
  updateCandidate(services.db, candidate.id, { status: 'Queued' })
  await services.watch.check()
  await services.watch.check()
  expect(findCandidate(services.db, candidate.id)).toMatchObject({
    status: 'Completed',
    trainingJobName: candidate.trainingJobName,
  })
})

test('announces to one face of the app what another one stored', async () => {
  const test = await open()
  const other = createEventLog()
  const otherFace = createServices({
    dataDirectory: test.dataDirectory,
    resourcesDirectory: `${test.root}/resources`,
    launchEngine: forkEngine,
    systemLocale: 'en',
    publish: other.publish,
  })
  try {
    await otherFace.engine.start()
    expect(otherFace.engine.status().endpoint).toBe(test.services.engine.status().endpoint)
    await test.services.startVersion(aRequest(await importQuestions(test), long))
    await Promise.all(
      [test.events, other].map((events) => events.until('version.changed', isEnded)),
    )
    expectWholeSeries(test.events.of('metrics.added').flat())
    // The other face may have met the candidate after its first points: those it reads, all later ones it is told.
    const steps = (events: typeof other) =>
      events
        .of('metrics.added')
        .flat()
        .filter((point) => point.metric === 'train_loss')
        .map((point) => point.step)
    expect(steps(other).length).toBeGreaterThan(0)
    expect(steps(other)).toEqual(steps(test.events).slice(-steps(other).length))
  } finally {
    await otherFace.close()
  }
})

test('a stopped training goes on where it stopped, to the losses of one that was never stopped', async () => {
  const test = await open()
  const { services, events } = test
  const request = aRequest(await importQuestions(test), long)
  const { id } = firstCandidate(await services.startVersion(request))
  await events.until('metrics.added', pastStep(10))
  await services.stopCandidate(id)
  await events.until('version.changed', (version) => firstCandidate(version).status === 'Stopped')
  const stopped = findCandidate(services.db, id)
  expect(stopped?.progress?.step).toBeLessThan(allSteps.length)
  await services.continueCandidate(id)
  await events.until('version.changed', (version) => firstCandidate(version).status === 'Completed')
  expect(findCandidate(services.db, id)?.trainingJobName).not.toBe(stopped?.trainingJobName)
  const points = listMetricPoints(services.db, id)
  expectWholeSeries(points)

  const whole = await services.startVersion({ ...request, name: 'Never stopped' })
  await events.until('version.changed', (version) => version.id === whole.id && isEnded(version))
  const values = (of: readonly MetricPoint[]) =>
    of.map(({ metric, step, value }) => `${metric} ${step} ${value}`).sort()
  expect(values(listMetricPoints(services.db, firstCandidate(whole).id))).toEqual(values(points))
})

test('only a stopped training goes on', async () => {
  const test = await open()
  const version = await test.services.startVersion(
    aRequest(await importQuestions(test), { epoch: '1' }),
  )
  await test.events.until('version.changed', isEnded)
  await expect(test.services.continueCandidate(firstCandidate(version).id)).rejects.toMatchObject({
    code: 'CandidateNotReady',
  })
})

test('one trains at a time; those that wait can change places', async () => {
  const test = await open()
  const { services, events } = test
  const request = aRequest(await importQuestions(test), { epoch: '60' })
  const candidates = [0, 1, 2].flatMap(() => request.candidates)
  const { id: versionId } = await services.startVersion({ ...request, candidates })
  const [first, second, third] = getVersion(services.db, versionId).candidates.map(({ id }) => id)
  expect(getVersion(services.db, versionId).candidates.map(({ status }) => status)).toEqual([
    'InProgress',
    'Queued',
    'Queued',
  ])
  services.trainNext(third as string)
  const ended = await events.until('version.changed', isEnded)
  expect(test.ended.map(({ id }) => id)).toEqual([first, third, second])
  expect(ended.candidates.map(({ status }) => status)).toEqual(Array(3).fill('Completed'))
})

test('fails a candidate whose job the engine lost, with a reason', async () => {
  const test = await open()
  const { services } = test
  const version = await services.startVersion(aRequest(await importQuestions(test), { epoch: '1' }))
  const { id } = firstCandidate(version)
  await test.events.until('version.changed', isEnded)
  updateCandidate(services.db, id, { status: 'InProgress' })
  services.db
    .prepare("UPDATE candidates SET training_job_name = 'timbre-nobody-knows-me' WHERE id = ?")
    .run(id)
  const closed = await test.reopen()
  opened = closed
  await closed.services.engine.start()
  const ended = await closed.events.until('version.changed', isEnded)
  expect(firstCandidate(ended)).toMatchObject({
    status: 'Failed',
    failure: { code: 'TrainingFailed' },
  })
})
