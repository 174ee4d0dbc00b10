import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  createContentStore,
  writeFileWhole,
  type OpenFile,
} from '../../../electron/dataset/content.ts'
import { collect } from '../../support/collect.ts'
import { openOnFullDisk } from '../../support/fullDisk.ts'

let folder = ''
let contentDirectory = ''
const bytes = Buffer.from('question,answer\nQ?,A\n')
const sha256 = createHash('sha256').update(bytes).digest('hex')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timbre-content-'))
  contentDirectory = join(folder, 'content')
})
afterEach(() => rmSync(folder, { recursive: true }))

async function store(open?: OpenFile) {
  const contentStore = createContentStore(contentDirectory, open)
  const staged = await contentStore.stage([bytes.subarray(0, 5), bytes.subarray(5)])
  return { contentStore, staged }
}

test('keeps bytes under their hash, read-only, and gives them back', async () => {
  const { contentStore, staged } = await store()
  expect(staged).toMatchObject({ sha256, sizeBytes: bytes.length })
  expect(readdirSync(contentDirectory)).not.toContain(sha256)
  await staged.commit()
  expect(readdirSync(contentDirectory)).toEqual([sha256])
  expect(statSync(contentStore.pathOf(sha256)).mode & 0o777).toBe(0o400)
  expect(Buffer.concat(await collect(contentStore.read(sha256)))).toEqual(bytes)
  expect(Buffer.concat(await collect(contentStore.read(sha256, 16)))).toEqual(bytes.subarray(16))
})

test('stores the same bytes once', async () => {
  for (let time = 0; time < 2; time += 1) await (await store()).staged.commit()
  expect(readdirSync(contentDirectory)).toEqual([sha256])
})

test('leaves nothing of what is discarded', async () => {
  await (await store()).staged.discard()
  expect(readdirSync(contentDirectory)).toEqual([])
})

test('leaves nothing behind when the disk is full, and says so', async () => {
  await expect(store(openOnFullDisk)).rejects.toMatchObject({
    code: 'DiskFull',
    details: { path: contentDirectory },
  })
  expect(readdirSync(contentDirectory)).toEqual([])
})

test('leaves nothing behind when the source fails', async () => {
  const contentStore = createContentStore(contentDirectory)
  async function* failing() {
    yield bytes
    throw new RangeError('source')
  }
  await expect(contentStore.stage(failing())).rejects.toThrow(RangeError)
  expect(readdirSync(contentDirectory)).toEqual([])
})

test('says so when the folder cannot be used', async () => {
  writeFileSync(contentDirectory, 'a file')
  await expect(store()).rejects.toMatchObject({ code: 'DataDirectoryUnusable' })
})

test('names content that is gone', async () => {
  const { contentStore } = await store()
  await expect(collect(contentStore.read(sha256))).rejects.toMatchObject({
    code: 'DatasetNotFound',
  })
})

test('removes what a crash left, but nothing of the last hour', async () => {
  const { contentStore, staged } = await store()
  await staged.commit()
  const old = new Date(Date.now() - 2 * 60 * 60 * 1000)
  const left = ['a'.repeat(64), 'b'.repeat(64), 'half.part', 'new.part']
  for (const name of left) writeFileSync(join(contentDirectory, name), 'x')
  for (const name of left.slice(0, 3)) utimesSync(join(contentDirectory, name), old, old)
  await contentStore.removeExcept(new Set(['b'.repeat(64)]))
  expect(readdirSync(contentDirectory).sort()).toEqual([sha256, 'b'.repeat(64), 'new.part'].sort())
})

test('writes a file whole, over the one that was there', async () => {
  const path = join(folder, 'out.csv')
  writeFileSync(path, 'old')
  await writeFileWhole(path, [bytes])
  expect(await fs.readFile(path)).toEqual(bytes)
  expect(readdirSync(folder)).toEqual(['out.csv'])
})

test('keeps the old file when writing fails', async () => {
  const path = join(folder, 'out.csv')
  writeFileSync(path, 'old')
  async function* failing() {
    yield bytes
    throw new RangeError('source')
  }
  await expect(writeFileWhole(path, failing())).rejects.toThrow(RangeError)
  expect([await fs.readFile(path, 'utf8'), readdirSync(folder)]).toEqual(['old', ['out.csv']])
})
