/** A file of prompts answered by transform jobs, against an account's double that is as strict as SageMaker's models. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { parse } from 'csv-parse/sync'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { paidJobs } from '../../../electron/training/paidJobs.ts'
import { transformCost, type Batch } from '../../../shared/batch.ts'
import type { Candidate } from '../../../shared/model.ts'
import type { Dataset } from '../../../shared/dataset.ts'
import { openCloudServices, typeKeys, type CloudServices } from '../../support/aws/cloudServices.ts'
import { knownFailures } from '../../support/aws/failures.ts'
import { ServiceFailure } from '../../support/aws/serviceFailure.ts'
import { createSageMakerDouble } from '../../support/aws/sageMakerDouble.ts'
import { trainInAccount } from '../../support/aws/trainInAccount.ts'
import { createTransformDouble } from '../../support/aws/transformDouble.ts'
import type { TestServices } from '../../support/services.ts'

const minuteMs = 60_000
const settings = { maxNewTokens: 40, temperature: 0, topP: 0.9, seed: 1 }
const longPrompt = `Long: ${'a word '.repeat(900)}end`
/** Rows 1 to 150: one without a prompt, one with line breaks, one longer than the grid shows. */
const prompts = Array.from({ length: 150 }, (_, index) => {
  if (index === 1) return '  '
  if (index === 2) return 'Two\nlines, "quoted" 你好'
  if (index === 3) return longPrompt
  return index === 77 ? 'forbidden question' : `Where is item ${index}?`
})

let refusal: string
let cloud: CloudServices
let opened: TestServices
let candidate: Candidate
let dataset: Dataset

beforeEach(async () => {
  refusal = 'nothing is refused'
  const transforms = createTransformDouble((inputs) => inputs.includes(refusal))
  cloud = await openCloudServices({
    services: { sagemaker: { ...createSageMakerDouble('us-east-1'), ...transforms } },
  })
  opened = cloud.test
  ;[candidate] = (await trainInAccount(cloud, ['huggingface-llm-mistral-7b'])) as [Candidate]
  const file = path.join(opened.root, 'prompts.csv')
  await writeFile(file, stringify([['id', 'prompt'], ...prompts.map((text, id) => [id, text])]))
  dataset = await opened.services.datasets.import(file)
})
afterEach(async () => {
  const { problems } = cloud.double
  await opened.close()
  await cloud.double.close()
  expect(problems).toEqual([])
})

const batches = () => opened.services.use.batches
const calls = (pattern: RegExp) =>
  cloud.double.calls.filter(({ operation, failure }) => failure === null && pattern.test(operation))

function start(instanceType = 'ml.g5.2xlarge'): Promise<Batch> {
  return batches().start({
    speaker: { kind: 'candidate', candidateId: candidate.id },
    datasetId: dataset.id,
    column: 'prompt',
    settings,
    transform: { instanceType },
  })
}

async function passUntil(isSo: (batch: Batch) => boolean, stepMs = 20_000): Promise<Batch> {
  const first = () => batches().list()[0] as Batch // each test starts one
  await expect
    .poll(
      () => {
        cloud.double.advance(stepMs)
        return isSo(first())
      },
      { timeout: 30_000, interval: 60 },
    )
    .toBe(true)
  return first()
}

async function answersOf(id: string): Promise<string[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of batches().csv(id)) chunks.push(chunk)
  const rows: Record<string, string>[] = parse(Buffer.concat(chunks), { bom: true, columns: true })
  expect(rows.map(({ prompt }) => prompt)).toEqual(prompts)
  return rows.map(({ model_answer }) => model_answer ?? '')
}

/** In the account's bucket. */
function leftOf(): string[] {
  const { models } = cloud.double.hosting
  const objects = [...cloud.double.objects.buckets.values()].flatMap(({ objects: all }) => [
    ...all.keys(),
  ])
  return [...models.keys(), ...objects.filter((key) => key.includes('/batches/'))]
}

