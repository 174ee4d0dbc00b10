import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createClients, type AwsClients } from '../../../../electron/aws/clients.ts'
import { ensureBucket } from '../../../../electron/aws/s3.ts'
import { sendPart, type Store } from '../../../../electron/aws/upload/multipart.ts'
import { partSizeFor, partsOf } from '../../../../electron/aws/upload/partPlan.ts'
import {
  uploadFile,
  type BegunUpload,
  type UploadHooks,
} from '../../../../electron/aws/upload/uploadFile.ts'
import { checksumOf } from '../../../../electron/aws/upload/checksum.ts'
import { startTestEngine, type TestEngine } from '../../../support/engine.ts'

const bucket = 'timbre-uploads'
const sizeBytes = 20 * 1024 ** 2 + 12_345 // three parts, the last of them short
let engine: TestEngine
let clients: AwsClients
let store: Store
let directory: string
let file: string
let content: Buffer
let sha256: string

beforeAll(async () => {
  engine = await startTestEngine()
  clients = createClients({ kind: 'local', ...engine.engine.connection })
  store = { clients, kmsKeyArn: null }
  await ensureBucket(clients, bucket)
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-upload-'))
})
afterAll(async () => {
  clients.destroy()
  await engine.stop()
  await rm(directory, { recursive: true })
})
beforeEach(async () => {
  content = randomBytes(sizeBytes)
  sha256 = createHash('sha256').update(content).digest('hex')
  file = path.join(directory, sha256)
  await writeFile(file, content)
})

function send(hooks: Partial<UploadHooks> = {}) {
  return uploadFile(
    store,
    { bucket, key: `files/${sha256}`, file, sha256, name: 'data.csv', contentType: 'text/csv' },
    {
      signal: new AbortController().signal,
      begun: null,
      onBegun: () => undefined,
      onProgress: () => undefined,
      ...hooks,
    },
  )
}

async function stored(): Promise<Buffer> {
  const { Body } = await clients.s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: `files/${sha256}` }),
  )
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

test('a large file arrives in parts, and the same content is not sent again', async () => {
  const progress: number[] = []
  expect(await send({ onProgress: (sentBytes) => progress.push(sentBytes) })).toBe(true)
  expect(progress[0]).toBe(0)
  expect(progress.at(-1)).toBe(sizeBytes)
  expect((await stored()).equals(content)).toBe(true)
  expect(await send({ onBegun: () => expect.unreachable() })).toBe(false)
})

test('a small one arrives at once', async () => {
  content = randomBytes(1000)
  await writeFile(file, content)
  expect(await send({ onBegun: () => expect.unreachable() })).toBe(true)
  expect((await stored()).equals(content)).toBe(true)
})

test('one that was paused goes on where it was, in another launch as well', async () => {
  let begun: BegunUpload | null = null
  const pause = new AbortController()
  const first = send({
    signal: pause.signal,
    onBegun: (started) => (begun = started),
    onProgress: (sentBytes) => {
      if (sentBytes > 0) pause.abort()
    },
  })
  await expect(first).rejects.toMatchObject({ code: 'Cancelled' })
  const progress: number[] = []
  await send({
    begun,
    onBegun: () => expect.unreachable(),
    onProgress: (sentBytes) => progress.push(sentBytes),
  })
  expect(progress[0]).toBeGreaterThan(0)
  expect((await stored()).equals(content)).toBe(true)
})

test('a part that S3 holds and that is not what the file holds is sent again', async () => {
  let begun: BegunUpload | null = null
  const pause = new AbortController()
  const first = send({
    signal: pause.signal,
    onBegun(started) {
      begun = started
      pause.abort()
    },
  })
  await expect(first).rejects.toMatchObject({ code: 'Cancelled' })
  const { uploadId } = begun as unknown as BegunUpload // it was begun
  const wrong = randomBytes(partSizeFor(sizeBytes))
  await sendPart(
    store,
    { bucket, key: `files/${sha256}` },
    uploadId,
    1,
    wrong,
    checksumOf(wrong),
    new AbortController().signal,
  )
  await send({ begun })
  expect((await stored()).equals(content)).toBe(true)
})

test('one that S3 does not know any more is begun anew', async () => {
  let begun: BegunUpload | null = null
  await send({
    begun: { uploadId: 'gone', partSizeBytes: partSizeFor(sizeBytes) },
    onBegun: (started) => (begun = started),
  })
  expect(begun).toMatchObject({ partSizeBytes: partSizeFor(sizeBytes) })
  expect((await stored()).equals(content)).toBe(true)
})

test('a file that changes meanwhile is refused, and nothing is completed', async () => {
  const changed = send({
    onProgress: (sentBytes) => {
      if (sentBytes > 0) void utimes(file, new Date(), new Date(Date.now() + 60_000))
    },
  })
  await expect(changed).rejects.toMatchObject({ code: 'FileChanged' })
  await expect(stored()).rejects.toMatchObject({ code: 'NotFound' })
  const { Uploads } = await clients.s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  expect(Uploads?.map(({ Key }) => Key)).toContain(`files/${sha256}`)
})

test('parts stay within S3’s limits at any size', () => {
  for (const bytes of [5 * 1024 ** 3, 80 * 1024 ** 3 + 1, 5 * 1024 ** 4]) {
    const size = partSizeFor(bytes)
    expect(size).toBeGreaterThanOrEqual(5 * 1024 ** 2)
    expect(Math.ceil(bytes / size)).toBeLessThanOrEqual(10_000)
  }
  expect(partsOf(25, 10)).toEqual([
    { number: 1, offset: 0, sizeBytes: 10 },
    { number: 2, offset: 10, sizeBytes: 10 },
    { number: 3, offset: 20, sizeBytes: 5 },
  ])
})
