import {
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  AddTagsCommand,
  CreateModelCommand,
  DeleteModelCommand,
  DeleteTagsCommand,
  DeleteTrainingJobCommand,
  DescribeHubContentCommand,
  DescribeModelCommand,
  DescribeTrainingJobCommand,
  ListHubContentsCommand,
  ListModelsCommand,
  ListNotebookInstancesCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
  CreateTrainingJobCommand,
  type ListTrainingJobsCommandInput,
} from '@aws-sdk/client-sagemaker'
import { GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRecordTable } from '../../../../electron/engine/store/records.ts'
import { openLogStream } from '../../../../electron/engine/store/logStream.ts'
import type { TrainingJobRecord } from '../../../../electron/engine/jobs/trainingJob.ts'
import { trainingHyperparametersSchema } from '../../../../shared/hyperparameters.ts'
import { startTestEngine, type TestEngine } from '../../../support/engine.ts'

const logGroupName = '/aws/sagemaker/TrainingJobs'
let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  // Jobs that ended long ago, as an earlier engine left them.
  const root = path.join(engine.dataDirectory, 'engine')
  const jobs = openRecordTable<TrainingJobRecord>(
    path.join(root, 'resources', 'training-jobs'),
    (job) => job.name,
  )
  for (const [index, name] of ['alpha', 'beta', 'gamma'].entries()) {
    jobs.put(endedJob(name, index))
    const log = openLogStream(path.join(root, 'logs', `${name}_algo-1-${index}.jsonl`))
    for (let line = 0; line < 25; line += 1) log.append(`${name} line ${line}`, 1000 + line)
  }
  engine = await engine.restart()
})
afterAll(() => engine.stop())

