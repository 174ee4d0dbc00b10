/** Requests that get in each other's way: each is answered as if it had come before or after the other. */
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../../../support/engine.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

const rounds = 40

/** The name of the refusal, or null. */
function refusalOf(attempt: Promise<unknown>): Promise<string | null> {
  return attempt.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  )
}

async function bytesFilesOf(bucket: string): Promise<number> {
  const folder = path.join(engine.dataDirectory, 'engine', 's3', 'buckets', `b-${bucket}`)
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  return files.filter((entry) => entry.isFile() && !entry.name.endsWith('.json')).length
}

test('a bucket that is deleted while objects come in keeps them or refuses them', async () => {
  const { s3 } = engine.clients
  const Bucket = 'contested'
  for (let round = 0; round < rounds; round += 1) {
    await s3.send(new CreateBucketCommand({ Bucket }))
    const [deletion, listing, ...puts] = await Promise.all([
      refusalOf(s3.send(new DeleteBucketCommand({ Bucket }))),
      refusalOf(s3.send(new ListObjectsV2Command({ Bucket }))),
      refusalOf(s3.send(new PutObjectCommand({ Bucket, Key: '0', Body: 'x' }))),
      refusalOf(s3.send(new PutObjectCommand({ Bucket, Key: '1', Body: 'x' }))),
      refusalOf(s3.send(new ListBucketsCommand({}))),
    ])
    expect([null, 'BucketNotEmpty']).toContain(deletion)
    expect([null, 'NoSuchBucket']).toContain(listing)
    for (const put of puts) expect([null, 'NoSuchBucket']).toContain(put)
    // What was acknowledged is there; a bucket that was deleted held nothing.
    for (const Key of ['0', '1']) {
      if (puts[Number(Key)] !== null) continue
      expect(deletion).toBe('BucketNotEmpty')
      const object = await s3.send(new GetObjectCommand({ Bucket, Key }))
      expect(await object.Body?.transformToString()).toBe('x')
      await s3.send(new DeleteObjectCommand({ Bucket, Key }))
    }
  }
  const incoming = path.join(engine.dataDirectory, 'engine', 's3', 'incoming')
  expect(await readdir(incoming)).toEqual([])
})

test('an object that is overwritten while it is read or copied is the old one or the new one', async () => {
  const { s3 } = engine.clients
  const Bucket = 'overwritten'
  const Key = 'object'
  await s3.send(new CreateBucketCommand({ Bucket }))
  const bodies = ['a', 'b', 'c'].map((letter) => letter.repeat(100_000))
  const write = (Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }))
  await write(bodies[0] ?? '')
  const read = async (key: string) => {
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: key }))
    return object.Body?.transformToString()
  }
  for (let round = 0; round < rounds; round += 1) {
    const [first, second] = await Promise.all([
      read(Key),
      read(Key),
      s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}` })),
      ...bodies.map(write),
    ])
    expect(bodies).toContain(first)
    expect(bodies).toContain(second)
    expect(bodies).toContain(await read('copy'))
  }
  // One file of bytes for each of the two objects: those of the overwritten ones are gone.
  expect(await bytesFilesOf(Bucket)).toBe(2)
})

test('an upload that is aborted while parts come in refuses them and leaves nothing behind', async () => {
  const { s3 } = engine.clients
  const Bucket = 'aborted'
  await s3.send(new CreateBucketCommand({ Bucket }))
  for (let round = 0; round < rounds; round += 1) {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }))
    const upload = { Bucket, Key: 'k', UploadId }
    const outcomes = await Promise.all([
      refusalOf(s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' }))),
      refusalOf(s3.send(new ListPartsCommand(upload))),
      refusalOf(s3.send(new AbortMultipartUploadCommand(upload))),
      refusalOf(s3.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'x' }))),
    ])
    for (const outcome of outcomes) expect([null, 'NoSuchUpload']).toContain(outcome)
  }
  const root = path.join(engine.dataDirectory, 'engine')
  expect(await readdir(path.join(root, 's3', 'incoming'))).toEqual([])
})
