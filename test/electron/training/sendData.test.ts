/** Training data on its way to an account at AWS: at once, or in parts that outlive a break. */
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { workspaceDraftSchema } from '../../../shared/workspace.ts'
import { openCloudServices, typeKeys, type CloudServices } from '../../support/aws/cloudServices.ts'
import { knownFailures } from '../../support/aws/failures.ts'
import { aRequest, importQuestions, type TestServices } from '../../support/services.ts'

const baseModelId = 'huggingface-llm-falcon-7b-bf16'
const kmsKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555'

let cloud: CloudServices
let opened: TestServices

beforeEach(async () => {
  cloud = await openCloudServices()
  opened = cloud.test
  const { services } = opened
  const workspace = services.workspaces.list().find(({ id }) => id === cloud.workspaceId)
  services.workspaces.update(
    cloud.workspaceId,
    workspaceDraftSchema.parse({ ...workspace, kmsKeyArn }),
  )
})
afterEach(async () => {
  const { problems } = cloud.double
  await opened.close()
  await cloud.double.close()
  expect(problems).toEqual([])
})

const start = (datasetId: string, name = 'Help desk') =>
  opened.services.startVersion(
    aRequest(
      datasetId,
      {},
      { name, workspaceId: cloud.workspaceId, candidates: [{ baseModelId, hyperparameters: {} }] },
    ),
  )

const sent = (suffix: string) =>
  [...cloud.double.objects.buckets.values()]
    .flatMap(({ objects }) => [...objects])
    .filter(([key]) => key.includes('/datasets/') && key.endsWith(suffix))

const calls = (operation: string, isAnswered = true) =>
  cloud.double.calls.filter(
    (call) => call.operation === operation && (!isAnswered || call.failure === null),
  )

/** Answers of a hundred thousand letters: two parts and a bit. */
async function importLarge(): Promise<string> {
  const file = path.join(opened.root, 'large.csv')
  const lines = Array.from(
    { length: 250 },
    (_, row) => `Where is item ${row}?,${`On shelf ${row}. `.padEnd(100_000, 'look twice ')}`,
  )
  await writeFile(file, `question,answer\n${lines.join('\n')}\n`)
  return (await opened.services.datasets.import(file)).id
}

test('small files go at once, with their checksum and the workspace’s key, and once', async () => {
  const datasetId = await importQuestions(opened, 60)
  await start(datasetId)
  const [[, object] = []] = sent('train.jsonl')
  expect(object).toMatchObject({
    contentType: 'application/jsonlines',
    encryption: { algorithm: 'aws:kms', keyArn: kmsKeyArn },
    metadata: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
  })
  expect(Object.keys(object?.checksums ?? {})).toContain('ChecksumCRC32')
  // Looked for once each: what the start needs was sent when it was prepared.
  const before = calls('PutObject').length
  expect(calls('HeadObject', false)).toHaveLength(before)
  await start(datasetId, 'Help desk, again')
  expect(calls('PutObject')).toHaveLength(before)
  expect(opened.services.uploads.list()).toEqual([])
})

test('a large file goes in parts; after a break in a later launch it goes on from what S3 holds', async () => {
  const datasetId = await importLarge()
  // The account refuses it at the very end, when all parts are there.
  cloud.double.failures.refuse(
    'CompleteMultipartUpload',
    knownFailures.accessDenied('s3:PutObject'),
    20,
  )
  await expect(start(datasetId)).rejects.toMatchObject({ code: 'PermissionMissing' })
  expect(cloud.double.jobs.all).toEqual([])
  const parts = calls('UploadPart').length
  expect(parts).toBeGreaterThan(2)
  const outbox = path.join(opened.dataDirectory, 'outbox')
  expect(await readdir(outbox)).toHaveLength(1)
  expect(opened.services.uploads.list()).toMatchObject([
    { state: 'failed', name: 'training/train.jsonl' },
  ])

  opened = await opened.reopen()
  await typeKeys(opened.services.workspaces, cloud.workspaceId)
  cloud.double.failures.settle('CompleteMultipartUpload')
  await start(datasetId)
  expect(calls('UploadPart')).toHaveLength(parts)
  expect(calls('CompleteMultipartUpload')).toHaveLength(1)
  expect(opened.services.uploads.list()).toMatchObject([{ state: 'completed' }])
  expect(await readdir(outbox)).toEqual([])
  const [[, object] = []] = sent('train.jsonl')
  const lines = object?.body.toString().trim().split('\n') ?? []
  expect(lines).toHaveLength(200)
  expect(object?.encryption).toEqual({ algorithm: 'aws:kms', keyArn: kmsKeyArn })
  expect(cloud.double.jobs.all).toHaveLength(1)
})

test('a person may pause it: nothing is started, and the next start goes on with it', async () => {
  const datasetId = await importLarge()
  // It stays on its way for as long as the account is slow.
  cloud.double.failures.refuse('CompleteMultipartUpload', knownFailures.throttled(), 20)
  const starting = start(datasetId)
  const { id } = await opened.events.until('upload.progressed', ({ sentBytes }) => sentBytes > 0)
  await opened.services.uploads.pause(id)
  await expect(starting).rejects.toMatchObject({ code: 'Cancelled' })
  expect(cloud.double.jobs.all).toEqual([])
  cloud.double.failures.settle('CompleteMultipartUpload')
  const before = calls('UploadPart').length
  await start(datasetId)
  expect(calls('UploadPart').length - before).toBeLessThan(3)
  expect(cloud.double.jobs.all).toHaveLength(1)
})