function endedJob(name: string, index: number): TrainingJobRecord {
  const createdAtMs = 1_700_000_000_000 + index * 60_000
  return {
    name,
    arn: `arn:aws:sagemaker:us-east-1:000000000000:training-job/${name}`,
    request: {
      TrainingJobName: name,
      HyperParameters: {},
      AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
      RoleArn: 'arn:aws:iam::000000000000:role/Timbre',
      InputDataConfig: [],
      OutputDataConfig: { S3OutputPath: 's3://bucket/' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: {},
    },
    hyperparameters: trainingHyperparametersSchema.parse({ epoch: '4' }),
    createdAtMs,
    modifiedAtMs: createdAtMs,
    status: index === 1 ? 'Failed' : 'Stopped',
    secondaryStatus: index === 1 ? 'Failed' : 'Stopped',
    transitions: [],
    logStreamName: `${name}/algo-1-${index}`,
    trainingStartedAtMs: createdAtMs,
    trainingEndedAtMs: createdAtMs + 30_000,
    progress: { step: 8, totalSteps: 8, epoch: 4 },
    finalMetrics: {},
    artifactUri: null,
    failureReason: index === 1 ? 'AlgorithmError: x' : null,
  }
}

const sageMaker = () => engine.clients.sageMaker
const jobNames = async (input: ListTrainingJobsCommandInput) =>
  (await sageMaker().send(new ListTrainingJobsCommand(input))).TrainingJobSummaries?.map(
    (job) => job.TrainingJobName,
  )

test('lists jobs newest first, filtered, sorted and in pages', async () => {
  expect(await jobNames({})).toEqual(['gamma', 'beta', 'alpha'])
  expect(await jobNames({ StatusEquals: 'Failed' })).toEqual(['beta'])
  expect(await jobNames({ NameContains: 'a', SortBy: 'Name', SortOrder: 'Ascending' })).toEqual([
    'alpha',
    'beta',
    'gamma',
  ])
  expect(await jobNames({ CreationTimeAfter: new Date(1_700_000_000_000) })).toEqual([
    'gamma',
    'beta',
  ])
  const first = await sageMaker().send(new ListTrainingJobsCommand({ MaxResults: 2 }))
  expect(await jobNames({ MaxResults: 2, NextToken: first.NextToken })).toEqual(['alpha'])
  await expect(jobNames({ NextToken: 'nonsense' })).rejects.toMatchObject({
    name: 'ValidationException',
  })
})

test('describes a job with its times, progress and reason', async () => {
  const job = await sageMaker().send(new DescribeTrainingJobCommand({ TrainingJobName: 'beta' }))
  expect(job).toMatchObject({
    TrainingJobStatus: 'Failed',
    FailureReason: 'AlgorithmError: x',
    TrainingTimeInSeconds: 30,
    BillableTimeInSeconds: 0,
    // Not in the request: what the defaults were when the job was created.
    ProgressInfo: { TotalStepCountPerEpoch: 2, CurrentStep: 8, CurrentEpoch: 4, MaxEpoch: 4 },
  })
  expect(job.CreationTime).toEqual(new Date(1_700_000_060_000))
})

test('an ended job cannot be stopped, and can be deleted once', async () => {
  await expect(
    sageMaker().send(new StopTrainingJobCommand({ TrainingJobName: 'alpha' })),
  ).rejects.toMatchObject({ name: 'ValidationException' })
  const remove = () => sageMaker().send(new DeleteTrainingJobCommand({ TrainingJobName: 'alpha' }))
  await remove()
  await expect(remove()).rejects.toMatchObject({ name: 'ResourceNotFound' })
})

test('refuses input in AWS’s sentences', async () => {
  const refusal = (command: CreateTrainingJobCommand) => sageMaker().send(command)
  const good = endedJob('new', 0).request
  await expect(
    refusal(
      new CreateTrainingJobCommand({
        ...good,
        TrainingJobName: 'not good',
        ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
        RoleArn: undefined,
        AlgorithmSpecification: { TrainingImage: 'i', TrainingInputMode: 'Tape' as 'File' },
        InputDataConfig: [
          {
            ChannelName: 'x'.repeat(65),
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/' } },
          },
        ],
      }),
    ),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: [
      `4 validation errors detected: Value 'not good' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`,
      `Value 'Tape' at 'algorithmSpecification.trainingInputMode' failed to satisfy constraint: Member must satisfy enum value set: [Pipe, File, FastFile]`,
      `Value null at 'roleArn' failed to satisfy constraint: Member must not be null`,
      `Value '${'x'.repeat(65)}' at 'inputDataConfig.1.member.channelName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ].join('; '),
  })
  await expect(
    sageMaker().send(new ListTrainingJobsCommand({ MaxResults: 101 })),
  ).rejects.toMatchObject({
    message: `1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100`,
  })
})

test('refuses operations that it does not have', async () => {
  await expect(sageMaker().send(new ListNotebookInstancesCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    $metadata: { httpStatusCode: 400 },
  })
  await expect(engine.clients.sts.send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
    name: 'InvalidAction',
  })
})

test('models can be listed, described and deleted; their tags go with them', async () => {
  const PrimaryContainer = { Image: 'i', ModelDataUrl: 's3://bucket/model.tar.gz' }
  const create = (ModelName: string) =>
    sageMaker().send(
      new CreateModelCommand({ ModelName, PrimaryContainer, Tags: [{ Key: 'a', Value: '1' }] }),
    )
  const { ModelArn: ResourceArn } = await create('one')
  await create('two')
  await expect(create('one')).rejects.toMatchObject({ name: 'ValidationException' })
  const names = await sageMaker().send(new ListModelsCommand({ SortBy: 'Name' }))
  expect(names.Models?.map((model) => model.ModelName)).toEqual(['two', 'one'])
  const described = await sageMaker().send(new DescribeModelCommand({ ModelName: 'one' }))
  expect(described.PrimaryContainer).toEqual(PrimaryContainer)

  await sageMaker().send(new AddTagsCommand({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] }))
  await sageMaker().send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['a'] }))
  const tagged = await sageMaker().send(new ListTagsCommand({ ResourceArn }))
  expect(tagged.Tags).toEqual([{ Key: 'b', Value: '2' }])
  await sageMaker().send(new DeleteModelCommand({ ModelName: 'one' }))
  const { Tags } = await sageMaker().send(new ListTagsCommand({ ResourceArn }))
  expect(Tags).toEqual([])
})

test('a model folder without weights is no hub content; an unknown one is not found', async () => {
  await mkdir(path.join(engine.modelsDirectory, 'unfinished'))
  await writeFile(path.join(engine.modelsDirectory, 'unfinished', 'template.json'), '{}')
  const hub = { HubName: 'SageMakerPublicHub', HubContentType: 'Model' as const }
  const listed = await sageMaker().send(new ListHubContentsCommand(hub))
  expect(listed.HubContentSummaries?.map((content) => content.HubContentName)).toEqual([
    'tiny-base',
  ])
  for (const HubContentName of ['unfinished', 'none']) {
    await expect(
      sageMaker().send(new DescribeHubContentCommand({ ...hub, HubContentName })),
    ).rejects.toMatchObject({ name: 'ResourceNotFound' })
  }
  await expect(
    sageMaker().send(new ListHubContentsCommand({ ...hub, HubName: 'MyHub' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFound' })
})

test('reads a log forwards to its end, where the token stays, and backwards to its start', async () => {
  const read = (nextToken?: string, startFromHead = true) =>
    engine.clients.logs.send(
      new GetLogEventsCommand({
        logGroupName,
        logStreamName: 'beta/algo-1-1',
        limit: 10,
        startFromHead,
        nextToken,
      }),
    )
  const pages: number[] = []
  let token: string | undefined
  for (;;) {
    const page = await read(token)
    if (page.nextForwardToken === token) break
    pages.push(page.events?.length ?? 0)
    token = page.nextForwardToken
  }
  expect(pages).toEqual([10, 10, 5])

  const tail = await read(undefined, false)
  expect(tail.events?.map((event) => event.message).at(-1)).toBe('beta line 24')
  const before = await read(tail.nextBackwardToken)
  expect(before.events?.[0]?.message).toBe('beta line 5')
  await expect(read('nonsense')).rejects.toMatchObject({ name: 'InvalidParameterException' })
})

test('finds streams by prefix and lines by words, and says when there is no such log', async () => {
  const { logs } = engine.clients
  const groups = await logs.send(new DescribeLogGroupsCommand({}))
  expect(groups.logGroups?.map((group) => group.logGroupName)).toEqual([logGroupName])
  const streams = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: 'be' }),
  )
  expect(streams.logStreams?.map((stream) => stream.logStreamName)).toEqual(['beta/algo-1-1'])
  const found = await logs.send(
    new FilterLogEventsCommand({ logGroupName, filterPattern: '"line 7"', startTime: 1000 }),
  )
  expect(found.events?.map((event) => event.message).sort()).toEqual([
    'beta line 7',
    'gamma line 7',
  ])
  await expect(
    logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern: '{ $.a = 1 }' })),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' })
  await expect(
    logs.send(new DescribeLogStreamsCommand({ logGroupName: '/aws/other' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('pages through found lines, each once, and refuses what does not fit together', async () => {
  const { logs } = engine.clients
  const found: (string | undefined)[] = []
  const ids = new Set<string | undefined>()
  let nextToken: string | undefined
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({
        logGroupName,
        filterPattern: '-beta line',
        limit: 7,
        nextToken,
      }),
    )
    expect(page.events?.length).toBeLessThanOrEqual(7)
    for (const event of page.events ?? []) {
      found.push(event.message)
      ids.add(event.eventId)
    }
    nextToken = page.nextToken
  } while (nextToken)
  // The job "alpha" was deleted above.
  const expected = Array.from({ length: 25 }, (_, line) => `gamma line ${line}`)
  expect(found.sort()).toEqual(expected.sort())
  expect(ids.size).toBe(25)
  for (const input of [
    { nextToken: 'x' },
    { limit: 0 },
    { logStreamNames: ['alpha/algo-1-0'], logStreamNamePrefix: 'a' },
  ]) {
    await expect(
      logs.send(new FilterLogEventsCommand({ logGroupName, ...input })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' })
  }
})

test('finds the log group by prefix or pattern', async () => {
  const { logs } = engine.clients
  const groups = async (input: object) =>
    (await logs.send(new DescribeLogGroupsCommand(input))).logGroups?.length
  expect(await groups({ logGroupNamePrefix: '/aws/sage' })).toBe(1)
  expect(await groups({ logGroupNamePrefix: 'TrainingJobs' })).toBe(0)
  expect(await groups({ logGroupNamePattern: 'trainingjobs' })).toBe(1)
  await expect(
    groups({ logGroupNamePrefix: '/aws', logGroupNamePattern: 'x' }),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' })
})
