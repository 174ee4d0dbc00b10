/** Puts the engine's parts together: stores, runner, endpoints and the server that answers for them. */
import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile, rename } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { autoMLJobKey, type AutoMLJobRecord } from './jobs/autoMLJob.ts'
import { createAutoMLRunner } from './jobs/autoMLRunner.ts'
import {
  createEndpointHost,
  type EndpointConfigRecord,
  type EndpointRecord,
  type ModelRecord,
} from './jobs/endpoints.ts'
import { openEndpointMetrics } from './jobs/endpointMetrics.ts'
import { createModelImporter, type ModelImportRecord } from './jobs/importModel.ts'
import type { ModelPackageGroupRecord, ModelPackageRecord } from './jobs/modelRegistry.ts'
import { createProcessingRunner, type ProcessingJobRecord } from './jobs/processingJob.ts'
import { createScheduleRunner, type ScheduleRecord } from './jobs/schedules.ts'
import { openTrainingDevice } from './jobs/trainingDevice.ts'
import type { TrainingJobRecord } from './jobs/trainingJob.ts'
import { createTrainingRunner } from './jobs/trainingRunner.ts'
import { engineRegion, type EngineContext, type TagRecord } from './server/engineContext.ts'
import { deleteEndpoint } from './server/endpointOperations.ts'
import { listen } from './server/http.ts'
import { route } from './server/router.ts'
import type { KeyPair } from './server/sigv4.ts'
import { openLogStream, type LogStream } from './store/logStream.ts'
import { openMultipartUploads } from './store/multipartUploads.ts'
import { openObjectStore } from './store/objects.ts'
import { openRecordTable } from './store/records.ts'
import { lockStore } from './store/storeLock.ts'

export interface EngineOptions {
  /** The app's data folder; the engine keeps to `engine/` in it. */
  readonly dataDirectory: string
  readonly modelsDirectory: string
  /** 0 takes a free one. */
  readonly port: number
  /** 0 leaves one core free. */
  readonly threads: number
  readonly now?: () => number
  /** Tests hand in a training worker of their own. */
  readonly workerEntry?: URL
}

export interface EngineConnection {
  readonly endpoint: string
  readonly port: number
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly pid: number
  readonly startedAtMs: number
}

export interface RunningEngine {
  readonly connection: EngineConnection
  /** Saves checkpoints, ends the workers and takes the connection file away. */
  close(): Promise<void>
}

/** @throws StoreLockedError when another engine works on this store */
export async function startEngine(options: EngineOptions): Promise<RunningEngine> {
  const root = path.join(options.dataDirectory, 'engine')
  await mkdir(root, { recursive: true })
  const unlock = await lockStore(path.join(root, 'lock'))
  try {
    const objects = await openObjectStore(path.join(root, 's3'))
    const uploads = await openMultipartUploads(path.join(root, 'uploads'))
    const table = <T extends { readonly createdAtMs: number }>(
      name: string,
      nameOf: (record: T) => string,
    ) => openRecordTable<T>(path.join(root, 'resources', name), nameOf)
    const byName = (record: { readonly name: string }) => record.name
    const byArn = (record: { readonly arn: string }) => record.arn
    const jobs = table<TrainingJobRecord>('training-jobs', byName)
    const models = table<ModelRecord>('models', byName)
    const endpointConfigs = table<EndpointConfigRecord>('endpoint-configs', byName)
    const endpoints = table<EndpointRecord>('endpoints', byName)
    const threads =
      options.threads > 0 ? options.threads : Math.max(1, os.availableParallelism() - 1)
    const workDirectory = path.join(root, 'jobs')
    const library = { bundled: options.modelsDirectory, imported: path.join(root, 'models') }
    await mkdir(library.imported, { recursive: true })
    const device = openTrainingDevice({ file: path.join(root, 'device.json'), threads })
    const shared = { objects, library, workDirectory, threads, device }
    const modelImports = table<ModelImportRecord>('model-imports', byName)
    const modelImporter = createModelImporter({ objects, library, imports: modelImports })

    const logs = new Map<string, LogStream>()
    const logOf = (job: TrainingJobRecord) => {
      const known = logs.get(job.logStreamName)
      if (known) return known
      const file = path.join(root, 'logs', `${job.logStreamName.replace('/', '_')}.jsonl`)
      const stream = openLogStream(file)
      logs.set(job.logStreamName, stream)
      return stream
    }
    const runner = createTrainingRunner({
      ...shared,
      jobs,
      logOf,
      ...(options.workerEntry ? { workerEntry: options.workerEntry } : {}),
    })
    const processingJobs = table<ProcessingJobRecord>('processing-jobs', byName)
    const processing = createProcessingRunner({
      ...shared,
      processingJobs,
      isTraining: () => runner.isBusy(),
    })
    const autoMLJobs = table<AutoMLJobRecord>('automl-jobs', ({ name }) => autoMLJobKey(name))
    const autoML = createAutoMLRunner({ autoMLJobs, jobs, objects, runner })
    const endpointHost = createEndpointHost({
      ...shared,
      models,
      configs: endpointConfigs,
      endpoints,
      isBusy: () => runner.isBusy() || processing.isBusy(),
    })
    const now = options.now ?? Date.now
    const endpointMetrics = openEndpointMetrics(path.join(root, 'endpoint-metrics.json'), now)
    const schedules = table<ScheduleRecord>('schedules', ({ key }) => key)
    const tags = table<TagRecord>('tags', byArn)
    const scheduling = createScheduleRunner({
      schedules,
      now,
      deleteEndpoint: (name) => deleteEndpoint({ endpoints, endpointHost, tags }, name),
    })
    await endpointHost.removeLeftOver()
    const keys: KeyPair = {
      accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
    }
    const context: EngineContext = {
      keys,
      now,
      objects,
      uploads,
      library,
      modelImports,
      modelImporter,
      processingJobs,
      processing,
      jobs,
      autoMLJobs,
      autoML,
      models,
      endpointConfigs,
      endpoints,
      modelPackageGroups: table<ModelPackageGroupRecord>('model-package-groups', byArn),
      modelPackages: table<ModelPackageRecord>('model-packages', byArn),
      tags,
      logOf,
      runner,
      endpointHost,
      endpointMetrics,
      schedules,
      scheduling,
    }
    const server = await listen(options.port, (request, ownHosts) =>
      route(context, request, ownHosts),
    )
    const connection: EngineConnection = {
      endpoint: server.endpoint,
      port: server.port,
      region: engineRegion,
      ...keys,
      pid: process.pid,
      startedAtMs: Date.now(),
    }
    const connectionFile = path.join(root, 'connection.json')
    await writePrivately(connectionFile, JSON.stringify(connection))
    runner.wake()
    autoML.resume()
    modelImporter.resume()
    processing.resume()
    // What was to end while this computer was off.
    scheduling.fireDue()
    return {
      connection,
      async close() {
        await rm(connectionFile, { force: true })
        scheduling.close()
        endpointMetrics.close()
        await autoML.close()
        await runner.shutdown()
        await modelImporter.close()
        await processing.close()
        await endpointHost.close()
        await server.close()
        await unlock()
      },
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

/** For the owner's eyes only: it holds this launch's keys. */
async function writePrivately(file: string, content: string): Promise<void> {
  await rm(`${file}.new`, { force: true })
  await writeFile(`${file}.new`, content, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
