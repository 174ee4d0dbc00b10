import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  CompleteMultipartUploadCommand,
  AbortMultipartUploadCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../../../support/engine.ts'

let engine: TestEngine
let s3: S3Client
const Bucket = 'bucket'
beforeAll(async () => {
  engine = await startTestEngine()
  s3 = engine.clients.s3
  await s3.send(new CreateBucketCommand({ Bucket }))
})
afterAll(() => engine.stop())

const put = (Key: string, Body: string | Uint8Array | Readable, more = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))

async function get(Key: string, more = {}): Promise<string> {
  const object = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))
  return (await object.Body?.transformToString()) ?? ''
}

test('takes a stream of known length in signed or unsigned chunks, its checksum in the trailer', async () => {
  const content = randomBytes(300_000)
  const stored = await put(
    'streamed',
    Readable.from([content.subarray(0, 9), content.subarray(9)]),
    {
      ContentLength: content.length,
    },
  )
  expect(stored.ChecksumCRC32).toMatch(/=$/)
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'streamed' }))
  expect(head.ContentLength).toBe(content.length)
  expect(head.ETag).toBe(`"${createHash('md5').update(content).digest('hex')}"`)
})

test('a subresource that is not offered is refused and leaves the object as it was', async () => {
  await put('kept', 'content')
  for (const command of [
    new PutObjectTaggingCommand({ Bucket, Key: 'kept', Tagging: { TagSet: [] } }),
    new PutObjectAclCommand({ Bucket, Key: 'kept', ACL: 'private' }),
  ]) {
    await expect(s3.send(command as PutObjectAclCommand)).rejects.toMatchObject({
      name: 'NotImplemented',
    })
  }
  expect(await get('kept')).toBe('content')
})

test.each([
  ['bytes=0-0', 'a'],
  ['bytes=2-', 'cdef'],
  ['bytes=-2', 'ef'],
  ['bytes=4-99', 'ef'],
  ['bytes=3-1', 'abcdef'],
  ['lines=1-2', 'abcdef'],
])('answers the range %s', async (Range, expected) => {
  await put('range', 'abcdef')
  expect(await get('range', { Range })).toBe(expected)
})

test('refuses a range beyond the end', async () => {
  await put('range', 'abcdef')
  await expect(get('range', { Range: 'bytes=6-' })).rejects.toMatchObject({
    name: 'InvalidRange',
    $metadata: { httpStatusCode: 416 },
  })
})

test('reads on condition of the ETag', async () => {
  const { ETag } = await put('conditional', 'x')
  expect(await get('conditional', { IfMatch: ETag })).toBe('x')
  await expect(get('conditional', { IfMatch: '"other"' })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 412 },
  })
  await expect(get('conditional', { IfNoneMatch: ETag })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  })
})

test('deletes many keys at once, however they are spelled', async () => {
  const keys = ['del/ lead', 'del/tail ', 'del/<&>"\'', 'del/é\n', 'del/1']
  for (const key of keys) await put(key, 'x')
  await put('del/kept', 'x')
  const deleted = await s3.send(
    new DeleteObjectsCommand({
      Bucket,
      Delete: { Objects: [...keys, 'del/never-there'].map((Key) => ({ Key })) },
    }),
  )
  expect(deleted.Deleted).toHaveLength(keys.length + 1)
  const left = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'del/' }))
  expect(left.Contents?.map((object) => object.Key)).toEqual(['del/kept'])
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'del/never-there' }))
})

test('lists in the older form too, and nothing when asked for no keys', async () => {
  for (const key of ['v1/a', 'v1/b', 'v1/c']) await put(key, 'x')
  const first = await s3.send(new ListObjectsCommand({ Bucket, Prefix: 'v1/', MaxKeys: 2 }))
  expect([first.Contents?.map((object) => object.Key), first.NextMarker]).toEqual([
    ['v1/a', 'v1/b'],
    'v1/b',
  ])
  const second = await s3.send(
    new ListObjectsCommand({ Bucket, Prefix: 'v1/', Marker: first.NextMarker }),
  )
  expect(second.Contents?.map((object) => object.Key)).toEqual(['v1/c'])
  const none = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }))
  expect([none.KeyCount, none.IsTruncated]).toEqual([0, false])
})

