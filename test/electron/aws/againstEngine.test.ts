import { once } from 'node:events'
import { createServer } from 'node:net'
import { ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createClients, type AwsClients } from '../../../electron/aws/clients.ts'
import { describeHubModel, listHubModelIds } from '../../../electron/aws/hub.ts'
import { findLogStream, readLogPage } from '../../../electron/aws/logs.ts'
import { deleteObject, ensureBucket, putTextOnce } from '../../../electron/aws/s3.ts'
import {
  createTrainingJob,
  describeTrainingJob,
  stopTrainingJob,
  type TrainingJobSpec,
} from '../../../electron/aws/trainingJobs.ts'
import { createConnections } from '../../../electron/aws/workspace.ts'
import { engineHyperparameters } from '../../../shared/hyperparameters.ts'
import { engineMetricDefinitions } from '../../../shared/metrics.ts'
import { startTestEngine, tinyModelId, type TestEngine } from '../../support/engine.ts'

let engine: TestEngine
let clients: AwsClients
const bucket = 'timbre-test'
const roleArn = 'arn:aws:iam::000000000000:role/TimbreExecution'
const dead: AwsClients[] = []
const connection = () => ({ clients, roleArn, kmsKeyArn: null, vpc: null, tags: [] })

beforeAll(async () => {
  engine = await startTestEngine()
  clients = createClients({ kind: 'local', ...engine.engine.connection })
  await ensureBucket(clients, bucket)
})

afterEach(() => {
  for (const one of dead.splice(0)) one.destroy()
})

afterAll(async () => {
  clients.destroy()
  await engine.stop()
})

async function aJob(jobName: string, epoch = '1'): Promise<TrainingJobSpec> {
  const lines = Array.from(
    { length: 8 },
    (_, row) => `${JSON.stringify({ prompt: `Question ${row}`, completion: `Answer ${row}` })}\n`,
  ).join('')
  for (const channel of ['training', 'validation'])
    await putTextOnce(
      { clients, kmsKeyArn: null },
      bucket,
      `data/${channel}/rows.jsonl`,
      lines,
      'application/jsonlines',
    )
  return {
    jobName,
    hubModel: await describeHubModel(clients, tinyModelId),
    hyperparameters: { epoch, per_device_train_batch_size: '4', max_input_length: '64' },
    checkpointUri: `s3://${bucket}/checkpoints/${jobName}/`,
    trainingUri: `s3://${bucket}/data/training/`,
    validationUri: `s3://${bucket}/data/validation/`,
    outputUri: `s3://${bucket}/jobs/`,
    choice: null,
  }
}

async function untilEnded(jobName: string) {
  await expect
    .poll(async () => (await describeTrainingJob(clients, jobName)).status, { timeout: 30_000 })
    .toMatch(/Completed|Failed|Stopped/)
  return describeTrainingJob(clients, jobName)
}

test('reads base models, their forms and metric definitions from the hub', async () => {
  expect(await listHubModelIds(clients)).toEqual([tinyModelId])
  const model = await describeHubModel(clients, tinyModelId)
  expect(model.baseModel).toMatchObject({ id: tinyModelId, displayName: 'Tiny', languages: ['en'] })
  expect(model.baseModel.hyperparameters).toEqual(engineHyperparameters)
  expect(model.metricDefinitions).toEqual(engineMetricDefinitions)
  await expect(describeHubModel(clients, 'nobody')).rejects.toMatchObject({ code: 'NotFound' })
})

test('creates one job, however often it is asked under the same name', async () => {
  const spec = await aJob('created-twice')
  const arn = await createTrainingJob(connection(), spec)
  expect(await createTrainingJob(connection(), spec)).toBe(arn)
  const { TrainingJobSummaries: jobs } = await clients.sageMaker.send(
    new ListTrainingJobsCommand({ NameContains: 'created-twice' }),
  )
  expect(jobs).toHaveLength(1)
  const job = await untilEnded('created-twice')
  expect(job).toMatchObject({
    arn,
    status: 'Completed',
    progress: { step: 2, totalSteps: 2 },
    metricDefinitions: engineMetricDefinitions,
    modelArtifactUri: `s3://${bucket}/jobs/created-twice/output/model.tar.gz`,
  })
  // Ended already: stopping it changes nothing and is no error.
  await stopTrainingJob(clients, 'created-twice')
  await expect(stopTrainingJob(clients, 'nobody')).rejects.toMatchObject({ code: 'NotFound' })
})

test('reads a log to its end and goes on from the token', async () => {
  expect(await findLogStream(clients, 'nobody')).toBeNull()
  await createTrainingJob(connection(), await aJob('logged'))
  await untilEnded('logged')
  const stream = (await findLogStream(clients, 'logged')) ?? ''
  const page = await readLogPage(clients, stream, null)
  expect(page.lines.map(({ line }) => line)).toContainEqual(expect.stringMatching(/^step=2 /))
  const next = await readLogPage(clients, stream, page.forwardToken)
  expect(next).toEqual({ lines: [], forwardToken: page.forwardToken })
})

test('writes a key once and takes it away', async () => {
  await ensureBucket(clients, bucket)
  const read = async () => {
    const object = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'a/b.txt' }))
    return object.Body?.transformToString()
  }
  await putTextOnce({ clients, kmsKeyArn: null }, bucket, 'a/b.txt', '你好', 'text/plain')
  await putTextOnce({ clients, kmsKeyArn: null }, bucket, 'a/b.txt', 'another', 'text/plain')
  expect(await read()).toBe('你好')
  await deleteObject(clients, `s3://${bucket}/a/b.txt`)
  await deleteObject(clients, `s3://${bucket}/a/b.txt`)
  await expect(read()).rejects.toMatchObject({ code: 'NotFound' })
})

test('an engine that does not answer, or does not know the keys, is unavailable', async () => {
  // A port that was free a moment ago.
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  server.close()
  await once(server, 'close')
  const { connection } = engine.engine
  const gone = createClients({ kind: 'local', ...connection, endpoint: `http://127.0.0.1:${port}` })
  const stranger = createClients({ kind: 'local', ...connection, accessKeyId: 'AKIANOBODY' })
  const forger = createClients({ kind: 'local', ...connection, secretAccessKey: 'wrong' })
  dead.push(gone, stranger, forger)
  for (const one of [gone, stranger, forger]) {
    await expect(listHubModelIds(one)).rejects.toMatchObject({
      code: 'EngineUnavailable',
      retryable: true,
    })
  }
})

test('keeps one connection for a target and makes another for the next', async () => {
  const local = { kind: 'local' as const, ...engine.engine.connection }
  const withKey = (accessKeyId: string) => ({
    target: { ...local, accessKeyId },
    executionRoleArn: null,
    bucket: null,
    prefix: 'timbre',
    kmsKeyArn: null,
    vpc: null,
    tags: [],
  })
  let target = withKey(local.accessKeyId)
  const connections = createConnections(async () => target)
  const first = await connections.connect('local')
  expect(first).toMatchObject({
    bucket: 'sagemaker-us-east-1-000000000000',
    roleArn,
    account: '000000000000',
    partition: 'aws',
  })
  expect((await connections.connect('local')).clients).toBe(first.clients)
  target = withKey('AKIANOBODY')
  await expect(connections.connect('local')).rejects.toMatchObject({ code: 'EngineUnavailable' })
  target = withKey(local.accessKeyId)
  expect((await connections.connect('local')).clients).not.toBe(first.clients)
  connections.close()
})
