/** The life of endpoints against the real engine: with crashes between any two requests, and a clock that moves. */
import {
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
} from '@aws-sdk/client-sagemaker'
import { CreateEndpointCommand, CreateEndpointConfigCommand } from '@aws-sdk/client-sagemaker'
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createClients, type AwsClients } from '../../../electron/aws/clients.ts'
import { takeEndpointStep, type EndpointSight } from '../../../electron/aws/endpointLife.ts'
import { describeHubModel, type HubModel } from '../../../electron/aws/hub.ts'
import { createConnections, type Connection } from '../../../electron/aws/workspace.ts'
import { findEndpoint, listEndpoints } from '../../../electron/db/endpoints.ts'
import { awsEndpointPort, type EndpointPort } from '../../../electron/endpoints/endpointKeeper.ts'
import {
  createEndpointService,
  type EndpointService,
  type PriceOf,
} from '../../../electron/endpoints/endpointService.ts'
import type { EndpointWish } from '../../../electron/endpoints/newEndpoint.ts'
import { AppError } from '../../../shared/errors.ts'
import { crashRun } from '../../support/endpointCrashes.ts'
import { openTestDatabase } from '../../support/database.ts'
import { startTestEngine, tinyModelId, type TestEngine } from '../../support/engine.ts'

let aheadMs = 0
let engine: TestEngine
let connection: Connection
let clients: AwsClients
let hubModel: HubModel
const services: EndpointService[] = []

beforeAll(async () => {
  engine = await startTestEngine({ now: () => Date.now() + aheadMs })
  const target = { kind: 'local' as const, ...engine.engine.connection }
  const connections = createConnections(async () => ({
    target,
    executionRoleArn: null,
    bucket: null,
    prefix: 'timbre',
    kmsKeyArn: null,
    vpc: null,
    tags: [{ key: 'team', value: 'support' }],
  }))
  connection = await connections.connect('local')
  clients = createClients(target)
  hubModel = await describeHubModel(clients, tinyModelId)
})
afterEach(async () => {
  for (const service of services.splice(0)) {
    for (const { name, status } of service.state().endpoints)
      if (status !== 'Gone') {
        await service.remove(name)
        await service.removed(name)
      }
    service.close()
  }
})
afterAll(async () => {
  clients.destroy()
  await engine.stop()
})

interface Opened {
  readonly port?: EndpointPort
  readonly db?: ReturnType<typeof openTestDatabase>
  readonly priceOf?: PriceOf
}

function open(more: Opened = {}) {
  const db = more.db ?? openTestDatabase()
  const service = createEndpointService({
    db,
    connect: async () => connection,
    workspaceIds: () => ['local'],
    requireBudget: () => undefined,
    priceOf: more.priceOf ?? (async () => ({ perHour: 1.5, currency: 'USD', reckonedIn: null })),
    idleMinutes: () => 120,
    publish: () => undefined,
    pollMs: 100,
    now: () => Date.now() + aheadMs,
    ...(more.port ? { port: more.port } : {}),
  })
  services.push(service)
  return { db, service }
}

function wishFor(modelUri = hubModel.hostingArtifactUri): EndpointWish {
  return {
    workspaceId: 'local',
    purpose: 'test',
    title: 'Tiny',
    modelKey: modelUri,
    variants: [
      {
        candidateId: null,
        title: 'Tiny',
        modelUri,
        image: hubModel.hostingImage,
        instanceType: hubModel.hostingInstanceType,
        instanceCount: 1,
      },
    ],
  }
}

const never = new AbortController().signal

/** The clients learn the engine's new time from the answer that refuses the old. */
async function passTime(milliseconds: number): Promise<void> {
  aheadMs += milliseconds
  for (const one of [clients, connection.clients]) {
    await one.sageMaker.send(new ListModelsCommand({})).catch(() => undefined)
    const { scheduler } = await one.cloud()
    await scheduler.send(new ListSchedulesCommand({})).catch(() => undefined)
  }
}

