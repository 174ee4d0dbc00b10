/** Models of the Hub through the services as the app composes them: downloaded, added to the real engine, trained. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { updateSettings } from '../../electron/db/settings.ts'
import { createHandlers } from '../../electron/handlers.ts'
import { calls } from '../../shared/contract.ts'
import { isTerminal } from '../../shared/model.ts'
import { filesOf, goodToken, startHubDouble, type HubDouble } from '../support/huggingFaceHub.ts'
import { tinyModelId } from '../support/engine.ts'
import {
  aRequest,
  importQuestions,
  openTestServices,
  type TestServices,
} from '../support/services.ts'
import { writeTinyModelFolder } from '../support/tinyModelFolder.ts'

const name = 'acme/Tiny-Chat'
let hub: HubDouble
let opened: TestServices | null = null

beforeEach(async () => {
  hub = await startHubDouble()
  const parent = await mkdtemp(path.join(os.tmpdir(), 'timbre-tiny-'))
  const files = await filesOf(await writeTinyModelFolder(parent))
  hub.publish(name, { license: 'apache-2.0', files })
  hub.publish('acme/Gated', { access: 'gated', files })
  await rm(parent, { recursive: true })
})
afterEach(async () => {
  await opened?.close()
  opened = null
  await hub.close()
})

/** Handlers over real services, with the Hub's address in the settings. */
async function open() {
  opened = await openTestServices()
  const { services, events } = opened
  updateSettings(services.db, { hubUrl: hub.url })
  const closed = async () => null
  const handlers = createHandlers(
    services,
    {
      chooseFile: closed,
      chooseFiles: async () => [],
      chooseModel: closed,
      chooseFolder: closed,
      chooseSavePath: closed,
      copyText: () => undefined,
      printPdf: async () => new Uint8Array(),
      chooseBundle: closed,
    },
    { version: '1.2.3', runtime: 'Node', isOnBattery: () => false },
    events.publish,
  )
  return { test: opened, services, handlers, events }
}

test('a model of the Hub is downloaded, added and trained', async () => {
  const { test, services, handlers, events } = await open()
  await services.engine.start()
  const found = await handlers['hubModel.describe']({ name })
  calls['hubModel.describe'].output.parse(found)
  const { repo, commit } = found
  const added = await handlers['hubModel.add']({ repo, commit, file: null })
  expect(calls['hubModel.add'].output.parse(added)).toMatchObject({
    id: 'tiny-chat',
    displayName: 'Tiny-Chat',
    provider: 'acme',
    license: 'apache-2.0',
    description: `${name}@${commit.slice(0, 12)}`,
    card: '# Tiny',
    isImported: true,
  })
  expect(await handlers['hubModel.progress'](null)).toBeNull()
  expect(events.of('hubModel.progressed').at(-1)).toBeNull()
  expect(await readdir(path.join(test.dataDirectory, 'models', 'downloads'))).toEqual([])

  const [tiny] = aRequest('').candidates
  const candidates = [{ baseModelId: added.id, hyperparameters: tiny?.hyperparameters ?? {} }]
  const request = aRequest(await importQuestions(test), {}, { candidates })
  const started = await services.startVersion(request)
  const ended = await events.until(
    'version.changed',
    ({ id, candidates: all }) => id === started.id && all.every((one) => isTerminal(one.status)),
  )
  expect(ended.candidates).toMatchObject([{ status: 'Completed', baseModelName: 'Tiny-Chat' }])
})

test('one that is cancelled while it is added leaves nothing behind but its download', async () => {
  const { services, handlers, events } = await open()
  await services.engine.start()
  const { repo, commit } = await handlers['hubModel.describe']({ name })
  const adding = handlers['hubModel.add']({ repo, commit, file: null })
  const refused = expect(adding).rejects.toMatchObject({ code: 'Cancelled' })
  await events.until('baseModel.copied', ({ fraction }) => fraction === 1)
  await handlers['hubModel.cancel'](null)
  await refused
  expect((await services.listBaseModels()).map(({ id }) => id)).toEqual([tinyModelId])
  const before = hub.requests.filter(({ server }) => server === 'cdn').length
  expect(await handlers['hubModel.add']({ repo, commit, file: null })).toMatchObject({
    id: 'tiny-chat',
  })
  expect(hub.requests.filter(({ server }) => server === 'cdn')).toHaveLength(before)
})

test('without the engine nothing is downloaded', async () => {
  const { handlers } = await open()
  const { repo, commit } = await handlers['hubModel.describe']({ name })
  await expect(handlers['hubModel.add']({ repo, commit, file: null })).rejects.toMatchObject({
    code: 'EngineUnavailable',
  })
  expect(hub.requests.some(({ server }) => server === 'cdn')).toBe(false)
})

test('the page sets a token that it never sees again, nor anybody else but the Hub', async () => {
  const { test, services, handlers, events } = await open()
  const gated = { name: 'acme/Gated' }
  await expect(handlers['hubModel.describe'](gated)).rejects.toMatchObject({
    code: 'HubModelGated',
  })
  const set = await handlers['hubToken.set']({ token: goodToken })
  expect(set).toEqual({ state: 'session', canKeep: false })
  expect(await handlers['hubModel.describe'](gated)).toMatchObject({ repo: 'acme/Gated' })

  await handlers['settings.update']({ hubUrl: hub.cdnUrl })
  expect(await handlers['hubToken.describe'](null)).toMatchObject({ state: 'none' })
  await expect(handlers['hubModel.describe'](gated)).rejects.toBeDefined()
  expect(hub.requests.filter(({ server }) => server === 'cdn')).toMatchObject([
    { authorization: null },
  ])

  await handlers['settings.update']({ hubUrl: hub.url })
  expect(await handlers['hubToken.remove'](null)).toMatchObject({ state: 'none' })
  await expect(handlers['hubModel.describe'](gated)).rejects.toMatchObject({
    code: 'HubModelGated',
  })
  expect(JSON.stringify([set, events.of('settings.changed')])).not.toContain(goodToken)
  await services.close()
  for (const file of await readdir(test.dataDirectory, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    expect(await readFile(path.join(file.parentPath, file.name), 'latin1')).not.toContain(goodToken)
  }
})

test.each([
  [' https://hf-mirror.com/ ', 'https://hf-mirror.com'],
  ['http://10.0.0.5:8080/hub', 'http://10.0.0.5:8080/hub'],
])('the address %j is taken as %s', async (written, kept) => {
  const { handlers } = await open()
  const change = calls['settings.update'].input.parse({ hubUrl: written })
  expect(await handlers['settings.update'](change)).toMatchObject({ hubUrl: kept })
})

test.each([
  'hf-mirror.com',
  'ftp://x.org',
  'file:///etc',
  'https://',
  'https://a:b@x.org',
  'https://x.org?a=b',
  '',
])('the address %j is refused', (hubUrl) => {
  expect(calls['settings.update'].input.safeParse({ hubUrl }).success).toBe(false)
})
