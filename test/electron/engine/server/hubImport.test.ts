import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import {
  DeleteHubContentCommand,
  DescribeHubContentCommand,
  type DescribeHubContentCommandOutput,
  ImportHubContentCommand,
  ListHubContentsCommand,
} from '@aws-sdk/client-sagemaker'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ModelImportRecord } from '../../../../electron/engine/jobs/importModel.ts'
import { openRecordTable } from '../../../../electron/engine/store/records.ts'
import { startTestEngine, tinyModelId, type TestEngine } from '../../../support/engine.ts'
import { tinyGguf } from '../../../support/tinyGguf.ts'
import { writeTinyModelFolder } from '../../../support/tinyModelFolder.ts'

const Bucket = 'uploads'
const HubName = 'timbre'
const HubContentType = 'Model'
let engine: TestEngine
let scratch: string
let files: Map<string, Buffer>

beforeAll(async () => {
  engine = await startTestEngine()
  scratch = await mkdtemp(path.join(os.tmpdir(), 'timbre-import-'))
  const folder = await writeTinyModelFolder(scratch)
  files = new Map()
  for (const name of await readdir(folder)) files.set(name, await readFile(path.join(folder, name)))
  await engine.clients.s3.send(new CreateBucketCommand({ Bucket }))
})
afterAll(async () => {
  await engine.stop()
  await rm(scratch, { recursive: true })
})

async function importModel(
  name: string,
  content: ReadonlyMap<string, Uint8Array>,
  document: Readonly<Record<string, unknown>> = {},
): Promise<DescribeHubContentCommandOutput> {
  for (const [file, Body] of content)
    await engine.clients.s3.send(new PutObjectCommand({ Bucket, Key: `${name}/${file}`, Body }))
  await engine.clients.sageMaker.send(
    new ImportHubContentCommand({
      HubName,
      HubContentType,
      HubContentName: name,
      DocumentSchemaVersion: '2.3.0',
      HubContentDisplayName: `The model ${name}`,
      HubContentDocument: JSON.stringify({
        TrainingArtifactUri: `s3://${Bucket}/${name}/`,
        License: 'Apache-2.0',
        ...document,
      }),
    }),
  )
  return vi.waitUntil(
    async () => {
      const content = await describe(name)
      return content.HubContentStatus === 'Importing' ? null : content
    },
    { timeout: 20_000 },
  )
}

const describe = (HubContentName: string, hub = HubName) =>
  engine.clients.sageMaker.send(
    new DescribeHubContentCommand({ HubName: hub, HubContentType, HubContentName }),
  )
const listed = async (hub = HubName) => {
  const { HubContentSummaries = [] } = await engine.clients.sageMaker.send(
    new ListHubContentsCommand({ HubName: hub, HubContentType }),
  )
  return HubContentSummaries.map((summary) => summary.HubContentName)
}
const remove = (HubContentName: string, hub = HubName) =>
  engine.clients.sageMaker.send(
    new DeleteHubContentCommand({
      HubName: hub,
      HubContentType,
      HubContentName,
      HubContentVersion: '1.0.0',
    }),
  )

const countOf = async (Prefix: string) => {
  const { KeyCount } = await engine.clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
  return KeyCount
}

test('a Hugging Face folder becomes a base model, outlives a restart, and can be deleted', async () => {
  const content = await importModel('my-model', files, { DeleteSourceAfterImport: true })
  expect(content.HubContentStatus).toBe('Available')
  expect(content.HubContentDisplayName).toBe('The model my-model')
  const document: unknown = JSON.parse(content.HubContentDocument!)
  expect(document).toMatchObject({
    License: 'Apache-2.0',
    TrainingArtifactUri: 's3://timbre-models/my-model/1.0.0/',
  })
  // The source goes once the model is there.
  await expect.poll(() => countOf('my-model/')).toBe(0)
  const models = await engine.clients.s3.send(
    new ListObjectsV2Command({ Bucket: 'timbre-models', Prefix: 'my-model/' }),
  )
  expect(models.Contents?.map(({ Key }) => Key)).toContain('my-model/1.0.0/model.safetensors')
  expect(await listed('SageMakerPublicHub')).toEqual([tinyModelId])

  await expect(importModel('my-model', files)).rejects.toThrow(/exists already/)
  await expect(importModel(tinyModelId, files)).rejects.toThrow(/exists already/)
  engine = await engine.restart()
  expect(await listed()).toEqual(['my-model'])
  await remove('my-model')
  expect(await listed()).toEqual([])
  await expect(remove('my-model')).rejects.toMatchObject({ name: 'ResourceNotFound' })
})