async function held() {
  const { sageMaker } = clients
  const { scheduler } = await clients.cloud()
  const [endpoints, configs, models, schedules] = await Promise.all([
    sageMaker.send(new ListEndpointsCommand({ MaxResults: 100 })),
    sageMaker.send(new ListEndpointConfigsCommand({ MaxResults: 100 })),
    sageMaker.send(new ListModelsCommand({ MaxResults: 100 })),
    scheduler.send(new ListSchedulesCommand({})),
  ])
  return {
    endpoints: endpoints.Endpoints?.map(({ EndpointName }) => EndpointName),
    configs: configs.EndpointConfigs?.length,
    models: models.Models?.length,
    schedules: schedules.Schedules?.map(({ Name }) => Name),
  }
}

test('a reckoned price gives way to AWS’s own once its list can be read', async () => {
  const prices: Awaited<ReturnType<PriceOf>>[] = [
    { perHour: 14.33, currency: 'CNY', reckonedIn: 'cn-north-1' },
    { perHour: 14.4, currency: 'CNY', reckonedIn: 'cn-north-1' },
    { perHour: 13.9, currency: 'CNY', reckonedIn: null },
  ]
  const { service } = open({ priceOf: async () => prices.shift() ?? null })
  const name = await service.ensure(wishFor(), never)
  expect(service.get(name).price).toMatchObject({ perHour: 14.33, reckonedIn: 'cn-north-1' })
  // Reckoned anew it would only change under the eyes of whoever agreed to it.
  await service.reconcile()
  expect(service.get(name).price?.perHour).toBe(14.33)
  await service.reconcile()
  expect(service.get(name).price).toEqual({ perHour: 13.9, currency: 'CNY', reckonedIn: null })
  await service.remove(name)
  await service.removed(name)
})

test('sets the end first, comes into service once for two who ask, and takes everything away', async () => {
  const order: string[] = []
  const { service } = open({
    port: {
      look: awsEndpointPort.look,
      take: (...request) => {
        order.push(request[2].kind)
        return takeEndpointStep(...request)
      },
    },
  })
  const [name, again] = await Promise.all([
    service.ensure(wishFor(), never),
    service.ensure(wishFor(), never),
  ])
  expect(again).toBe(name)
  expect(order).toEqual(['put-schedule', 'create-model', 'create-config', 'create-endpoint'])
  expect(service.get(name)).toMatchObject({
    status: 'InService',
    isGuarded: true,
    price: { perHour: 1.5, currency: 'USD', reckonedIn: null },
    inServiceAtMs: expect.any(Number),
  })
  expect(await held()).toEqual({
    endpoints: [name],
    configs: 1,
    models: 1,
    schedules: [`stop-${name}`],
  })
  await service.remove(name)
  await service.removed(name)
  expect(await held()).toEqual({ endpoints: [], configs: 0, models: 0, schedules: [] })
  expect(order.slice(4)).toEqual([
    'delete-endpoint',
    'delete-config',
    'delete-model',
    'delete-schedule',
  ])
  expect(service.get(name)).toMatchObject({ status: 'Gone', isRemoving: true })
})

test('ends without use although this program is gone, and another is made when it is asked again', async () => {
  const { db, service } = open()
  const name = await service.ensure(wishFor(), never)
  const { deadlineMs } = service.get(name)
  service.close()
  await passTime(90 * 60_000)
  const reopened = open({ db }).service
  // Used after an hour and a half: the two hours begin anew.
  reopened.used(name)
  await expect
    .poll(() => reopened.get(name).deadlineMs ?? 0)
    .toBeGreaterThan((deadlineMs ?? 0) + 60 * 60_000)
  await passTime(119 * 60_000)
  expect((await held()).endpoints).toEqual([name])
  await passTime(3 * 60_000)
  expect((await held()).endpoints).toEqual([])
  const next = await reopened.ensure(wishFor(), never)
  expect(next).not.toBe(name)
  await reopened.reconcile()
  expect(reopened.get(name).status).toBe('Gone')
})

test('says why one cannot start, and leaves nothing of it', async () => {
  const { service } = open()
  await expect(service.ensure(wishFor('s3://nowhere/model.tar.gz'), never)).rejects.toMatchObject({
    code: 'EndpointFailed',
    details: { reason: expect.stringContaining('nowhere') },
  })
  await expect.poll(async () => (await held()).schedules).toEqual([])
  await expect(service.ensure(wishFor(), AbortSignal.abort())).rejects.toMatchObject({
    code: 'Cancelled',
  })
})