test('answers every row by a job, with the answers in the rows’ order and nothing left in the account', async () => {
  const { id } = await start()
  // Some are there while it runs: files that were answered whole.
  const half = await passUntil(({ doneCount }) => doneCount > 10)
  expect(half.status).toBe('Running')
  const [created] = calls(/^CreateTransformJob$/)
  expect(created?.input).toMatchObject({
    BatchStrategy: 'SingleRecord',
    TransformInput: { SplitType: 'Line', ContentType: 'application/json' },
    TransformOutput: { AssembleWith: 'Line', Accept: 'application/json' },
    TransformResources: { InstanceType: 'ml.g5.2xlarge', InstanceCount: 1 },
    Tags: expect.arrayContaining([{ Key: 'timbre:managed', Value: 'true' }]),
  })
  expect(calls(/^CreateModel$/).at(-1)?.input).toMatchObject({
    EnableNetworkIsolation: true,
    PrimaryContainer: { ModelDataUrl: candidate.modelArtifactUri },
  })
  const inputs = [...cloud.double.objects.buckets.values()]
    .flatMap(({ objects }) => [...objects])
    .filter(([key]) => key.includes('/batches/') && key.endsWith('.jsonl'))
    .flatMap(([, { body }]) => body.toString('utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as { inputs: string })
  expect(inputs).toHaveLength(149)
  const { prompt: template } = candidate.promptTemplate
  expect(inputs[1]?.inputs).toBe(template.replace('{prompt}', 'Two\nlines, "quoted" 你好'))
  expect(inputs[2]?.inputs).toBe(template.replace('{prompt}', longPrompt))

  const ended = await passUntil(({ status }) => status !== 'Running', 5 * minuteMs)
  expect(ended).toMatchObject({ status: 'Completed', doneCount: 150, failedCount: 0 })
  // Two rows a file, half a minute each; the account's budget counts it.
  const cost = ended.transform && transformCost(ended.transform)
  expect(cost).toBeCloseTo((75 / 120) * 1.52)
  const { preflight } = opened.services
  expect((await preflight.check(cloud.workspaceId, {})).spent).toBeGreaterThanOrEqual(cost ?? 1)
  const answers = await answersOf(id)
  expect(answers[1]).toBe('')
  expect(new Set(answers.filter((_, index) => index !== 1))).toEqual(
    new Set([cloud.double.hosting.answer.trim()]),
  )
  expect(leftOf()).toEqual([])
})

test('a row that the model refuses costs its file, and less with each new job', async () => {
  refusal = 'forbidden'
  const { id } = await start()
  const failed = await passUntil(({ status }) => status !== 'Running', 5 * minuteMs)
  expect(failed).toMatchObject({ status: 'Failed', failure: { code: 'TransformFailed' } })
  // Two rows share a file: 149 prompts in a hundred files at most.
  expect(failed.doneCount).toBe(148)
  batches().resume(id)
  await expect.poll(() => calls(/^CreateTransformJob$/).length).toBe(2)
  const again = await passUntil(({ status }) => status !== 'Running', 5 * minuteMs)
  expect(again).toMatchObject({ status: 'Failed', doneCount: 149 })
  refusal = 'nothing is refused'
  batches().resume(id)
  await expect.poll(() => calls(/^CreateTransformJob$/).length).toBe(3)
  await passUntil(({ status }) => status === 'Completed', 5 * minuteMs)
  expect((await answersOf(id))[77]).toBe(cloud.double.hosting.answer.trim())
  expect(leftOf()).toEqual([])
})

test('is stopped at AWS, keeps what was answered, and goes on with the rest', async () => {
  const { id } = await start()
  await passUntil(({ doneCount }) => doneCount > 10)
  const stopped = await batches().stop(id)
  expect(stopped).toMatchObject({ status: 'Stopped', transform: { jobName: null } })
  expect(calls(/^StopTransformJob$/)).toHaveLength(1)
  expect(leftOf()).toEqual([])
  const { doneCount } = stopped
  expect(doneCount).toBeGreaterThan(10)
  batches().resume(id)
  await expect.poll(() => calls(/^CreateTransformJob$/).length).toBe(2)
  await passUntil(({ status }) => status === 'Completed', 5 * minuteMs)
  expect((await answersOf(id)).filter((answer) => answer !== '')).toHaveLength(149)
})

test('goes on at AWS while the app is closed, and is found again by its name', async () => {
  const { id } = await start()
  const { transform } = await passUntil(({ doneCount }) => doneCount > 10)
  opened = await opened.reopen()
  await typeKeys(opened.services.workspaces, cloud.workspaceId)
  expect(calls(/^StopTransformJob$/)).toEqual([])
  cloud.double.advance(3 * 60 * minuteMs)
  batches().resumeTransforms()
  expect(batches().list()[0]?.transform?.jobName).toBe(transform?.jobName)
  await passUntil(({ status }) => status === 'Completed')
  expect(calls(/^CreateTransformJob$/)).toHaveLength(1)
  expect((await answersOf(id)).filter((answer) => answer !== '')).toHaveLength(149)
  expect(leftOf()).toEqual([])
})

test.each([
  ['DescribeTransformJob', knownFailures.accessDenied('sagemaker:DescribeTransformJob')],
  ['PutObject', knownFailures.accessDenied('s3:PutObject')],
  ['PutObject', new ServiceFailure('InternalFailure', '', 500)],
  ['CreateModel', knownFailures.accessDenied('sagemaker:CreateModel')],
  ['CreateTransformJob', knownFailures.accessDenied('sagemaker:CreateTransformJob')],
  ['CreateTransformJob', knownFailures.quota('ml.g5.2xlarge')],
])('where %s is refused there is no job that is paid for, and nothing left', async (call, no) => {
  cloud.double.failures.refuse(call, no, Infinity)
  const { id } = await start()
  const failed = await passUntil(({ status }) => status !== 'Running')
  expect(failed).toMatchObject({ status: 'Failed', transform: { jobName: null } })
  expect(paidJobs(opened.services.db)).toEqual([])
  expect(leftOf()).toEqual([])
  cloud.double.failures.settle(call)
  batches().resume(id)
  await passUntil(({ status }) => status === 'Completed', 5 * minuteMs)
  expect(calls(/^CreateTransformJob$/)).toHaveLength(1)
})

test('a job whose answer may be lost keeps its name, counts as paid for, and is never made twice', async () => {
  const { failures } = cloud.double
  failures.refuse('CreateTransformJob', new ServiceFailure('InternalFailure', '', 500), Infinity)
  const { id } = await start()
  const failed = await passUntil(({ status }) => status !== 'Running')
  expect(failed.transform?.jobName).not.toBeNull()
  expect(paidJobs(opened.services.db)).toMatchObject([{ kind: 'transform', id }])
  failures.settle('CreateTransformJob')
  failures.loseAnswer('CreateTransformJob')
  batches().resume(id)
  await passUntil(({ status }) => status === 'Completed', 5 * minuteMs)
  // Also the one whose answer was lost, after which AWS says that it is there.
  const asked = cloud.double.calls.filter(({ operation }) => operation === 'CreateTransformJob')
  expect(new Set(asked.map(({ input }) => input['TransformJobName']))).toEqual(
    new Set([failed.transform?.jobName]),
  )
})

test('removing one whose job may run stops it', async () => {
  const { failures } = cloud.double
  failures.refuse('CreateTransformJob', new ServiceFailure('InternalFailure', '', 500), Infinity)
  const { id } = await start()
  await passUntil(({ status }) => status !== 'Running')
  await batches().delete(id)
  expect(cloud.double.calls.map(({ operation }) => operation)).toContain('StopTransformJob')
  expect(batches().list()).toEqual([])
  expect(leftOf()).toEqual([])
})

test('looks that AWS does not answer, and a stop that it refuses, lose neither the job nor its answers', async () => {
  const { id } = await start()
  await passUntil(({ doneCount }) => doneCount > 10)
  cloud.double.failures.refuse('DescribeTransformJob', knownFailures.throttled(), 12)
  // Slowly: the job must not end while it is not looked at.
  await passUntil(({ doneCount }) => doneCount > 30, 5_000)
  const stopRefused = knownFailures.accessDenied('sagemaker:StopTransformJob')
  cloud.double.failures.refuse('StopTransformJob', stopRefused, Infinity)
  const refused = await batches().stop(id)
  // It goes on at AWS, and that is what is shown.
  expect(refused.status).toBe('Failed')
  expect(refused.transform?.jobName).not.toBeNull()
  await expect(batches().delete(id)).rejects.toMatchObject({ code: refused.failure?.code })
  batches().resume(id)
  await passUntil(({ status }) => status === 'Completed', 5 * minuteMs)
  expect(calls(/^CreateTransformJob$/)).toHaveLength(1)
  expect(leftOf()).toEqual([])
})

test('a machine that SageMaker has no transform jobs for is refused before anything is made', async () => {
  await expect(
    batches().start({
      speaker: { kind: 'base', baseModelId: 'any' },
      datasetId: dataset.id,
      column: 'prompt',
      settings,
      transform: { instanceType: 'ml.g5.2xlarge' },
    }),
  ).rejects.toThrow()
  expect(calls(/Transform/)).toEqual([])
})
