/** The real engine on a real port, with a model of a few kilobytes. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { SchedulerClient } from '@aws-sdk/client-scheduler'
import { STSClient } from '@aws-sdk/client-sts'
import { startEngine, type RunningEngine } from '../../electron/engine/startEngine.ts'
import { writeTinyModelFolder } from './tinyModelFolder.ts'

export interface TestEngine {
  readonly engine: RunningEngine
  readonly dataDirectory: string
  readonly modelsDirectory: string
  readonly clients: TestClients
  /** Ends the engine and starts another on the same store. */
  restart(): Promise<TestEngine>
  stop(): Promise<void>
}

export type TestClients = ReturnType<typeof clientsFor>

/** The id of the one base model of a test engine. */
export const tinyModelId = 'tiny-base'

export async function startTestEngine(options: { now?: () => number } = {}): Promise<TestEngine> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'timbre-engine-'))
  const modelsDirectory = path.join(root, 'models')
  await writeTinyBaseModel(modelsDirectory)
  const open = async (): Promise<TestEngine> => {
    const engine = await startEngine({
      dataDirectory: path.join(root, 'data'),
      modelsDirectory,
      port: 0,
      threads: 1,
      ...options,
    })
    return {
      engine,
      dataDirectory: path.join(root, 'data'),
      modelsDirectory,
      clients: clientsFor(engine.connection),
      async restart() {
        await engine.close()
        return open()
      },
      async stop() {
        await engine.close()
        await rm(root, { recursive: true, force: true })
      },
    }
  }
  return open()
}

/** A bundled base model as the hub expects it, small enough to train within a test. */
export async function writeTinyBaseModel(modelsDirectory: string): Promise<void> {
  await mkdir(modelsDirectory, { recursive: true })
  const directory = await writeTinyModelFolder(modelsDirectory)
  await writeFile(path.join(directory, 'README.md'), '# Tiny\n')
  await writeFile(
    path.join(directory, 'model.json'),
    JSON.stringify({
      displayName: 'Tiny',
      provider: 'Timbre',
      license: 'Apache-2.0',
      description: 'A model for tests.',
      languages: ['en'],
      parameterCount: 20_000,
      publishedAt: '2026-01-01',
    }),
  )
}

export function clientsFor(connection: {
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}) {
  const options = {
    endpoint: connection.endpoint,
    region: connection.region,
    credentials: {
      accessKeyId: connection.accessKeyId,
      secretAccessKey: connection.secretAccessKey,
    },
  }
  return {
    s3: new S3Client({ ...options, forcePathStyle: true }),
    sageMaker: new SageMakerClient(options),
    runtime: new SageMakerRuntimeClient(options),
    logs: new CloudWatchLogsClient(options),
    sts: new STSClient(options),
    scheduler: new SchedulerClient(options),
    cloudWatch: new CloudWatchClient(options),
  }
}

/** Of a job that is still training when it is looked at, on a fast computer too: one row a step, most epochs. */
export const longTraining = { epoch: '1000', per_device_train_batch_size: '1' } as const
