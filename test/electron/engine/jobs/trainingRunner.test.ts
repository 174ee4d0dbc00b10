import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TrainingJobRecord } from '../../../../electron/engine/jobs/trainingJob.ts'
import { createTrainingJobInput } from '../../../../electron/engine/jobs/trainingJobInput.ts'
import {
  createTrainingRunner,
  type TrainingRunner,
} from '../../../../electron/engine/jobs/trainingRunner.ts'
import { openLogStream, type LogStream } from '../../../../electron/engine/store/logStream.ts'
import { openObjectStore, type ObjectStore } from '../../../../electron/engine/store/objects.ts'
import { openRecordTable, type RecordTable } from '../../../../electron/engine/store/records.ts'
import { trainingHyperparametersSchema } from '../../../../shared/hyperparameters.ts'
import { writeTinyBaseModel, longTraining } from '../../../support/engine.ts'

let directory: string
let objects: ObjectStore
let jobs: RecordTable<TrainingJobRecord>
let log: LogStream
let runner: TrainingRunner
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-runner-'))
  await writeTinyBaseModel(path.join(directory, 'models'))
  objects = await openObjectStore(path.join(directory, 's3'))
  await objects.createBucket('bucket')
  log = openLogStream(path.join(directory, 'log.jsonl'))
})
afterEach(async () => {
  await runner.shutdown()
  await rm(directory, { recursive: true })
})

function open(options: { misbehaving: boolean }): void {
  jobs = openRecordTable(path.join(directory, 'jobs'), (job) => job.name)
  runner = createTrainingRunner({
    jobs,
    objects,
    logOf: () => log,
    workDirectory: path.join(directory, 'work'),
    library: {
      bundled: path.join(directory, 'models'),
      imported: path.join(directory, 'imported'),
    },
    threads: 1,
    device: () => Promise.resolve({ provider: 'cpu', trials: [] }),
    ...(options.misbehaving
      ? { workerEntry: new URL('../../../support/misbehavingWorker.ts', import.meta.url) }
      : {}),
  })
}

async function createJob(
  name: string,
  prompt: string,
  overrides: {
    hyperparameters?: Record<string, string>
    maxRuntimeSeconds?: number
    record?: Partial<TrainingJobRecord>
  } = {},
): Promise<void> {
  for (const channel of ['training', 'validation']) {
    const lines = Array.from({ length: 8 }, () => JSON.stringify({ prompt, completion: 'b' }))
    const content = (async function* () {
      yield Buffer.from(lines.join('\n'))
    })()
    await objects.keepObject(
      'bucket',
      `${name}/${channel}/data.jsonl`,
      await objects.receive(content),
      { contentType: '', metadata: {} },
    )
  }
  const channel = (ChannelName: string, S3Uri: string) => ({
    ChannelName,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } },
  })
  const request = createTrainingJobInput.parse({
    TrainingJobName: name,
    HyperParameters: { max_input_length: '32', ...overrides.hyperparameters },
    AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
    RoleArn: 'arn:aws:iam::000000000000:role/Timbre',
    InputDataConfig: [
      channel('training', `s3://bucket/${name}/training/`),
      channel('validation', `s3://bucket/${name}/validation/`),
      channel('model', 's3://timbre-models/tiny-base/1.0.0/'),
    ],
    OutputDataConfig: { S3OutputPath: 's3://bucket/output/' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: overrides.maxRuntimeSeconds ?? 3600 },
  })
  jobs.put({
    name,
    arn: `arn:${name}`,
    request,
    hyperparameters: trainingHyperparametersSchema.parse(request.HyperParameters),
    createdAtMs: Date.now(),
    modifiedAtMs: Date.now(),
    status: 'InProgress',
    secondaryStatus: 'Starting',
    transitions: [{ status: 'Starting', startedAtMs: Date.now(), message: '' }],
    logStreamName: `${name}/algo-1-1`,
    trainingStartedAtMs: null,
    trainingEndedAtMs: null,
    progress: null,
    finalMetrics: {},
    artifactUri: null,
    failureReason: null,
    ...overrides.record,
  })
  runner.wake()
}

async function reaches(
  name: string,
  isReached: (job: TrainingJobRecord) => boolean,
): Promise<TrainingJobRecord> {
  let job: TrainingJobRecord | undefined
  await expect
    .poll(
      () => {
        job = jobs.find(name)
        return job !== undefined && isReached(job)
      },
      { timeout: 20_000, interval: 10 },
    )
    .toBe(true)
  if (!job) throw new Error('no job')
  return job
}

