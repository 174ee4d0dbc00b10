import { afterEach, beforeEach, expect, test } from 'vitest'
import { listVersionCosts } from '../../../../electron/db/runCosts.ts'
import { printBilled } from '../../../../electron/cli/follow.ts'
import { listMetricPoints } from '../../../../electron/db/metrics.ts'
import { listEvents } from '../../../../electron/db/events.ts'
import { getVersion } from '../../../../electron/db/models.ts'
import { createTranslate } from '../../../../electron/translate.ts'
import { secondsBilled } from '../../../../shared/billed.ts'
import type { MetricName } from '../../../../shared/metrics.ts'
import type { Candidate, FineTuneRequest } from '../../../../shared/model.ts'
import {
  lookAtAll,
  openCloudServices,
  type CloudServices,
} from '../../../support/aws/cloudServices.ts'
import { importQuestions } from '../../../support/services.ts'

let cloud: CloudServices

beforeEach(async () => {
  cloud = await openCloudServices()
})
afterEach(async () => {
  const { problems } = cloud.double
  await cloud.close()
  // Nothing that any test sent would have been refused by AWS's own model.
  expect(problems).toEqual([])
})

async function accept(baseModelId: string): Promise<void> {
  const { services } = cloud.test
  const connection = await services.connect(cloud.workspaceId)
  const { baseModel } = await services.catalog.describe(connection, baseModelId)
  const licence = await services.licences.read(connection, baseModel)
  if (licence) await services.licences.accept(connection, baseModel, licence.textSha256)
}

type Asked = FineTuneRequest['candidates'][number]

async function start(candidates: readonly Asked[], rows = 200) {
  const { services } = cloud.test
  return services.startVersion({
    workspaceId: cloud.workspaceId,
    modelId: null,
    name: 'Help desk',
    problemType: 'fine-tune-foundation-model',
    datasetId: await importQuestions(cloud.test, rows),
    columns: { question: 'question', answer: 'answer' },
    validationFraction: 0.2,
    splitSeed: 1,
    samplePrompts: [],
    candidates: [...candidates],
  })
}

/** The account's time goes on until they have ended. */
async function untilEnded(versionId: string): Promise<Candidate[]> {
  const { services } = cloud.test
  for (let round = 0; round < 60; round += 1) {
    cloud.double.advance(120_000)
    await lookAtAll(services)
    const { candidates } = getVersion(services.db, versionId)
    if (candidates.every(({ status }) => /Completed|Failed|Stopped/.test(status))) return candidates
  }
  throw new Error(JSON.stringify(getVersion(services.db, versionId).candidates, null, 1))
}

function stepsOf(candidateId: string, metric: MetricName): number[] {
  return listMetricPoints(cloud.test.services.db, candidateId)
    .filter((point) => point.metric === metric)
    .map(({ step }) => step)
}

