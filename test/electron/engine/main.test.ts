/** The engine as a program: started, refused, ended, killed. */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import {
  CreateTrainingJobCommand,
  DescribeHubContentCommand,
  DescribeTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clientsFor, tinyModelId, writeTinyBaseModel } from '../../support/engine.ts'

const entry = path.join(import.meta.dirname, '../../../electron/engine/main.ts')
type Connection = Parameters<typeof clientsFor>[0] & { pid: number; port: number }

let directory: string
let children: ChildProcess[]
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-main-'))
  children = []
  await writeTinyBaseModel(path.join(directory, 'models'))
})
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  await rm(directory, { recursive: true, force: true })
})

const parameters = () => [
  ...['--data-dir', path.join(directory, 'data')],
  ...['--models', path.join(directory, 'models')],
  ...['--threads', '1'],
]

function forkEngine(): ChildProcess {
  const child = fork(entry, parameters(), { silent: true, execArgv: [] })
  children.push(child)
  return child
}

async function ready(child: ChildProcess): Promise<Connection> {
  const [message] = (await once(child, 'message')) as [Connection & { type: string }]
  expect(message.type).toBe('ready')
  return message
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

const connectionFile = () => path.join(directory, 'data', 'engine', 'connection.json')

test('announces itself, keeps its keys to the owner, and takes them away when told to end', async () => {
  const child = forkEngine()
  const connection = await ready(child)
  const written = JSON.parse(await readFile(connectionFile(), 'utf8')) as Connection
  expect({ type: 'ready', ...written }).toEqual(connection)
  expect(written.pid).toBe(child.pid)
  if (process.platform !== 'win32') expect((await stat(connectionFile())).mode & 0o777).toBe(0o600)
  child.send({ type: 'shutdown' })
  expect(await exitOf(child)).toBe(0)
  await expect(access(connectionFile())).rejects.toThrow()
})

test('a second engine on the same folder ends with code 3 and says why', async () => {
  await ready(forkEngine())
  const second = forkEngine()
  let said = ''
  second.stderr?.on('data', (chunk) => (said += String(chunk)))
  expect(await exitOf(second)).toBe(3)
  expect(said).toMatch(/Another engine \(process \d+\) works on this data folder/)
})

test('a killed engine’s store is taken over, with new keys', async () => {
  const first = forkEngine()
  const before = await ready(first)
  await clientsFor(before).s3.send(new CreateBucketCommand({ Bucket: 'kept' }))
  first.kill('SIGKILL')
  await exitOf(first)
  const after = await ready(forkEngine())
  expect(after.secretAccessKey).not.toBe(before.secretAccessKey)
  const { Buckets } = await clientsFor(after).s3.send(new ListBucketsCommand({}))
  expect(Buckets?.map((bucket) => bucket.Name)).toContain('kept')
})

test('ends when its parent is gone', async () => {
  const child = forkEngine()
  await ready(child)
  child.disconnect()
  expect(await exitOf(child)).toBe(0)
})

test('on its own it prints what an AWS client needs, and ends on a signal', async () => {
  const child = spawn(process.execPath, [entry, ...parameters()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let printed = ''
  for await (const chunk of child.stdout) {
    printed += String(chunk)
    if (printed.includes('AWS_DEFAULT_REGION=us-east-1\n')) break
  }
  expect(printed).toMatch(
    /^export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+\nexport AWS_ACCESS_KEY_ID=AKIA\w+\n/,
  )
  child.kill('SIGTERM')
  expect(await exitOf(child)).toBe(0)
})

test.each([
  [[], 'Both --data-dir and --models are needed.'],
  [['--data-dir', 'x', '--models', 'y', '--port', 'high'], '--port must be a whole number'],
])('refuses the arguments %j', async (args, reason) => {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(child)
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  expect(await exitOf(child)).toBe(1)
  expect(said).toContain(reason)
})

test('a job whose engine is killed again and again completes, every step logged once', async () => {
  let child = forkEngine()
  let clients = clientsFor(await ready(child))
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }))
  const lines = Array.from({ length: 16 }, (_, index) =>
    JSON.stringify({ prompt: `Question ${index}`, completion: `Answer ${index}` }),
  ).join('\n')
  for (const name of ['training', 'validation'])
    await clients.s3.send(
      new PutObjectCommand({ Bucket: 'bucket', Key: `${name}/data.jsonl`, Body: lines }),
    )
  const content = await clients.sageMaker.send(
    new DescribeHubContentCommand({
      HubName: 'SageMakerPublicHub',
      HubContentType: 'Model',
      HubContentName: tinyModelId,
    }),
  )
  const document = JSON.parse(content.HubContentDocument ?? '') as Record<string, string>
  const channel = (ChannelName: string, S3Uri: string | undefined) => ({
    ChannelName,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri } },
  })
  await clients.sageMaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: 'job',
      RoleArn: 'arn:aws:iam::000000000000:role/Timbre',
      AlgorithmSpecification: {
        TrainingImage: document['TrainingEcrUri'],
        TrainingInputMode: 'File',
      },
      HyperParameters: { epoch: '60', eval_steps: '7', max_input_length: '64' },
      InputDataConfig: [
        channel('training', 's3://bucket/training/'),
        channel('validation', 's3://bucket/validation/'),
        channel('model', document['TrainingArtifactUri']),
      ],
      OutputDataConfig: { S3OutputPath: 's3://bucket/output' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    }),
  )
  const describe = () =>
    clients.sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'job' }))
  const until = (isReached: (job: Awaited<ReturnType<typeof describe>>) => boolean) =>
    expect
      .poll(async () => isReached(await describe()), { timeout: 30_000, interval: 10 })
      .toBe(true)
  for (const step of [15, 40, 80]) {
    await until((job) => (job.ProgressInfo?.CurrentStep ?? 0) >= step)
    child.kill('SIGKILL')
    await exitOf(child)
    child = forkEngine()
    clients = clientsFor(await ready(child))
  }
  await until((job) => job.TrainingJobStatus !== 'InProgress')
  expect(await describe()).toMatchObject({ TrainingJobStatus: 'Completed' })

  const { events } = await clients.logs.send(
    new FilterLogEventsCommand({ logGroupName: '/aws/sagemaker/TrainingJobs' }),
  )
  const stepsWith = (metric: string) =>
    (events ?? []).flatMap(({ message = '' }) =>
      message.includes(` ${metric}=`) ? [Number(/^step=(\d+) /.exec(message)?.[1])] : [],
    )
  expect(stepsWith('train_loss')).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
  const evaluated = Array.from({ length: 18 }, (_, index) => index * 7)
  expect(stepsWith('eval_loss')).toEqual([...evaluated, 120])
})
