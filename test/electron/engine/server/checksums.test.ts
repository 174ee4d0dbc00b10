/** Checksums of uploads as the SDK sends them, in one piece and in parts, and what a wrong one leads to. */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  compositeChecksum,
  createChecksums,
  type ChecksumAlgorithm as Algorithm,
} from '../../../../electron/engine/server/checksums.ts'
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

const content = randomBytes(70_000)
const partSize = 5 * 1024 * 1024
const parts = [randomBytes(partSize), randomBytes(1000)] as const

function digestOf(algorithm: Algorithm, ...chunks: readonly Uint8Array[]): string {
  const checksums = createChecksums([algorithm])
  for (const chunk of chunks) checksums.update(chunk)
  return checksums.digests()[algorithm] ?? ''
}

const lower = (algorithm: string) => algorithm.toLowerCase() as Algorithm
const offered = [
  ChecksumAlgorithm.CRC32,
  ChecksumAlgorithm.CRC32C,
  ChecksumAlgorithm.CRC64NVME,
  ChecksumAlgorithm.SHA1,
  ChecksumAlgorithm.SHA256,
] as const

describe.each(offered)('%s', (algorithm) => {
  const member = `Checksum${algorithm}` as const
  const expected = digestOf(lower(algorithm), content)

  test('is verified in the header and returned where it is asked for', async () => {
    const Key = `header-${algorithm}`
    const stored = await s3.send(
      new PutObjectCommand({ Bucket, Key, Body: content, [member]: expected }),
    )
    expect(stored[member]).toBe(expected)
    expect(stored.ChecksumType).toBe('FULL_OBJECT')
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    expect(head).toMatchObject({ [member]: expected, ChecksumType: 'FULL_OBJECT' })
    const silent = await s3.send(new HeadObjectCommand({ Bucket, Key }))
    expect(silent[member]).toBeUndefined()
    const object = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(content)
    expect(object[member]).toBe(expected)
  })

  test('is verified in the trailer of a chunked body', async () => {
    const stored = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: `trailer-${algorithm}`,
        Body: Readable.from([content.subarray(0, 100), content.subarray(100)]),
        ContentLength: content.length,
        ChecksumAlgorithm: algorithm,
      }),
    )
    expect(stored[member]).toBe(expected)
  })

  test('that does not fit the body is BadDigest, and nothing is stored', async () => {
    const Key = `wrong-${algorithm}`
    const wrong = digestOf(lower(algorithm), Buffer.from('something else'))
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key, Body: content, [member]: wrong })),
    ).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } })
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
      name: 'NotFound',
    })
  })

  test('that is no digest is refused', async () => {
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x', [member]: 'AAAA' })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' })
  })
})

async function uploadInParts(
  Key: string,
  more: { ChecksumAlgorithm?: ChecksumAlgorithm; ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE' },
) {
  const started = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))
  const upload = { Bucket, Key, UploadId: started.UploadId }
  const sent = []
  for (const [index, Body] of parts.entries()) {
    const part = await s3.send(
      new UploadPartCommand({
        ...upload,
        Body,
        PartNumber: index + 1,
        ...(more.ChecksumAlgorithm ? { ChecksumAlgorithm: more.ChecksumAlgorithm } : {}),
      }),
    )
    const { $metadata, ...facts } = part
    expect($metadata.httpStatusCode).toBe(200)
    sent.push({ ...facts, PartNumber: index + 1 })
  }
  return { upload, started, sent }
}

