import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { EngineChild, LaunchEngine } from '../../../electron/engineProcess/engineChild.ts'
import {
  createEngineSupervisor,
  type EngineSupervisor,
} from '../../../electron/engineProcess/engineSupervisor.ts'
import { forkEngine } from '../../../electron/engineProcess/forkEngine.ts'
import type { EngineStatus } from '../../../shared/engineStatus.ts'
import { enginePid } from '../../support/services.ts'
import { writeTinyBaseModel } from '../../support/engine.ts'

const opened: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

interface Supervised {
  readonly supervisor: EngineSupervisor
  readonly statuses: EngineStatus[]
  until(state: EngineStatus['state']): Promise<void>
}

function supervise(dataDirectory: string, launch: LaunchEngine): Supervised {
  const statuses: EngineStatus[] = []
  const waiting: { state: string; resolve: () => void }[] = []
  const supervisor = createEngineSupervisor({
    dataDirectory,
    modelsDirectory: path.join(dataDirectory, 'models'),
    launch,
    threads: () => 1,
    onStatus: (status) => {
      statuses.push(status)
      for (const one of [...waiting]) if (one.state === status.state) one.resolve()
    },
    now: Date.now,
    firstRetryMs: 1,
  })
  opened.push(() => supervisor.close())
  return {
    supervisor,
    statuses,
    until: (state) => new Promise((resolve) => waiting.push({ state, resolve })),
  }
}

async function aDataDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-supervisor-'))
  opened.push(() => rm(directory, { recursive: true, force: true }))
  await writeTinyBaseModel(path.join(directory, 'models'))
  return directory
}

/** An engine that ends as soon as it was started. */
function dyingEngine(code: number, output: string): { launch: LaunchEngine; count: () => number } {
  let launches = 0
  const launch: LaunchEngine = () => {
    launches += 1
    const child: EngineChild = {
      onMessage: () => undefined,
      onExit: (listener) => queueMicrotask(() => listener({ code, output })),
      send: () => undefined,
      kill: () => undefined,
    }
    return child
  }
  return { launch, count: () => launches }
}

test('launches an engine, tells where it listens, and ends it', async () => {
  const { supervisor, statuses } = supervise(await aDataDirectory(), forkEngine)
  expect(await supervisor.start()).toMatchObject({ state: 'running' })
  const target = await supervisor.target()
  expect(target.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(await supervisor.stop()).toEqual({ state: 'stopped', reason: null, endpoint: null })
  await expect(supervisor.target()).rejects.toMatchObject({ code: 'EngineUnavailable' })
  expect(statuses.map(({ state }) => state)).toEqual(['starting', 'running', 'stopped'])
})

test('attaches to an engine that another face runs, and takes over when it ends', async () => {
  const directory = await aDataDirectory()
  const first = supervise(directory, forkEngine)
  await first.supervisor.start()
  const second = supervise(directory, forkEngine)
  await second.supervisor.start()
  expect(await second.supervisor.target()).toEqual(await first.supervisor.target())

  const before = await enginePid(directory)
  const running = second.until('running')
  await first.supervisor.stop()
  await running
  expect(await enginePid(directory)).not.toBe(before)
  expect((await second.supervisor.target()).endpoint).toMatch(/^http:/)
})

test('leaves the engine of another face running when it closes itself', async () => {
  const directory = await aDataDirectory()
  const first = supervise(directory, forkEngine)
  await first.supervisor.start()
  const second = supervise(directory, forkEngine)
  await second.supervisor.start()
  await second.supervisor.stop()
  const third = supervise(directory, forkEngine)
  await third.supervisor.start()
  expect(await third.supervisor.target()).toEqual(await first.supervisor.target())
})

test('starts a killed engine again, with new keys', async () => {
  const directory = await aDataDirectory()
  const { supervisor, until } = supervise(directory, forkEngine)
  await supervisor.start()
  const before = await supervisor.target()
  const running = until('running')
  process.kill(await enginePid(directory), 'SIGKILL')
  await running
  expect((await supervisor.target()).secretAccessKey).not.toBe(before.secretAccessKey)
})

test('gives up on an engine that dies again and again, and says why', async () => {
  const dying = dyingEngine(1, 'no such models folder')
  const { supervisor, statuses } = supervise(await aDataDirectory(), dying.launch)
  await expect(supervisor.start()).rejects.toMatchObject({
    code: 'EngineUnavailable',
    details: { reason: 'no such models folder' },
  })
  expect(dying.count()).toBe(6)
  expect(statuses.at(-1)).toEqual({
    state: 'failed',
    reason: 'no such models folder',
    endpoint: null,
  })
  // A person may try again.
  await expect(supervisor.start()).rejects.toMatchObject({ code: 'EngineUnavailable' })
  expect(dying.count()).toBe(12)
})

test('waits for the lock of an engine that is still saving its checkpoint', async () => {
  const directory = await aDataDirectory()
  const locked = dyingEngine(3, 'Another engine works on this data folder.')
  const launch: LaunchEngine = (options) =>
    locked.count() < 3 ? locked.launch(options) : forkEngine(options)
  const { supervisor, statuses } = supervise(directory, launch)
  expect(await supervisor.start()).toMatchObject({ state: 'running' })
  expect(statuses.map(({ state }) => state)).toEqual(['starting', 'running'])
})

test('stays off when it was switched off while starting', async () => {
  const { supervisor, statuses } = supervise(await aDataDirectory(), forkEngine)
  const starting = supervisor.start().catch(() => undefined)
  await supervisor.stop()
  await starting
  expect(statuses.at(-1)?.state).toBe('stopped')
  await expect(supervisor.target()).rejects.toMatchObject({ code: 'EngineUnavailable' })
})
