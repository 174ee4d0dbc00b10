import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { inMemory, openDatabase, type WritableDb } from '../../../electron/db/database.ts'
import { getSettings } from '../../../electron/db/settings.ts'
import type { KeyStore } from '../../../electron/secrets/secretFile.ts'
import { createWorkspaces } from '../../../electron/workspaces/workspaceService.ts'
import { aDraft } from '../../support/aws/workspaceDraft.ts'
import { insertTestVersion } from '../../support/database.ts'
import { createTestKeyStore } from '../../support/keyStore.ts'

const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
}
let directory: string
let db: WritableDb
const publish = vi.fn()

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-workspaces-'))
  db = openDatabase(inMemory)
  publish.mockReset()
})
afterEach(async () => {
  db.close()
  await rm(directory, { recursive: true })
})

function open(keyStore: KeyStore | null = createTestKeyStore()) {
  return createWorkspaces({
    db,
    directory,
    keyStore: () => keyStore,
    localTarget: () => Promise.reject(new Error('No engine in this test')),
    publish,
    now: () => 1000,
  })
}

test('this computer is always there and stays first', () => {
  const workspaces = open()
  expect(workspaces.list()).toEqual([{ id: 'local', kind: 'local' }])
  const made = workspaces.create(aDraft())
  expect(workspaces.list()).toEqual([{ id: 'local', kind: 'local' }, made])
  expect(made).toMatchObject({ kind: 'aws', name: 'Production', prefix: 'timbre', tags: [] })
  expect(publish).toHaveBeenLastCalledWith('workspaces.changed', workspaces.list())
})

test('a name is taken once, whatever its case', () => {
  const workspaces = open()
  const { id } = workspaces.create(aDraft())
  expect(() => workspaces.create(aDraft({ name: 'production' }))).toThrow(
    expect.objectContaining({ code: 'WorkspaceNameTaken' }),
  )
  expect(workspaces.update(id, aDraft({ name: 'PRODUCTION' })).name).toBe('PRODUCTION')
})

test('what is changed is used from then on, and the same target otherwise', async () => {
  const workspaces = open()
  const { id } = workspaces.create(aDraft())
  const first = await workspaces.target(id)
  expect(await workspaces.target(id)).toBe(first)
  workspaces.update(id, aDraft({ region: 'cn-north-1', bucket: 'my-bucket' }))
  expect(await workspaces.target(id)).toMatchObject({
    bucket: 'my-bucket',
    target: { kind: 'aws', region: 'cn-north-1' },
  })
})

test('one that is chosen and removed leaves this computer chosen', async () => {
  const workspaces = open()
  const { id } = workspaces.create(aDraft())
  workspaces.select(id)
  expect(getSettings(db).workspaceId).toBe(id)
  await workspaces.delete(id)
  expect(getSettings(db).workspaceId).toBe('local')
  expect(() => workspaces.select(id)).toThrow(
    expect.objectContaining({ code: 'WorkspaceNotFound' }),
  )
})

test('one in which something is being trained stays', async () => {
  const workspaces = open()
  const { id } = workspaces.create(aDraft())
  insertTestVersion(db, { workspaceId: id })
  await expect(workspaces.delete(id)).rejects.toMatchObject({ code: 'WorkspaceInUse' })
})

test('typed-in keys go to the key store and to the SDK, and are forgotten with the workspace', async () => {
  const workspaces = open()
  const { id } = workspaces.create(aDraft())
  const credentials = async () => {
    const { target } = await workspaces.target(id)
    return target.kind === 'aws' ? target.credentials() : null
  }
  await expect(credentials()).rejects.toMatchObject({ code: 'CredentialsMissing' })
  expect(await workspaces.setKeys(id, keys)).toEqual({ state: 'kept', canKeep: true })
  const { accessKeyId, secretAccessKey } = keys
  expect(await credentials()).toEqual({ accessKeyId, secretAccessKey })
  const kept = await readFile(path.join(directory, `${id}.keys`))
  expect(kept.includes(keys.secretAccessKey)).toBe(false)
  expect(JSON.stringify(workspaces.list())).not.toContain(keys.accessKeyId)
  await workspaces.delete(id)
  expect(await readdir(directory)).toEqual([])
})

test('without a key store keys last until the end, and say so', async () => {
  const workspaces = open(null)
  const { id } = workspaces.create(aDraft())
  expect(await workspaces.setKeys(id, keys)).toEqual({ state: 'session', canKeep: false })
  expect(await readdir(directory)).toEqual([])
  expect(await open(null).describeKeys(id)).toEqual({ state: 'none', canKeep: false })
})

test('a certificate file that is not there is named', async () => {
  const workspaces = open()
  const file = path.join(directory, 'company.pem')
  const { id } = workspaces.create(aDraft({ caBundlePath: file }))
  await expect(workspaces.target(id)).rejects.toMatchObject({
    code: 'FileUnreadable',
    details: { name: file },
  })
  await writeFile(file, 'PEM')
  expect(await workspaces.target(id)).toMatchObject({
    target: { network: { certificateAuthorities: 'PEM' } },
  })
})