test.each([
  ['throw', 'InternalServerError: The training thread failed: a defect'],
  ['exit', 'InternalServerError: The training thread ended without a result.'],
  ['full disk', 'ClientError: No space left on device. Free some space and start the job again.'],
  ['say nothing', 'InternalServerError: The training thread ended without a result.'],
])('a worker that does "%s" fails its job, and the next one runs', async (prompt, reason) => {
  open({ misbehaving: true })
  await createJob('one', prompt)
  await createJob('two', 'wait')
  const failed = await reaches('one', (job) => job.status === 'Failed')
  expect(failed.failureReason).toBe(reason)
  expect(log.events().map((event) => event.message)).toContain(reason)
  await reaches('two', (job) => job.secondaryStatus === 'Training')
  expect(await readdir(path.join(directory, 'work'))).toEqual(['two'])
})

test('a worker is told when its log line is written, so that a checkpoint can wait for it', async () => {
  open({ misbehaving: true })
  await createJob('one', 'wait for the log')
  const job = await reaches('one', (seen) => seen.status === 'Failed')
  expect(job.failureReason).toBe('ClientError: told')
})

test('a metric line that was logged already is dropped', async () => {
  open({ misbehaving: true })
  await createJob('one', 'repeat')
  const job = await reaches('one', (seen) => seen.status === 'Failed')
  expect(job.failureReason).toBe('AlgorithmError: enough')
  const steps = log.events().flatMap(({ message }) => /^step=(\d+) /.exec(message)?.[1] ?? [])
  expect(steps).toEqual(['1', '2', '3'])
})

test('a job without examples fails as the client’s error', async () => {
  open({ misbehaving: false })
  await createJob('one', 'a')
  const { request } = jobs.find('one') as TrainingJobRecord
  await reaches('one', (job) => job.status === 'Completed')
  jobs.put({
    ...(jobs.find('one') as TrainingJobRecord),
    name: 'two',
    status: 'InProgress',
    secondaryStatus: 'Starting',
    artifactUri: null,
    request: {
      ...request,
      InputDataConfig: request.InputDataConfig.map((channel) =>
        channel.ChannelName === 'training'
          ? {
              ...channel,
              DataSource: {
                S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: 's3://bucket/nothing/' },
              },
            }
          : channel,
      ),
    },
  })
  runner.wake()
  const failed = await reaches('two', (job) => job.status === 'Failed')
  expect(failed.failureReason).toMatch(/^ClientError: no \.jsonl file under s3:\/\/bucket\/nothing/)
})

test('a stop keeps the best model so far, and one before the first evaluation keeps none', async () => {
  open({ misbehaving: false })
  await createJob('late', 'a', { hyperparameters: { ...longTraining, eval_steps: '1' } })
  await reaches('late', (job) => (job.progress?.step ?? 0) >= 3)
  runner.requestStop('late')
  const late = await reaches('late', (job) => job.status === 'Stopped')
  expect(late.artifactUri).toBe('s3://bucket/output/late/output/model.tar.gz')
  expect(late.finalMetrics['timbre:eval-loss']).toBeGreaterThan(0)
  expect(late.transitions.map((transition) => transition.status).slice(-2)).toEqual([
    'Stopping',
    'Stopped',
  ])

  await createJob('early', 'a', { hyperparameters: { ...longTraining, eval_steps: '100000' } })
  await reaches('early', (job) => (job.progress?.step ?? 0) >= 1)
  runner.requestStop('early')
  const early = await reaches('early', (job) => job.status === 'Stopped')
  expect(early.artifactUri).toBeNull()
})

test('a job at its time limit says so', async () => {
  open({ misbehaving: false })
  await createJob('one', 'a', { hyperparameters: longTraining, maxRuntimeSeconds: 1 })
  const job = await reaches('one', (seen) => seen.status === 'Stopped')
  expect(job.secondaryStatus).toBe('MaxRuntimeExceeded')
})

test('waiting jobs are pending, and a stopped one never starts', async () => {
  open({ misbehaving: true })
  await createJob('one', 'wait')
  await createJob('two', 'wait')
  expect(jobs.find('two')?.secondaryStatus).toBe('Pending')
  runner.requestStop('two')
  expect(jobs.find('two')).toMatchObject({ status: 'Stopped', trainingStartedAtMs: null })
})

test('a job that took the engine down again and again is given up', async () => {
  open({ misbehaving: true })
  // As a crashed engine leaves it: started often, not one step further.
  await createJob('one', 'wait', { record: { starts: { atStep: 0, count: 4 } } })
  const job = await reaches('one', (seen) => seen.status === 'Failed')
  expect(job.failureReason).toMatch(/^InternalServerError: the engine ended 4 times/)
})
