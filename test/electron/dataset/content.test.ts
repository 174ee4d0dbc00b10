import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createContentStore, readToEnd, writeFileWhole } from '../../../electron/dataset/content.ts'
import { createFileHere, type CreateContentFile } from '../../../electron/dataset/contentFile.ts'
import { openSourceFile } from '../../../electron/dataset/sourceFile.ts'
import { slotBytes, slotCount, TextSlots } from '../../../electron/dataset/textSlots.ts'
import { createFileInThread } from '../../../electron/dataset/threads/createFileInThread.ts'
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

async function store(createFile?: CreateContentFile) {
  const contentStore = createContentStore(contentDirectory, createFile)
  const { staged } = await contentStore.stage([bytes.subarray(0, 5), bytes.subarray(5)], readToEnd)
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
  const createFile: CreateContentFile = (path) => createFileHere(path, openOnFullDisk)
  await expect(store(createFile)).rejects.toMatchObject({
    code: 'DiskFull',
    details: { path: contentDirectory },
  })
  expect(readdirSync(contentDirectory)).toEqual([])
})

test.each([
  ['its own thread', createFileHere],
  ['another thread', (path: string) => createFileInThread(path)],
])('leaves nothing behind when the source or its reader fails (%s)', async (_, createFile) => {
  const contentStore = createContentStore(contentDirectory, createFile)
  async function* failing() {
    yield bytes
    throw new RangeError('source')
  }
  await expect(contentStore.stage(failing(), readToEnd)).rejects.toThrow(RangeError)
  const readBadly = () => Promise.reject(new RangeError('reader'))
  await expect(contentStore.stage([bytes], readBadly)).rejects.toThrow(RangeError)
  expect(readdirSync(contentDirectory)).toEqual([])
})

test('another thread writes and hashes the same bytes, however many wait', async () => {
  const { contentStore } = await store()
  const threaded = createContentStore(contentDirectory, (path) => createFileInThread(path))
  const large = Buffer.alloc(40_000_000)
  for (let at = 0; at < large.length; at += 1) large[at] = (at * 7 + (at >>> 11)) & 0xff
  // Chunks smaller and larger than a slot; the same memory is filled anew for each, as a reader does.
  async function* chunks() {
    const memory = Buffer.alloc(3_000_000)
    for (let at = 0, size = 1; at < large.length; at += size) {
      size = Math.min((size * 5 + 1) % 3_000_000, large.length - at)
      large.copy(memory, 0, at, at + size)
      yield memory.subarray(0, size)
    }
  }
  const { staged } = await threaded.stage(chunks(), readToEnd)
  expect(staged.sha256).toBe(createHash('sha256').update(large).digest('hex'))
  await staged.commit()
  const stored = Buffer.concat(await collect(contentStore.read(staged.sha256)))
  expect(stored.equals(large)).toBe(true)
})

test('writes from where it lies what a file was read into, and hashes the same bytes', async () => {
  const path = join(folder, 'source.csv')
  const large = Buffer.alloc(slotBytes * 7 + 12_345)
  for (let at = 0; at < large.length; at += 1) large[at] = (at * 11 + (at >>> 13)) & 0xff
  writeFileSync(path, large)
  const slots = new TextSlots()
  const contentStore = createContentStore(contentDirectory, (target) =>
    createFileInThread(target, { slots }),
  )
  const source = await openSourceFile(path, { memory: slots })
  const read = async (chunks: AsyncIterable<Uint8Array>) => {
    const digest = createHash('sha256')
    for await (const chunk of chunks) {
      expect(slots.has(chunk)).toBe(true)
      digest.update(chunk)
    }
    return digest.digest('hex')
  }
  const { staged, result } = await contentStore.stage(source.chunks(), read)
  const wanted = createHash('sha256').update(large).digest('hex')
  expect([staged.sha256, result]).toEqual([wanted, wanted])
  expect(readFileSync(staged.path).equals(large)).toBe(true)
  // Every slot is free again.
  const all = await Promise.all(Array.from({ length: slotCount }, () => slots.take()))
  expect(new Set(all.map(({ byteOffset }) => byteOffset)).size).toBe(slotCount)
})

test('a disk that fails while what was read is looked at is an error of the file', async () => {
  const path = join(folder, 'source.csv')
  const size = 1024 * 1024
  writeFileSync(path, Buffer.alloc(3 * size, 'a,b\n'))
  const lost = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
  const source = await openSourceFile(path, {
    open: async (target, flags) => {
      const file = await fs.open(target, flags)
      const read = file.read.bind(file) as (...from: unknown[]) => Promise<unknown>
      const failing = (...from: unknown[]) =>
        Number(from[3]) >= size ? Promise.reject(lost) : read(...from)
      return Object.assign(file, { read: failing })
    },
  })
  const unheard: unknown[] = []
  const hear = (error: unknown) => unheard.push(error)
  process.on('unhandledRejection', hear)
  const read = async () => {
    for await (const chunk of source.chunks()) await setTimeout(50, chunk)
  }
  await expect(read()).rejects.toMatchObject({ code: 'FileUnreadable' })
  process.off('unhandledRejection', hear)
  expect(unheard).toEqual([])
})

test('whoever reads on does not wait for ever when the disk is full', async () => {
  if (!existsSync('/dev/full')) return
  mkdirSync(contentDirectory)
  const slots = new TextSlots()
  const full = createContentStore(contentDirectory, async () => {
    const target = join(contentDirectory, 'full.part')
    symlinkSync('/dev/full', target)
    return createFileInThread(target, { flags: 'w', slots })
  })
  // Faster than the thread can answer: every slot waits for it when the first write fails.
  async function* endless() {
    for (;;) {
      const slot = await slots.take()
      yield slot
      slots.release(slot)
    }
  }
  await expect(full.stage(endless(), readToEnd)).rejects.toMatchObject({ code: 'DiskFull' })
})

test('another thread says so when the disk is full', async () => {
  // Every write to it fails with ENOSPC.
  const path = '/dev/full'
  if (!existsSync(path)) return
  mkdirSync(contentDirectory)
  const threaded = createContentStore(contentDirectory, async () => {
    const target = join(contentDirectory, 'full.part')
    symlinkSync(path, target)
    return createFileInThread(target, { flags: 'w' })
  })
  await expect(threaded.stage([bytes], readToEnd)).rejects.toMatchObject({ code: 'DiskFull' })
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
