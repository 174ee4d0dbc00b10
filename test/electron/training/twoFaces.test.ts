/** The start of a version and the watch of another face of the app, or its own, come to the same candidate. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { getVersion } from '../../../electron/db/models.ts'
import { forkEngine } from '../../../electron/engineProcess/forkEngine.ts'
import { createServices, type Services } from '../../../electron/services.ts'
import type { Candidate } from '../../../shared/model.ts'
import {
  lookAtAll,
  openCloudServices,
  typeKeys,
  type CloudServices,
} from '../../support/aws/cloudServices.ts'
import { knownFailures } from '../../support/aws/failures.ts'
import { importQuestions } from '../../support/services.ts'

const ways = [
  ['CreateTrainingJob', 'huggingface-llm-mistral-7b'],
  ['CreateAutoMLJobV2', 'autopilot:Mistral7B'],
  ['CreateTrainingJob', 'serverless:huggingface-reasoning-qwen3-4b'],
  ['CreateModelCustomizationJob', 'bedrock:amazon.nova-lite-v1:0:300k'],
] as const

let cloud: CloudServices
/** The command line beside the window: the same folder, another process. */
let other: Services

beforeEach(async () => {
  cloud = await openCloudServices()
  other = await openFace()
})
afterEach(async () => {
  await other.close()
  await cloud.close()
})

async function openFace(): Promise<Services> {
  const face = createServices({
    dataDirectory: cloud.test.dataDirectory,
    resourcesDirectory: `${cloud.test.root}/resources`,
    launchEngine: forkEngine,
    systemLocale: 'en',
    publish: () => undefined,
  })
  await typeKeys(face.workspaces, cloud.workspaceId)
  return face
}

async function start(baseModelId: string): Promise<string> {
  const { id } = await cloud.test.services.startVersion({
    workspaceId: cloud.workspaceId,
    modelId: null,
    name: 'Help desk',
    problemType: 'fine-tune-foundation-model',
    datasetId: await importQuestions(cloud.test, 200),
    columns: { question: 'question', answer: 'answer' },
    validationFraction: 0.2,
    splitSeed: 1,
    samplePrompts: [],
    candidates: [{ baseModelId, hyperparameters: {} }],
  })
  return id
}

function candidateOf(versionId: string): Candidate {
  const [candidate] = getVersion(cloud.test.services.db, versionId).candidates
  if (!candidate) throw new Error('The version has no candidate.')
  return candidate
}

/** Its own watch may have come to it before the start did, and goes on after it. */
async function expectToRun(versionId: string): Promise<void> {
  await vi.waitFor(
    () => expect(candidateOf(versionId)).toMatchObject({ status: 'InProgress', failure: null }),
    { timeout: 20_000 },
  )
}

const callsOf = (operation: string) =>
  cloud.double.calls.filter((call) => call.operation === operation)

test.each(ways)(
  'one of two faces creates a job, and the other sees it: %s of %s',
  async (...way) => {
    const [operation, baseModelId] = way
    const { failures } = cloud.double
    failures.hold(operation, () => lookAtAll(other))
    const versionId = await start(baseModelId)
    await expectToRun(versionId)
    await lookAtAll(other)
    expect(callsOf(operation).map(({ failure }) => failure)).toEqual([null])
    const { trainingJobName } = candidateOf(versionId)
    expect(cloud.double.jobs.all.map(({ name }) => name)).toEqual([trainingJobName])
  },
)

test('a face that may not read the base model fails nothing that another one creates', async () => {
  const { failures } = cloud.double
  failures.hold('CreateTrainingJob', async () => {
    failures.refuse(
      'DescribeHubContent',
      knownFailures.accessDenied('sagemaker:DescribeHubContent'),
    )
    failures.refuse('CreateTrainingJob', knownFailures.accessDenied('sagemaker:CreateTrainingJob'))
    await lookAtAll(other)
    failures.settle('DescribeHubContent')
    failures.settle('CreateTrainingJob')
  })
  await expectToRun(await start('huggingface-llm-mistral-7b'))
})

test.each(ways)(
  'a job that is there is followed, though its answer was lost and the next create refused: %s of %s',
  async (...way) => {
    const [operation, baseModelId] = way
    const { failures } = cloud.double
    // The job itself takes what the account has of such machines.
    failures.hold(operation, async () =>
      failures.refuse(operation, knownFailures.quota('ml.g5.2xlarge')),
    )
    failures.loseAnswer(operation)
    const versionId = await start(baseModelId)
    await expectToRun(versionId)
    expect(cloud.double.jobs.all.map(({ name }) => name)).toEqual([
      candidateOf(versionId).trainingJobName,
    ])
  },
)

test('a job is followed though its answer was lost, and nothing can be prepared for another create', async () => {
  const { failures, jobs } = cloud.double
  failures.loseAnswer('CreateTrainingJob')
  // Nobody's further tries hear of it either.
  failures.hold('CreateTrainingJob', async () =>
    failures.refuse('CreateTrainingJob', knownFailures.throttled(), 1000),
  )
  const versionId = await start('huggingface-llm-mistral-7b')
  await vi.waitFor(() => expect(jobs.all).toHaveLength(1))
  failures.refuse('DescribeHubContent', knownFailures.accessDenied('sagemaker'), 1000)
  // Which base model it was is not known to this one.
  const fresh = await openFace()
  await vi.waitFor(
    async () => {
      await lookAtAll(fresh)
      expect(candidateOf(versionId)).toMatchObject({ status: 'InProgress', failure: null })
    },
    { timeout: 20_000 },
  )
  await fresh.close()
  expect(jobs.all).toHaveLength(1)
})
