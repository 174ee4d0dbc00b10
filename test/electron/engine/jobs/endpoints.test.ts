import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packModel } from '../../../../electron/engine/jobs/artifact.ts'
import {
  createEndpointHost,
  ModelUnusableError,
  type EndpointConfigRecord,
  type EndpointHost,
  type EndpointRecord,
  type ModelRecord,
} from '../../../../electron/engine/jobs/endpoints.ts'
import { openObjectStore, type ObjectStore } from '../../../../electron/engine/store/objects.ts'
import { openRecordTable, type RecordTable } from '../../../../electron/engine/store/records.ts'
import { writeTinyBaseModel } from '../../../support/engine.ts'

let directory: string
let objects: ObjectStore
let endpoints: RecordTable<EndpointRecord>
let models: RecordTable<ModelRecord>
let host: EndpointHost
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-endpoints-'))
  await writeTinyBaseModel(at('models'))
  objects = await openObjectStore(at('s3'))
  await objects.createBucket('bucket')
  await keep('model.tar.gz', packModel(at('models/tiny-base')))
})
afterEach(async () => {
  await host.close()
  await rm(directory, { recursive: true })
})

const at = (name: string) => path.join(directory, name)

async function keep(key: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const received = await objects.receive(content)
  await objects.keepObject('bucket', key, received, { contentType: '', metadata: {} })
}

function open(options: { idleMs?: number } = {}): void {
  const table = <T extends { name: string; createdAtMs: number }>(name: string) =>
    openRecordTable<T>(at(name), (record) => record.name)
  endpoints = table('endpoints')
  models = table('model-records')
  host = createEndpointHost({
    models,
    configs: table<EndpointConfigRecord>('configs'),
    endpoints,
    objects,
    library: { bundled: at('models'), imported: at('imported') },
    workDirectory: at('work'),
    threads: 1,
    isBusy: () => false,
    ...options,
  })
}

function createEndpoint(name: string, modelDataUri: string): EndpointRecord {
  models.put({ name, arn: name, createdAtMs: 1, image: '', modelDataUri, request: {} })
  const configs = openRecordTable<EndpointConfigRecord>(at('configs'), (record) => record.name)
  configs.put({
    name,
    arn: name,
    createdAtMs: 1,
    variants: [
      { VariantName: 'v', ModelName: name, InitialInstanceCount: 1, InstanceType: 'ml.m5.large' },
    ],
  })
  const endpoint: EndpointRecord = {
    name,
    arn: name,
    configName: name,
    status: 'Creating',
    failureReason: null,
    createdAtMs: Date.now(),
    modifiedAtMs: Date.now(),
  }
  endpoints.put(endpoint)
  return endpoint
}

const statusOf = (name: string) => expect.poll(() => endpoints.find(name)?.status)

async function answer(endpoint: EndpointRecord): Promise<number> {
  const { generator, release } = await host.acquire(endpoint)
  let count = 0
  const parameters = {
    ...{ maxNewTokens: 3, temperature: 1, topP: 1, topK: 0, doSample: false },
    ...{ repetitionPenalty: 1, seed: 1, stop: [] },
  }
  for await (const token of generator.generate('Q: a\nA: ', parameters)) {
    if (token.id >= 0) count += 1
  }
  release()
  return count
}

test('answers from an artifact that many ask for at once', async () => {
  createConfigs(['tuned', 's3://bucket/model.tar.gz'])
  const endpoint = required('tuned')
  expect(await Promise.all(Array.from({ length: 5 }, () => answer(endpoint)))).toEqual([
    3, 3, 3, 3, 3,
  ])
})

test.each([
  ['s3://bucket/none.tar.gz', 'There is no model artifact at s3://bucket/none.tar.gz.'],
  ['s3://no-bucket/x', 'There is no model artifact at s3://no-bucket/x.'],
  ['s3://timbre-models/../../etc/', 'There is no base model at s3://timbre-models/../../etc/.'],
])('an endpoint on %s fails with the reason', async (uri, reason) => {
  createConfigs(['broken', uri])
  host.start(required('broken'))
  await statusOf('broken').toBe('Failed')
  expect(endpoints.find('broken')?.failureReason).toBe(reason)
  await expect(host.acquire(required('broken'))).rejects.toThrow(ModelUnusableError)
})

test('an artifact that is no archive fails its endpoint', async () => {
  await keep('bad.tar.gz', createReadStream(import.meta.filename))
  createConfigs(['broken', 's3://bucket/bad.tar.gz'])
  host.start(required('broken'))
  await statusOf('broken').toBe('Failed')
})

test('a model put aside after its idle time, a broken one and one of a deleted endpoint are opened anew', async () => {
  createConfigs(['tuned', 's3://timbre-models/tiny-base/1.0.0/'], { idleMs: 20 })
  const endpoint = required('tuned')
  const first = await host.acquire(endpoint)
  first.release()
  // Another one is handed out once the first was put aside.
  await expect
    .poll(
      async () => {
        const { generator, release } = await host.acquire(endpoint)
        release()
        return generator === first.generator
      },
      { interval: 50 },
    )
    .toBe(false)

  const second = await host.acquire(endpoint)
  second.release({ isBroken: true })
  const third = await host.acquire(endpoint)
  expect(third.generator).not.toBe(second.generator)
  third.release()

  endpoints.delete('tuned')
  host.stop(endpoint)
  expect(await answer(endpoint)).toBe(3)
})

test('an endpoint that an earlier engine was creating comes into service', async () => {
  createConfigs(['tuned', 's3://bucket/model.tar.gz'])
  await host.close()
  open()
  await statusOf('tuned').toBe('InService')
})

/** Records first: the host reads them when it opens. */
function createConfigs([name, uri]: [string, string], options: { idleMs?: number } = {}): void {
  open()
  const status = createEndpoint(name, uri)
  endpoints.put({ ...status, status: 'InService' })
  open(options)
  endpoints.put(status)
}

function required(name: string): EndpointRecord {
  const endpoint = endpoints.find(name)
  if (!endpoint) throw new Error(`There is no endpoint ${name}.`)
  return endpoint
}
