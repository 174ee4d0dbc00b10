import * as fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHubTokens } from '../../../../electron/baseModels/huggingFace/hubToken.ts'
import { goodToken } from '../../../support/huggingFaceHub.ts'
import { createTestKeyStore } from '../../../support/keyStore.ts'

const hub = 'https://huggingface.co'
let directory: string
let file: string

beforeEach(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'timbre-token-'))
  file = path.join(directory, 'hugging-face-token')
})
afterEach(() => fs.rm(directory, { recursive: true }))

test('a token is kept encrypted, readable by its owner only, through launches', async () => {
  const store = createTestKeyStore()
  const tokens = createHubTokens(file, () => store)
  expect(await tokens.describe(hub)).toEqual({ state: 'none', canKeep: true })
  await tokens.set(hub, goodToken)
  expect((await fs.readFile(file)).includes(goodToken)).toBe(false)
  if (process.platform !== 'win32') expect((await fs.stat(file)).mode & 0o777).toBe(0o600)
  const later = createHubTokens(file, () => store)
  expect(await later.get(hub)).toBe(goodToken)
  expect(await later.describe(hub)).toEqual({ state: 'kept', canKeep: true })
  await later.remove()
  expect(await tokens.get(hub)).toBeNull()
  expect(await fs.readdir(directory)).toEqual([])
})

test('without a key store it lives as long as the session, and never on the disk', async () => {
  const tokens = createHubTokens(file, () => null)
  await tokens.set(hub, goodToken)
  expect(await tokens.describe(hub)).toEqual({ state: 'session', canKeep: false })
  expect(await tokens.get(hub)).toBe(goodToken)
  expect(await fs.readdir(directory)).toEqual([])
  expect(await createHubTokens(file, () => null).get(hub)).toBeNull()
})

test('it belongs to the address that it was set for', async () => {
  const store = createTestKeyStore()
  for (const available of [store, null]) {
    const tokens = createHubTokens(file, () => available)
    await tokens.set(`${hub}/`, goodToken)
    for (const other of ['https://hf-mirror.com', 'http://huggingface.co', `${hub}:8443`]) {
      expect(await tokens.get(other)).toBeNull()
      expect(await tokens.describe(other)).toMatchObject({ state: 'none' })
    }
    expect(await tokens.get(hub)).toBe(goodToken)
  }
})

test('what another key store encrypted, or nobody, counts as none', async () => {
  await createHubTokens(file, createTestKeyStore).set(hub, goodToken)
  expect(await createHubTokens(file, createTestKeyStore).get(hub)).toBeNull()
  await fs.writeFile(file, 'damaged')
  expect(await createHubTokens(file, createTestKeyStore).describe(hub)).toMatchObject({
    state: 'none',
  })
})