test('trains one model each way, and draws its curves', async () => {
  const names = [
    'meta-textgeneration-llama-3-2-1b-instruct',
    'huggingface-llm-falcon-7b-bf16',
    'autopilot:Falcon40B',
    'serverless:huggingface-reasoning-qwen3-4b',
    'bedrock:amazon.nova-micro-v1:0:128k',
  ]
  await accept(names[0]!)
  const settings: Record<string, Record<string, string>> = {
    'huggingface-llm-falcon-7b-bf16': { epoch: '2' },
    'serverless:huggingface-reasoning-qwen3-4b': { max_epochs: '2' },
    'bedrock:amazon.nova-micro-v1:0:128k': { epochCount: '2' },
  }
  const version = await start(
    names.map((baseModelId) => ({ baseModelId, hyperparameters: settings[baseModelId] ?? {} })),
  )
  expect(version.candidates.map(({ status }) => status)).not.toContain('Failed')
  const ended = await untilEnded(version.id)
  expect(ended.map(({ failure }) => failure)).toEqual(names.map(() => null))
  const [llama, falcon, autopilot, serverless, bedrock] = ended as [
    Candidate,
    Candidate,
    Candidate,
    Candidate,
    Candidate,
  ]
  // 160 rows of training in batches of 8.
  expect(stepsOf(llama.id, 'train_loss')).toEqual([1, 2, 3, 4, 5])
  expect(stepsOf(llama.id, 'validation_loss')).toEqual([1, 2, 3, 4, 5])
  expect(stepsOf(falcon.id, 'train_loss')).toHaveLength(40)
  expect(stepsOf(falcon.id, 'validation_loss')).toEqual([20, 40])
  expect(stepsOf(autopilot.id, 'validation_loss')).toEqual([5])
  expect(stepsOf(autopilot.id, 'validation_rougeL')).toEqual([5])
  expect(stepsOf(serverless.id, 'train_loss')).toHaveLength(40)
  expect(stepsOf(serverless.id, 'validation_perplexity')).toEqual([20, 40])
  expect(stepsOf(bedrock.id, 'train_loss')).toHaveLength(320)
  expect(stepsOf(bedrock.id, 'validation_loss')).toEqual([0, 160])
  expect(llama.modelArtifactUri).toMatch(/\/output\/model\/$/)
  expect(falcon.modelArtifactUri).toMatch(/\/output\/model.tar.gz$/)
  expect(autopilot.modelArtifactUri).toMatch(/\/output\/model.tar.gz$/)
  expect(serverless.modelArtifactUri).toMatch(/\/checkpoints\/hf_merged\/$/)
  expect(bedrock.modelArtifactUri).toMatch(/:custom-model\//)
  const creates = cloud.double.calls.filter(({ operation }) =>
    /^Create(Training|AutoML|ModelCust)/.test(operation),
  )
  expect(creates).toHaveLength(names.length)
  for (const { id } of ended)
    expect(listEvents(cloud.test.services.db, id).map(({ kind }) => kind)).toContain('Completed')
})

test('a licence is shown, accepted, recorded and sent; without that nothing starts', async () => {
  const { services } = cloud.test
  const id = 'meta-textgeneration-llama-2-7b'
  const asked = [{ baseModelId: id, hyperparameters: {} }]
  await expect(start(asked)).rejects.toMatchObject({ code: 'LicenceNotAccepted' })
  expect(cloud.double.jobs.all).toEqual([])
  const connection = await services.connect(cloud.workspaceId)
  const { baseModel } = await services.catalog.describe(connection, id)
  const licence = await services.licences.read(connection, baseModel)
  expect(licence).toMatchObject({
    text: expect.stringContaining('COMMUNITY LICENSE'),
    acceptedAtMs: null,
  })
  await expect(
    services.licences.accept(connection, baseModel, 'f'.repeat(64)),
  ).rejects.toMatchObject({ code: 'LicenceChanged' })
  await services.licences.accept(connection, baseModel, licence!.textSha256)
  await start(asked)
  const model = (
    cloud.double.jobs.all[0]?.input['InputDataConfig'] as {
      ChannelName: string
      DataSource: object
    }[]
  ).find(({ ChannelName }) => ChannelName === 'model')
  expect(model?.DataSource).toMatchObject({
    S3DataSource: {
      ModelAccessConfig: { AcceptEula: true },
      S3Uri: expect.stringContaining('private-cache'),
    },
  })
  // The same text again: nothing to ask. Another text: it has to be read again.
  expect((await services.licences.read(connection, baseModel))?.acceptedAtMs).not.toBeNull()
  cloud.double.objects.put(baseModel.cloud!.eula!.uri, 'A NEW LICENSE')
  await expect(services.licences.require(connection, baseModel)).rejects.toMatchObject({
    code: 'LicenceNotAccepted',
  })
})

test('Autopilot’s gated models take their licence from the hub', async () => {
  const id = 'autopilot:Llama2-7B'
  await expect(start([{ baseModelId: id, hyperparameters: {} }])).rejects.toMatchObject({
    code: 'LicenceNotAccepted',
  })
  await accept(id)
  const version = await start([{ baseModelId: id, hyperparameters: { epochCount: '1' } }])
  expect(cloud.double.jobs.all[0]?.input['AutoMLProblemTypeConfig']).toMatchObject({
    TextGenerationJobConfig: {
      BaseModelName: 'Llama2-7B',
      ModelAccessConfig: { AcceptEula: true },
    },
  })
  expect((await untilEnded(version.id))[0]?.status).toBe('Completed')
})

test('Autopilot’s jobs wait here when the account has no place for them', async () => {
  cloud.double.limits.autoMLJobs = 2
  const names = ['Falcon7B', 'Falcon40B', 'Mistral7B', 'MPT7B', 'Dolly3B', 'FlanT5XL']
  const version = await start(
    names.map((name) => ({
      baseModelId: `autopilot:${name}`,
      hyperparameters: { epochCount: '1' },
    })),
  )
  const statuses = version.candidates.map(({ status }) => status)
  expect(statuses.filter((status) => status === 'InProgress')).toHaveLength(2)
  expect(statuses).not.toContain('Failed')
  const ended = await untilEnded(version.id)
  expect(ended.map(({ status }) => status)).toEqual(names.map(() => 'Completed'))
  expect(cloud.double.jobs.all).toHaveLength(names.length)
})

test.each([
  ['capacityError', 'meta-textgeneration', /CapacityError/],
  ['accessDenied', 'meta-textgeneration', /403/],
  ['outOfMemory', 'meta-textgeneration', /out of memory/],
  ['internalError', 'meta-textgeneration', /InternalServerError/],
] as const)('a job that ends with %s fails with AWS’s reason', async (scenario, _, reason) => {
  cloud.double.jobs.plan('', scenario)
  const version = await start([
    { baseModelId: 'huggingface-llm-mistral-7b', hyperparameters: {} },
    { baseModelId: 'autopilot:Mistral7B', hyperparameters: {} },
    { baseModelId: 'serverless:huggingface-reasoning-qwen3-4b', hyperparameters: {} },
    { baseModelId: 'bedrock:amazon.nova-lite-v1:0:300k', hyperparameters: {} },
  ])
  for (const { status, failure } of await untilEnded(version.id)) {
    expect(status).toBe('Failed')
    expect(failure?.message).toMatch(reason)
  }
})

test('a job that stopped at its time limit says so, and not that somebody stopped it', async () => {
  cloud.double.jobs.plan('', 'runtimeExceeded')
  const version = await start([
    { baseModelId: 'huggingface-llm-mistral-7b', hyperparameters: {} },
    { baseModelId: 'autopilot:Mistral7B', hyperparameters: {} },
    { baseModelId: 'serverless:huggingface-reasoning-qwen3-4b', hyperparameters: {} },
  ])
  for (const { status, failure } of await untilEnded(version.id)) {
    expect(status).toBe('Stopped')
    expect(failure?.code).toBe('RuntimeExceeded')
  }
})

test('spare machines: the job asks for them, loses one, and goes on', async () => {
  cloud.double.jobs.plan('bloomz', 'interrupted')
  const version = await start([
    {
      baseModelId: 'huggingface-textgeneration-bloomz-560m',
      hyperparameters: {},
      cloud: { spot: true, instanceType: 'ml.g5.2xlarge' },
    },
  ])
  expect(cloud.double.jobs.all[0]?.input).toMatchObject({
    EnableManagedSpotTraining: true,
    ResourceConfig: { InstanceType: 'ml.g5.2xlarge' },
    StoppingCondition: { MaxRuntimeInSeconds: 360_000, MaxWaitTimeInSeconds: 446_400 },
    CheckpointConfig: { S3Uri: expect.stringContaining('/checkpoints/') },
  })
  const [ended] = await untilEnded(version.id)
  expect(ended?.status).toBe('Completed')
  // Less than it trained, and that is what it is counted with.
  const billed = secondsBilled(ended!) ?? 0
  expect(billed).toBeGreaterThan(0)
  expect(billed).toBeLessThan(ended?.trainingSeconds ?? 0)
  const { services } = cloud.test
  await services.preflight.count(getVersion(services.db, version.id))
  const { spent } = await services.preflight.check(cloud.workspaceId, {})
  expect(spent).toBeCloseTo((1.52 * billed) / 3600, 2)
})

test('limits are told before anything is sent', async () => {
  const ask = (baseModelId: string, rows: number) =>
    start([{ baseModelId, hyperparameters: {} }], rows)
  await expect(ask('autopilot:Falcon7B', 1001)).rejects.toMatchObject({
    code: 'TooManyRows',
    details: { maximum: 1000, count: 1001 },
  })
  await expect(ask('bedrock:meta.llama3-1-8b-instruct-v1:0:128k', 50)).rejects.toMatchObject({
    code: 'DatasetTooSmall',
    details: { minimum: 100 },
  })
  await expect(
    start([
      {
        baseModelId: 'huggingface-llm-mistral-7b',
        hyperparameters: {},
        cloud: { spot: false, instanceType: 'ml.p5.48xlarge' },
      },
    ]),
  ).rejects.toMatchObject({ code: 'HyperparameterInvalid' })
  expect(cloud.double.jobs.all).toEqual([])
})

test('each Bedrock family gets its own form of record', async () => {
  const ids = [
    'bedrock:anthropic.claude-3-haiku-20240307-v1:0:200k',
    'bedrock:meta.llama3-3-70b-instruct-v1:0:128k',
    'bedrock:amazon.titan-text-express-v1:0:8k',
  ]
  const version = await start(ids.map((baseModelId) => ({ baseModelId, hyperparameters: {} })))
  const ended = await untilEnded(version.id)
  expect(ended.map(({ status, failure }) => [status, failure])).toEqual(
    ids.map(() => ['Completed', null]),
  )
})

test('versions of a model that was renamed stay in one model package group', async () => {
  const { services } = cloud.test
  const asked = [{ baseModelId: 'serverless:huggingface-reasoning-qwen3-4b', hyperparameters: {} }]
  const first = await start(asked)
  services.renameModel(first.modelId, 'Front office')
  await services.startVersion({
    workspaceId: cloud.workspaceId,
    modelId: first.modelId,
    name: 'Front office',
    problemType: 'fine-tune-foundation-model',
    datasetId: first.datasetId,
    columns: first.columns,
    validationFraction: 0.2,
    splitSeed: 1,
    samplePrompts: [],
    candidates: asked,
  })
  const jobs = cloud.double.calls
    .filter(({ operation }) => operation === 'CreateTrainingJob')
    .map(({ input }) => input as Record<string, Record<string, string>>)
  expect(jobs.map((job) => job['TrainingJobName'])).toEqual([
    expect.stringMatching(/^timbre-help-desk-/),
    expect.stringMatching(/^timbre-front-office-/),
  ])
  expect(jobs.map((job) => job['ModelPackageConfig']?.['ModelPackageGroupArn'])).toEqual([
    expect.stringMatching(/\/timbre-help-desk$/),
    expect.stringMatching(/\/timbre-help-desk$/),
  ])
})

test('a training is stopped in every way', async () => {
  const ids = [
    'huggingface-llm-mistral-7b',
    'autopilot:Mistral7B',
    'serverless:huggingface-reasoning-qwen3-4b',
    'bedrock:amazon.nova-lite-v1:0:300k',
  ]
  const version = await start(ids.map((baseModelId) => ({ baseModelId, hyperparameters: {} })))
  // Long enough for every way to have begun to train, and for none to have ended.
  cloud.double.advance(300_000)
  await lookAtAll(cloud.test.services)
  for (const { id } of version.candidates) await cloud.test.services.stopCandidate(id)
  const ended = await untilEnded(version.id)
  expect(ended.map(({ status }) => status)).toEqual(ids.map(() => 'Stopped'))
  // Bedrock's answer has no such member.
  expect(ended.map(({ billed }) => billed?.unit ?? null)).toEqual([
    'seconds',
    'seconds',
    'tokens',
    null,
  ])
  for (const { billed } of ended.slice(0, 3)) expect(billed?.amount).toBeGreaterThan(0)
  const printed: string[] = []
  for (const language of ['en', 'zh'] as const)
    printBilled(
      { t: createTranslate(language), print: (line) => printed.push(line) },
      getVersion(cloud.test.services.db, version.id),
      language,
      [],
    )
  expect(printed).toEqual([
    expect.stringMatching(/^.+: AWS billed \d+:\d\d of machine time\.$/),
    expect.stringMatching(/^.+: AWS billed \d+:\d\d of machine time\.$/),
    expect.stringMatching(/^.+: AWS billed [\d,]+ tokens\.$/),
    expect.stringMatching(/^.+: AWS does not tell here what it billed; the bill does\.$/),
    expect.stringMatching(/^.+：AWS 计费的机器时间：\d+:\d\d。$/),
    expect.stringMatching(/^.+：AWS 计费的机器时间：\d+:\d\d。$/),
    expect.stringMatching(/^.+：AWS 计费的词元数：[\d,]+。$/),
    expect.stringMatching(/^.+：AWS 在这里没有说明计费多少，请查看账单。$/),
  ])
  // In money as well, whichever way it is billed.
  const { db, preflight } = cloud.test.services
  await preflight.count(getVersion(db, version.id))
  const costs = listVersionCosts(db, version.id)
  expect(costs.map(({ candidateId }) => candidateId).sort()).toEqual(
    ended.map(({ id }) => id).sort(),
  )
  for (const { amount, isEnded } of costs) expect([amount > 0, isEnded]).toEqual([true, true])
  const sum = costs.reduce((total, { amount }) => total + amount, 0)
  expect((await preflight.check(cloud.workspaceId, {})).spent).toBeCloseTo(sum)
  const last: string[] = []
  printBilled(
    { t: createTranslate('en'), print: (line) => last.push(line) },
    getVersion(db, version.id),
    'en',
    costs,
  )
  expect(last.filter((line) => /: It cost about \$\d/.test(line))).toHaveLength(4)
})

const lostAnswers = [
  ['CreateTrainingJob', 'huggingface-llm-mistral-7b', 'ResourceInUse'],
  ['CreateAutoMLJobV2', 'autopilot:Mistral7B', 'ResourceInUse'],
  ['CreateTrainingJob', 'serverless:huggingface-reasoning-qwen3-4b', 'ResourceInUse'],
  // The request carries a token of its own: the same token is the same request.
  ['CreateModelCustomizationJob', 'bedrock:amazon.nova-lite-v1:0:300k', null],
] as const

test.each(lostAnswers)(
  'a job whose answer was lost is taken over and never made twice: %s of %s',
  async (operation, baseModelId, second) => {
    cloud.double.failures.loseAnswer(operation)
    const version = await start([{ baseModelId, hyperparameters: {} }])
    const [{ trainingJobName, trainingJobArn }] = version.candidates as [Candidate]
    expect(trainingJobArn).toMatch(/^arn:aws:/)
    const sent = cloud.double.calls.filter((call) => call.operation === operation)
    expect(sent.map(({ failure }) => failure)).toEqual(['InternalFailure', second])
    expect(cloud.double.jobs.all.map(({ name }) => name)).toEqual([trainingJobName])
    const [ended] = await untilEnded(version.id)
    expect(ended).toMatchObject({ status: 'Completed', trainingJobName, trainingJobArn })
    expect(cloud.double.jobs.all).toHaveLength(1)
  },
)

test('a quota of none fails the candidate with AWS’s own sentence', async () => {
  cloud.double.limits.trainingInstances.set('ml.g5.12xlarge', 0)
  const version = await start([{ baseModelId: 'huggingface-llm-mistral-7b', hyperparameters: {} }])
  expect(version.candidates[0]).toMatchObject({
    status: 'Failed',
    failure: { code: 'InstanceQuotaExceeded' },
  })
})

test('the catalogue has every way, and reads each document once', async () => {
  const { services, events } = cloud.test
  const connection = await services.connect(cloud.workspaceId)
  const { baseModels, failures } = await services.catalog.list(connection)
  expect(failures).toEqual([])
  const count = (way: string) => baseModels.filter((model) => model.way === way).length
  expect({
    jumpStart: count('jumpStart'),
    autopilot: count('autopilot'),
    serverless: count('serverless'),
    bedrock: count('bedrock'),
  }).toEqual({ jumpStart: 12, autopilot: 18, serverless: 4, bedrock: 6 })
  expect(baseModels.find(({ id }) => id === 'meta-textgeneration-llama-2-13b-f')).toMatchObject({
    provider: 'Meta',
    license: 'Llama 2 Community License',
    parameterCount: 13e9,
    cloud: {
      eula: { uri: expect.stringMatching(/^s3:/) },
      instanceTypes: ['ml.g5.24xlarge', 'ml.g5.48xlarge'],
      billing: 'instanceHours',
    },
  })
  expect(events.of('catalog.progressed').at(-1)).toEqual({ read: 13, total: 13 })
  const described = () =>
    cloud.double.calls.filter(({ operation }) => operation === 'DescribeHubContent').length
  const before = described()
  await services.catalog.list(connection)
  expect(described()).toBe(before)
  const lists = cloud.double.calls.filter(({ operation }) => operation === 'ListHubContents')
  expect(lists.length).toBeGreaterThan(2)
})