test('copies with the metadata or with new ones, also from the base models', async () => {
  await put('source key?&', 'content', { Metadata: { a: '1' }, ContentType: 'text/x' })
  const CopySource = `${Bucket}/${encodeURIComponent('source key?&')}`
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }))
  expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))).toMatchObject({
    Metadata: { a: '1' },
    ContentType: 'text/x',
  })
  await s3.send(
    new CopyObjectCommand({
      Bucket,
      Key: 'copy',
      CopySource,
      MetadataDirective: 'REPLACE',
      Metadata: { b: '2' },
    }),
  )
  const copy = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))
  expect(copy.Metadata).toEqual({ b: '2' })
  const model = 'timbre-models/tiny-base/1.0.0/config.json'
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'config', CopySource: model }))
  expect(JSON.parse(await get('config'))).toMatchObject({ model_type: 'llama' })
})

test('an upload’s part can be copied from an object, and an aborted upload is gone', async () => {
  await put('whole', 'abcdef')
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'pieced' }))
  const target = { Bucket, Key: 'pieced', UploadId, PartNumber: 1 }
  const part = await s3.send(
    new UploadPartCopyCommand({
      ...target,
      CopySource: `${Bucket}/whole`,
      CopySourceRange: 'bytes=1-3',
    }),
  )
  await s3.send(
    new CompleteMultipartUploadCommand({
      ...target,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.CopyPartResult?.ETag }] },
    }),
  )
  expect(await get('pieced')).toBe('bcd')

  const aborted = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'aborted' }))
  const other = { Bucket, Key: 'aborted', UploadId: aborted.UploadId }
  await s3.send(new UploadPartCommand({ ...other, PartNumber: 1, Body: 'x' }))
  await s3.send(new AbortMultipartUploadCommand(other))
  await expect(
    s3.send(new UploadPartCommand({ ...other, PartNumber: 2, Body: 'x' })),
  ).rejects.toMatchObject({ name: 'NoSuchUpload' })
  const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket }))
  expect(uploads.Uploads ?? []).toEqual([])
})

test('the base models can be read and listed, and not changed', async () => {
  const Models = 'timbre-models'
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: Models, Delimiter: '/' }))
  expect(listed.CommonPrefixes).toEqual([{ Prefix: 'tiny-base/' }])
  const key = 'tiny-base/1.0.0/config.json'
  await expect(
    s3.send(new PutObjectCommand({ Bucket: Models, Key: key, Body: '{}' })),
  ).rejects.toMatchObject({ name: 'AccessDenied' })
  await expect(
    s3.send(new DeleteObjectCommand({ Bucket: Models, Key: key })),
  ).rejects.toMatchObject({ name: 'AccessDenied' })
  await expect(s3.send(new DeleteBucketCommand({ Bucket: Models }))).rejects.toMatchObject({
    name: 'AccessDenied',
  })
  await expect(s3.send(new CreateBucketCommand({ Bucket: Models }))).rejects.toMatchObject({
    name: 'BucketAlreadyExists',
  })
  for (const escape of ['tiny-base/1.0.0/../../../data/engine/connection.json', '../models/x']) {
    await expect(
      s3.send(new GetObjectCommand({ Bucket: Models, Key: escape })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' })
  }
})

test('a bucket may be called as a path of another service or as a device of Windows', async () => {
  for (const name of ['endpoints', 'con', 'nul', 'a.b']) {
    await s3.send(new CreateBucketCommand({ Bucket: name }))
    await s3.send(new PutObjectCommand({ Bucket: name, Key: 'e/invocations', Body: 'x' }))
    await s3.send(new HeadBucketCommand({ Bucket: name }))
    await s3.send(new DeleteObjectCommand({ Bucket: name, Key: 'e/invocations' }))
    await s3.send(new DeleteBucketCommand({ Bucket: name }))
    await expect(s3.send(new HeadBucketCommand({ Bucket: name }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    })
  }
  const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket }))
  expect(LocationConstraint ?? '').toBe('')
})

test('an object survives a restart with its metadata', async () => {
  await put('lasting', 'content', { Metadata: { origin: 'test' } })
  engine = await engine.restart()
  s3 = engine.clients.s3
  expect(await get('lasting')).toBe('content')
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'lasting' }))
  expect(head.Metadata).toEqual({ origin: 'test' })
})