test('a GGUF file becomes a base model', async () => {
  const content = await importModel('from-gguf', new Map([['model.gguf', await tinyGguf()]]))
  expect(content.FailureReason).toBeUndefined()
  expect(content.HubContentStatus).toBe('Available')
  await remove('from-gguf')
})

test.each<[string, (good: Map<string, Buffer>) => void, RegExp]>([
  ['nothing of a model', (good) => good.clear(), /choose a GGUF file/],
  [
    'another architecture',
    (good) => good.set('config.json', Buffer.from('{"model_type":"gpt2"}')),
    /"gpt2" is not supported; models of the types llama, mistral, qwen2, qwen3 work/,
  ],
  ['no tokenizer', (good) => good.delete('tokenizer.json'), /tokenizer\.json/],
  [
    'weights cut short',
    (good) => good.set('model.safetensors', good.get('model.safetensors')!.subarray(0, 3000)),
    /outside the file/,
  ],
  [
    'a GGUF file cut short',
    (good) => {
      good.clear()
      good.set('model.gguf', Buffer.from('GGUF'))
    },
    /no GGUF file/,
  ],
])('%s is refused with a reason, and leaves nothing behind', async (name, spoil, reason) => {
  const content = new Map(files)
  spoil(content)
  const id = name.replaceAll(' ', '-').toLowerCase()
  const described = await importModel(id, content)
  expect(described.HubContentStatus).toBe('ImportFailed')
  expect(described.FailureReason).toMatch(reason)
  expect(await readdir(path.join(engine.dataDirectory, 'engine', 'models'))).toEqual([])
  // It can be tried again with better files.
  await remove(id)
})

test('nothing is imported into the public hub, nor deleted from it', async () => {
  const command = new ImportHubContentCommand({
    HubName: 'SageMakerPublicHub',
    HubContentType,
    HubContentName: 'x',
    DocumentSchemaVersion: '2.3.0',
    HubContentDocument: '{}',
  })
  await expect(engine.clients.sageMaker.send(command)).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
  await expect(remove(tinyModelId, 'SageMakerPublicHub')).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
  const refused = new ImportHubContentCommand({
    ...command.input,
    HubName,
    HubContentDocument: '{',
  })
  await expect(engine.clients.sageMaker.send(refused)).rejects.toThrow(/TrainingArtifactUri/)
})

test('an import that fails for want of its bucket is reported, and the engine goes on', async () => {
  for (const [name, TrainingArtifactUri] of [
    ['no-bucket', 's3://never-made/model/'],
    ['not-its-own', `s3://timbre-models/${tinyModelId}/1.0.0/`],
  ] as const) {
    const content = await importModel(name, new Map(), {
      TrainingArtifactUri,
      DeleteSourceAfterImport: true,
    })
    expect(content).toMatchObject({ HubContentStatus: 'ImportFailed' })
    expect(content.FailureReason).toMatch(/This is no model/)
  }
  expect(await listed('SageMakerPublicHub')).toEqual([tinyModelId])
})

test('objects that are the client’s own stay where they are', async () => {
  expect((await importModel('kept-source', files)).HubContentStatus).toBe('Available')
  expect(await countOf('kept-source/')).toBe(files.size)
})

test('a source that a kill left behind goes at the next start', async () => {
  const imported = await importModel('left-source', files)
  expect(imported.HubContentStatus).toBe('Available')
  const folder = path.join(engine.dataDirectory, 'engine', 'resources', 'model-imports')
  const records = openRecordTable<ModelImportRecord>(folder, ({ name }) => name)
  const record = records.find('left-source')!
  records.put({ ...record, isSourceTemporary: true })
  engine = await engine.restart()
  await expect.poll(() => countOf('left-source/')).toBe(0)
  expect((await describe('left-source')).HubContentStatus).toBe('Available')
  expect(await countOf('kept-source/')).toBe(files.size)
})
