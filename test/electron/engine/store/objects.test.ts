import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openObjectStore, readObject } from '../../../../electron/engine/store/objects.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-objects-'))
})
afterEach(() => rm(directory, { recursive: true }))

const plain = { contentType: 'text/plain', metadata: {} }

async function open() {
  const store = await openObjectStore(directory)
  await store.createBucket('bucket')
  const put = async (key: string, text: string) => {
    const received = await store.receive(bytes(text))
    return store.keepObject('bucket', key, received, plain)
  }
  const get = async (key: string) => {
    const object = await store.findObject('bucket', key)
    if (!object) return null
    const chunks: Buffer[] = []
    for await (const chunk of readObject(object)) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString()
  }
  return { store, put, get }
}

async function* bytes(text: string) {
  yield Buffer.from(text)
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

test('keeps every key apart and inside its bucket', async () => {
  const { store, put, get } = await open()
  const keys = [
    'a',
    'A',
    '../../a',
    '..',
    '/etc/passwd',
    'con',
    'a/',
    'a//b',
    'ä',
    'a\u0308',
    '.json',
  ]
  for (const key of keys) await put(key, `content of ${key}`)
  for (const key of keys) expect(await get(key)).toBe(`content of ${key}`)
  expect((await store.listObjects('bucket', '')).map((object) => object.key).sort()).toEqual(
    [...keys].sort(),
  )
  expect(await readdir(directory)).toEqual(['buckets', 'incoming'])
})

test('an overwritten object leaves one file of bytes', async () => {
  const { put, get } = await open()
  await put('key', 'old')
  await put('key', 'new')
  expect(await get('key')).toBe('new')
  expect(await filesBelow(directory)).toHaveLength(2)
})

test('a reader of the old object is not disturbed by a new one', async () => {
  const { store, put } = await open()
  await put('key', 'old')
  const object = await store.findObject('bucket', 'key')
  if (!object) throw new Error('not stored')
  const reading = readObject(object)
  await new Promise((resolve) => reading.once('open', resolve))
  await put('key', 'new')
  let text = ''
  for await (const chunk of reading) text += String(chunk)
  expect(text).toBe('old')
})

test('what a kill left half-written is gone at the next start, and the old object is whole', async () => {
  const first = await open()
  await first.put('key', 'old')
  // Killed after the new bytes were moved and before their record was.
  const [record = ''] = (await filesBelow(directory)).filter((name) => name.endsWith('.json'))
  const folder = path.join(directory, 'buckets', 'b-bucket', record.slice(0, 2))
  await writeFile(path.join(folder, 'bytes-without-a-record'), 'new')
  await writeFile(path.join(directory, 'incoming', 'half'), 'ne')
  const second = await open()
  expect(await second.get('key')).toBe('old')
  expect(await filesBelow(directory)).toHaveLength(2)
  expect(await readFile(path.join(folder, record), 'utf8')).toContain('"key":"key"')
})

test('a body that breaks off leaves nothing', async () => {
  const { store } = await open()
  async function* broken() {
    yield Buffer.from('half')
    throw new Error('the client left')
  }
  await expect(store.receive(broken())).rejects.toThrow('the client left')
  expect(await filesBelow(directory)).toEqual([])
})
