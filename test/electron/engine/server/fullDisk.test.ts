import type * as fs from 'node:fs/promises'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { autoMLCalls, csvOf, hasEnded } from '../../../support/autoML.ts'
import { startTestEngine, type TestEngine } from '../../../support/engine.ts'

const disk = vi.hoisted(() => ({ isFull: false }))
vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof fs>()
  const open = async (path: string, flags: string) => {
    const file = await original.open(path, flags)
    const noSpace = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
    if (disk.isFull) file.writeFile = () => Promise.reject(noSpace)
    return file
  }
  return { ...original, open }
})

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

test('a full disk is said to be full, and the old object stays', async () => {
  const { s3 } = engine.clients
  const put = (Body: string) =>
    s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'key', Body }))
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }))
  await put('old')
  disk.isFull = true
  await expect(put('new')).rejects.toMatchObject({
    name: 'InsufficientStorage',
    $metadata: { httpStatusCode: 507, attempts: 1 },
  })
  disk.isFull = false
  const object = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'key' }))
  expect(await object.Body?.transformToString()).toBe('old')
})

test('an AutoML job whose data no longer fits says so', async () => {
  const { makeBucket, put, create, waitFor } = autoMLCalls(() => engine.clients)
  await makeBucket()
  await put('few/questions.csv', csvOf(12))
  disk.isFull = true
  await create('full')
  const job = await waitFor('full', hasEnded)
  disk.isFull = false
  expect(job.AutoMLJobStatus).toBe('Failed')
  expect(job.FailureReason).toMatch(/^ClientError: No space left on device/)
})