test('makes nothing where no schedule may be set, before someone says that it may', async () => {
  const asked: string[] = []
  const { service } = open({
    port: {
      look: awsEndpointPort.look,
      async take(...request) {
        asked.push(request[2].kind)
        if (request[2].kind !== 'put-schedule') return takeEndpointStep(...request)
        const refusal = new AppError(
          'AccessDenied',
          'not authorized to perform: scheduler:CreateSchedule',
        )
        return { outcome: 'forbidden', refusal, wasRepeated: false }
      },
    },
  })
  await expect(service.ensure(wishFor(), never)).rejects.toMatchObject({
    code: 'EndpointUnguarded',
  })
  expect(asked).toEqual(['put-schedule'])
  const [endpoint] = service.state().endpoints
  expect(endpoint?.status).toBe('Unguarded')
  service.allowUnguarded(endpoint?.name ?? '')
  await expect.poll(() => service.get(endpoint?.name ?? '').status).toBe('InService')
  expect(service.get(endpoint?.name ?? '').isGuarded).toBe(false)
})

test('finds endpoints that it does not know, and deletes them with what they are made of', async () => {
  const { service } = open()
  const name = await service.ensure(wishFor(), never)
  await clients.sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'timbre-lost-config',
      ProductionVariants: [
        { VariantName: 'v', ModelName: name, InitialInstanceCount: 1, InstanceType: 'ml.m5.large' },
      ],
    }),
  )
  await clients.sageMaker.send(
    new CreateEndpointCommand({
      EndpointName: 'timbre-lost',
      EndpointConfigName: 'timbre-lost-config',
    }),
  )
  await service.reconcile()
  expect(service.state().orphans).toMatchObject([{ name: 'timbre-lost', workspaceId: 'local' }])
  await service.removeOrphan('local', 'timbre-lost')
  expect(service.state().orphans).toEqual([])
  expect((await held()).endpoints).toEqual([name])
})

test('notices that someone deleted one', async () => {
  const { service, db } = open()
  const name = await service.ensure(wishFor(), never)
  await takeEndpointStep(
    connection,
    { ...service.get(name), isGuarded: true },
    { kind: 'delete-endpoint' },
  )
  await service.reconcile()
  expect(service.get(name)).toMatchObject({ status: 'Gone', isRemoving: true })
  await expect.poll(() => findEndpoint(db, name)?.isClean).toBe(true)
})

test('how many machines one has that may go down to none is looked at every five minutes, also after it was updating', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  let seen: Partial<EndpointSight> = { status: 'InService', component: 'InService', machines: 1 }
  const { service } = open({
    port: {
      look: async () => ({
        nowMs: Date.now(),
        scheduledMs: Date.now() + 60 * 60_000,
        componentScheduledMs: Date.now() + 60 * 60_000,
        hasModel: true,
        hasConfig: true,
        status: null,
        component: null,
        machines: null,
        reason: null,
        configName: null,
        weights: new Map(),
        ...seen,
      }),
      take: async () => ({ outcome: 'done', refusal: null, wasRepeated: false }),
    },
  })
  const name = await service.ensure(
    { ...wishFor(), workspaceId: 'account', scaling: { min: 0, max: 3, target: 5 } },
    never,
  )
  const machines = () => service.get(name).machines.map(({ count }) => count)
  expect(machines()).toEqual([1])
  try {
    for (const [status, count] of [
      ['Updating', 2],
      ['Updating', 3],
      ['InService', 0],
    ] as const) {
      seen = { ...seen, status, machines: count }
      vi.advanceTimersByTime(5 * 60_000)
      await expect.poll(() => machines().at(-1)).toBe(count)
    }
    expect(machines()).toEqual([1, 2, 3, 0])
  } finally {
    // Its removal finds nothing left of it.
    seen = { scheduledMs: null, componentScheduledMs: null, hasModel: false, hasConfig: false }
  }
})

const crashRuns = 12

test(`${crashRuns} seeded runs that crash anywhere leave no orphan`, async () => {
  for (let seed = 1; seed <= crashRuns; seed += 1) {
    const result = await crashRun(seed, {
      connection,
      wish: wishFor(),
      passTime,
      now: () => Date.now() + aheadMs,
    })
    expect(result.orphans, `seed ${seed}: ${result.trace.join(', ')}`).toEqual([])
  }
  expect((await held()).endpoints).toEqual([])
  expect(listEndpoints(openTestDatabase())).toEqual([])
})