describe('of an object in parts', () => {
  test.each([
    ['CRC32', undefined],
    ['CRC32', 'COMPOSITE'],
    ['CRC32C', undefined],
    ['SHA1', undefined],
    ['SHA256', 'COMPOSITE'],
  ] as const)('%s %s is that of the parts and their number', async (algorithm, type) => {
    const Key = `composite-${algorithm}`
    const { upload, started, sent } = await uploadInParts(Key, {
      ChecksumAlgorithm: algorithm,
      ...(type ? { ChecksumType: type } : {}),
    })
    expect(started).toMatchObject({ ChecksumAlgorithm: algorithm, ChecksumType: 'COMPOSITE' })
    const listed = await s3.send(new ListPartsCommand(upload))
    expect(listed).toMatchObject({ ChecksumAlgorithm: algorithm, ChecksumType: 'COMPOSITE' })
    const member = `Checksum${algorithm}` as const
    const each = parts.map((part) => digestOf(lower(algorithm), part))
    expect(listed.Parts?.map((part) => part[member])).toEqual(each)
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: sent } }),
    )
    const expected = compositeChecksum(lower(algorithm), each)
    expect(expected).toMatch(/-2$/)
    expect(done).toMatchObject({ [member]: expected, ChecksumType: 'COMPOSITE' })
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    expect(head).toMatchObject({ [member]: expected, ChecksumType: 'COMPOSITE' })
  })

  test.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    '%s may be that of the whole object',
    async (algorithm) => {
      const { upload, sent } = await uploadInParts('whole', {
        ChecksumAlgorithm: algorithm,
        ChecksumType: 'FULL_OBJECT',
      })
      const member = `Checksum${algorithm}` as const
      const expected = digestOf(lower(algorithm), ...parts)
      const complete = (value: string) =>
        s3.send(
          new CompleteMultipartUploadCommand({
            ...upload,
            MultipartUpload: { Parts: sent },
            [member]: value,
            ChecksumType: 'FULL_OBJECT',
          }),
        )
      await expect(complete(digestOf(lower(algorithm), parts[0]))).rejects.toMatchObject({
        name: 'BadDigest',
      })
      // The upload is still there: the client may try once more.
      expect(await complete(expected)).toMatchObject({
        [member]: expected,
        ChecksumType: 'FULL_OBJECT',
      })
    },
  )

  test('without an algorithm CRC64NVME of the whole object is computed', async () => {
    const { upload, sent } = await uploadInParts('default', {})
    const done = await s3.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: sent.map(({ ETag, PartNumber }) => ({ ETag, PartNumber })) },
      }),
    )
    expect(done.ChecksumCRC64NVME).toBe(digestOf('crc64nvme', ...parts))
  })

  test('the managed upload and its parallel parts arrive whole', async () => {
    const Body = randomBytes(12 * 1024 * 1024)
    await new Upload({
      client: s3,
      params: { Bucket, Key: 'managed', Body, ChecksumAlgorithm: 'SHA256' },
    }).done()
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'managed' }))
    expect(Body.equals((await object.Body?.transformToByteArray()) ?? new Uint8Array())).toBe(true)
  })

  test('what does not fit together is refused', async () => {
    const start = (more: object) =>
      s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'refused', ...more }))
    await expect(
      start({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }),
    ).rejects.toMatchObject({ name: 'InvalidRequest' })
    await expect(
      start({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }),
    ).rejects.toMatchObject({ name: 'InvalidRequest' })
    await expect(start({ ChecksumAlgorithm: 'XXHASH3' })).rejects.toMatchObject({
      name: 'NotImplemented',
    })
    await expect(start({ ChecksumAlgorithm: 'CRC8' })).rejects.toMatchObject({
      name: 'InvalidRequest',
    })

    const { upload, sent } = await uploadInParts('refused', { ChecksumAlgorithm: 'SHA256' })
    const listed = await s3.send(new ListMultipartUploadsCommand({ Bucket }))
    expect(listed.Uploads).toContainEqual(
      expect.objectContaining({ Key: 'refused', ChecksumAlgorithm: 'SHA256' }),
    )
    await expect(
      s3.send(
        new UploadPartCommand({ ...upload, PartNumber: 3, Body: 'x', ChecksumAlgorithm: 'SHA1' }),
      ),
    ).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: expect.stringMatching(/expected checksum Type: sha256, actual checksum Type: sha1/),
    })
    const complete = (Parts: object[], more = {}) =>
      s3.send(
        new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more }),
      )
    await expect(
      complete(sent.map((part) => ({ ...part, ChecksumSHA256: undefined }))),
    ).rejects.toMatchObject({ message: expect.stringMatching(/missing for part 1/) })
    await expect(
      complete(sent.map((part) => ({ ...part, ChecksumSHA256: sent[0]?.ChecksumSHA256 }))),
    ).rejects.toMatchObject({ name: 'InvalidPart' })
    await expect(complete(sent, { ChecksumType: 'FULL_OBJECT' })).rejects.toMatchObject({
      name: 'InvalidRequest',
    })
    await expect(complete(sent, { MpuObjectSize: 5 })).rejects.toMatchObject({
      name: 'InvalidRequest',
    })
    await expect(
      complete(sent, { ChecksumSHA256: digestOf('sha256', content) }),
    ).rejects.toMatchObject({ name: 'BadDigest' })
    await complete(sent, { MpuObjectSize: partSize + 1000 })
  })
})

test('two checksums of one body are refused', async () => {
  await expect(
    s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'x',
        Body: content,
        ChecksumCRC32: digestOf('crc32', content),
        ChecksumCRC32C: digestOf('crc32c', content),
      }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidRequest' })
})

test('a copy keeps the algorithm or takes another, and its value is that of the whole', async () => {
  const { upload, sent } = await uploadInParts('to-copy', { ChecksumAlgorithm: 'SHA256' })
  await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: sent } }))
  const CopySource = `${Bucket}/to-copy`
  const same = await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy-1', CopySource }))
  expect(same.CopyObjectResult?.ChecksumSHA256).toBe(digestOf('sha256', ...parts))
  const other = await s3.send(
    new CopyObjectCommand({ Bucket, Key: 'copy-2', CopySource, ChecksumAlgorithm: 'CRC32C' }),
  )
  expect(other.CopyObjectResult?.ChecksumCRC32C).toBe(digestOf('crc32c', ...parts))
})

test('attributes are read without the content', async () => {
  const { upload, sent } = await uploadInParts('attributes', { ChecksumAlgorithm: 'SHA256' })
  const done = await s3.send(
    new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: sent } }),
  )
  const read = (Key: string) =>
    s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key,
        ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'],
      }),
    )
  expect(await read('attributes')).toMatchObject({
    ETag: done.ETag?.replaceAll('"', ''),
    Checksum: { ChecksumSHA256: done.ChecksumSHA256, ChecksumType: 'COMPOSITE' },
    ObjectParts: { TotalPartsCount: 2 },
    StorageClass: 'STANDARD',
    ObjectSize: partSize + 1000,
  })
  await expect(read('absent')).rejects.toMatchObject({ name: 'NoSuchKey' })
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'attributes' }))
  expect(listed.Contents?.[0]).toMatchObject({
    ChecksumAlgorithm: ['SHA256'],
    ChecksumType: 'COMPOSITE',
  })
})
