import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteHubContentCommand,
  DeleteTrainingJobCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  ListAutoMLJobsCommand,
  ListCandidatesForAutoMLJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  StopAutoMLJobCommand,
  type ListAutoMLJobsCommandInput,
} from '@aws-sdk/client-sagemaker'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { autoMLJobKey, type AutoMLJobRecord } from '../../../../electron/engine/jobs/autoMLJob.ts'
import { openRecordTable } from '../../../../electron/engine/store/records.ts'
import {
  autoMLBucket,
  autoMLCalls,
  autoMLChannel,
  autoMLRole,
  csvOf,
  hasEnded,
} from '../../../support/autoML.ts'
import { startTestEngine, tinyModelId, type TestEngine } from '../../../support/engine.ts'

let engine: TestEngine
const sageMaker = () => engine.clients.sageMaker
const { makeBucket, put, create, describe, candidatesOf, waitFor } = autoMLCalls(
  () => engine.clients,
)

beforeAll(async () => {
  engine = await startTestEngine()
  await makeBucket()
  await put('few/questions.csv', csvOf(12))
  await put('long/long.csv', csvOf(1500))
  await put('huge/huge.csv', csvOf(40_000))
  await put('check.csv', csvOf(2))
})
afterAll(() => engine.stop())

/** Thousands of steps, with a quick evaluation. */
const longChannels = {
  AutoMLJobInputDataConfig: [
    autoMLChannel('long/'),
    autoMLChannel('check.csv', { ChannelType: 'validation' }),
  ],
}
const longConfig = { TextGenerationHyperParameters: { epochCount: '10', batchSize: '1' } }

const stop = (AutoMLJobName: string) =>
  sageMaker().send(new StopAutoMLJobCommand({ AutoMLJobName }))

async function jsonLines(key: string): Promise<unknown[]> {
  const command = new GetObjectCommand({ Bucket: autoMLBucket, Key: key })
  const text = (await (await engine.clients.s3.send(command)).Body?.transformToString()) ?? ''
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
}

/** The records of AutoML jobs as the next launch will find them. */
function storedJobs() {
  const folder = path.join(engine.dataDirectory, 'engine', 'resources', 'automl-jobs')
  return openRecordTable<AutoMLJobRecord>(folder, ({ name }) => autoMLJobKey(name))
}

/** A job as a kill leaves it between its record and its training job. */
function leftBehind(record: AutoMLJobRecord, name: string): AutoMLJobRecord {
  const arn = record.arn.replace(/[^/]+$/, name)
  const training = { ...record.training, name: `${name}-trial` }
  return { ...record, name, arn, training, preparation: 'Analyzing' }
}

test('fine-tunes on a CSV, and its best candidate answers', async () => {
  const rows = [
    '"What, ""this""?","Two\nlines"',
    ...Array.from({ length: 9 }, (_, index) => `Question ${index},Answer ${index}`),
  ]
  await put('whole/data.csv', `\uFEFFinput,output\r\n${rows.join('\r\n')}\r\n`)
  const { AutoMLJobArn } = await create(
    'Whole-Run',
    {
      TextGenerationHyperParameters: {
        epochCount: '2',
        batchSize: '4',
        learningRate: '1e-02',
        learningRateWarmupSteps: '0',
      },
      ModelAccessConfig: { AcceptEula: true },
    },
    {
      AutoMLJobInputDataConfig: [autoMLChannel('whole/data.csv')],
      DataSplitConfig: { ValidationFraction: 0.3 },
      Tags: [{ Key: 'team', Value: 'support' }],
    },
  )
  expect(AutoMLJobArn).toBe('arn:aws:sagemaker:us-east-1:000000000000:automl-job/whole-run')
  const tagged = await sageMaker().send(new ListTagsCommand({ ResourceArn: AutoMLJobArn }))
  expect(tagged.Tags).toEqual([{ Key: 'team', Value: 'support' }])

  const job = await waitFor('Whole-Run', hasEnded)
  expect(job).toMatchObject({
    AutoMLJobStatus: 'Completed',
    AutoMLJobSecondaryStatus: 'Completed',
    AutoMLProblemTypeConfigName: 'TextGeneration',
    DataSplitConfig: { ValidationFraction: 0.3 },
    ResolvedAttributes: {
      CompletionCriteria: { MaxCandidates: 1, MaxRuntimePerTrainingJobInSeconds: 259_200 },
      AutoMLProblemTypeResolvedAttributes: {
        TextGenerationResolvedAttributes: { BaseModelName: tinyModelId },
      },
    },
  })
  expect(job.EndTime?.getTime()).toBeGreaterThanOrEqual(job.CreationTime?.getTime() ?? Infinity)

  const best = job.BestCandidate
  const trainingName = best?.CandidateSteps?.[0]?.CandidateStepName
  const training = await sageMaker().send(
    new DescribeTrainingJobCommand({ TrainingJobName: trainingName }),
  )
  expect(training).toMatchObject({
    AutoMLJobArn,
    TrainingJobStatus: 'Completed',
    HyperParameters: {
      epoch: '2',
      per_device_train_batch_size: '4',
      learning_rate: '0.01',
      warmup_steps: '0',
    },
  })
  const listed = await sageMaker().send(new ListTrainingJobsCommand({}))
  expect(listed.TrainingJobSummaries?.map((known) => known.TrainingJobName)).toContain(trainingName)

  const folder = 'output/Whole-Run/preprocessed-data'
  const validation = await jsonLines(`${folder}/validation/validation.jsonl`)
  const both = [...(await jsonLines(`${folder}/training/training.jsonl`)), ...validation]
  expect(validation).toHaveLength(3)
  expect(both).toHaveLength(10)
  expect(both).toContainEqual({ prompt: 'What, "this"?', completion: 'Two\nlines' })

  const final = Object.fromEntries(
    (training.FinalMetricDataList ?? []).map(({ MetricName, Value }) => [MetricName, Value]),
  )
  const loss = final['timbre:eval-loss'] ?? NaN
  const ModelDataUrl = training.ModelArtifacts?.S3ModelArtifacts
  expect(best).toMatchObject({
    CandidateName: trainingName,
    CandidateStatus: 'Completed',
    ObjectiveStatus: 'Succeeded',
    FinalAutoMLJobObjectiveMetric: { Type: 'Minimize', MetricName: 'ValidationLoss', Value: loss },
    CandidateProperties: {
      CandidateMetrics: [
        { StandardMetricName: 'TrainingLoss', Set: 'Train', Value: final['timbre:train-loss'] },
        { StandardMetricName: 'ValidationLoss', Set: 'Validation', Value: loss },
        { StandardMetricName: 'Perplexity', Set: 'Validation', Value: Math.exp(loss) },
      ],
    },
    InferenceContainers: [{ ModelDataUrl }],
  })
  expect(await candidatesOf('Whole-Run')).toEqual([best])

  const name = best?.CandidateName ?? ''
  await sageMaker().send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: autoMLRole,
      PrimaryContainer: best?.InferenceContainers?.[0],
    }),
  )
  await sageMaker().send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: name,
          InitialInstanceCount: 1,
          InstanceType: 'ml.m5.large',
          ModelDataDownloadTimeoutInSeconds: 3600,
        },
      ],
    }),
  )
  await sageMaker().send(
    new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }),
  )
  await expect
    .poll(
      async () =>
        (await sageMaker().send(new DescribeEndpointCommand({ EndpointName: name })))
          .EndpointStatus,
      { timeout: 20_000 },
    )
    .toBe('InService')
  const answer = await engine.clients.runtime.send(
    new InvokeEndpointCommand({
      EndpointName: name,
      ContentType: 'application/json',
      Body: JSON.stringify({ inputs: 'Question 1', parameters: { max_new_tokens: 4 } }),
    }),
  )
  expect(JSON.parse(new TextDecoder().decode(answer.Body))).toEqual([
    { generated_text: expect.any(String) },
  ])

  // What came of it stays with the AutoML job, also when its training job is deleted and the engine starts again.
  await sageMaker().send(new DeleteTrainingJobCommand({ TrainingJobName: trainingName }))
  engine = await engine.restart()
  const after = await describe('whole-run')
  expect(after.AutoMLJobStatus).toBe('Completed')
  expect(after.BestCandidate).toEqual(best)
})

test('takes every file of a prefix, columns in either order, and a validation channel', async () => {
  await put('parts/a.csv', csvOf(3))
  await put('parts/b.csv', 'output,input\r\nLast answer,Last question\n')
  await put('parts/', new Uint8Array())
  await create(
    'two-channels',
    { BaseModelName: undefined },
    {
      AutoMLJobInputDataConfig: [
        autoMLChannel('check.csv', { ChannelType: 'validation' }),
        autoMLChannel('parts/', { ChannelType: undefined, ContentType: undefined }),
      ],
    },
  )
  const job = await waitFor('two-channels', hasEnded)
  expect(job.FailureReason).toBeUndefined()
  const resolved = job.ResolvedAttributes?.AutoMLProblemTypeResolvedAttributes
  expect(resolved?.TextGenerationResolvedAttributes?.BaseModelName).toBe(tinyModelId)
  const folder = 'output/two-channels/preprocessed-data'
  expect(await jsonLines(`${folder}/training/training.jsonl`)).toEqual([
    ...[0, 1, 2].map((index) => ({ prompt: `Question ${index}`, completion: `Answer ${index}` })),
    { prompt: 'Last question', completion: 'Last answer' },
  ])
  expect(await jsonLines(`${folder}/validation/validation.jsonl`)).toHaveLength(2)
})

test.each([
  [
    'columns of other names',
    'question,answer\na,b\n',
    /must name the columns .*"question", "answer"/,
  ],
  ['a third column', 'input,output,source\na,b,c\n', /and no others; it says .*"source"/],
  ['nothing in the file', new Uint8Array(), /must name the columns .*; it is empty/],
  ['no rows', 'input,output\n', /there are no rows under/],
  ['one row alone', 'input,output\na,b\n', /at least 2 are needed/],
  ['a ragged row', 'input,output\na,b\nc\n', /is not valid CSV\. .*line 3/],
  ['an open quote', 'input,output\na,b\n"c,d\n', /is not valid CSV\. .*line 3/],
  ['an empty answer', 'input,output\na,b\nc, \n', /Line 3 of s3:.* no text in the column "output"/],
  ['another encoding', Buffer.from('input,output\na,\xe9\n', 'latin1'), /as UTF-8 text/],
])('fails the job, not the call, for %s', async (situation, body, reason) => {
  const name = situation.replace(/[^a-z]+/gi, '-')
  await put(`bad/${name}.csv`, body)
  await create(name, {}, { AutoMLJobInputDataConfig: [autoMLChannel(`bad/${name}.csv`)] })
  const job = await waitFor(name, hasEnded)
  expect(job).toMatchObject({ AutoMLJobStatus: 'Failed', AutoMLJobSecondaryStatus: 'Failed' })
  expect(job.FailureReason).toMatch(/^ClientError: /)
  expect(job.FailureReason).toMatch(reason)
  expect(job.EndTime).toBeDefined()
  expect(job.BestCandidate).toBeUndefined()
  expect(await candidatesOf(name)).toEqual([])
})

test('fails the job for a channel without objects, and for a bad validation file', async () => {
  await create('no-objects', {}, { AutoMLJobInputDataConfig: [autoMLChannel('nowhere/')] })
  const job = await waitFor('no-objects', hasEnded)
  expect(job.FailureReason).toBe('ClientError: there is no object under s3://automl/nowhere/.')
  await put('headless.csv', 'a,b\n')
  const channels = [
    autoMLChannel('few/'),
    autoMLChannel('headless.csv', { ChannelType: 'validation' }),
  ]
  await create('bad-validation', {}, { AutoMLJobInputDataConfig: channels })
  const second = await waitFor('bad-validation', hasEnded)
  expect(second.FailureReason).toMatch(/first row of s3:\/\/automl\/headless.csv/)
})

test('after a restart, begins what has no training job yet and ends what was being stopped', async () => {
  await create('before', {})
  const { BestCandidate: candidate } = await waitFor('before', hasEnded)
  const known = await sageMaker().send(
    new DescribeTrainingJobCommand({ TrainingJobName: candidate?.CandidateName }),
  )
  await sageMaker().send(
    new CreateTrainingJobCommand({
      TrainingJobName: 'taken-trial',
      RoleArn: autoMLRole,
      AlgorithmSpecification: known.AlgorithmSpecification,
      InputDataConfig: known.InputDataConfig,
      OutputDataConfig: known.OutputDataConfig,
      ResourceConfig: known.ResourceConfig,
      StoppingCondition: known.StoppingCondition,
    }),
  )
  const stored = storedJobs()
  const record = stored.find('before') as AutoMLJobRecord
  stored.put(leftBehind(record, 'killed'))
  stored.put(leftBehind(record, 'taken'))
  stored.put({ ...leftBehind(record, 'killed-while-stopping'), preparation: 'Stopping' })
  engine = await engine.restart()

  const job = await waitFor('killed', hasEnded)
  expect(job.AutoMLJobStatus).toBe('Completed')
  expect(job.BestCandidate?.CandidateName).toBe('killed-trial')
  expect(await waitFor('killed-while-stopping', hasEnded)).toMatchObject({
    AutoMLJobStatus: 'Stopped',
    AutoMLJobSecondaryStatus: 'Stopped',
  })
  // Somebody else's training job of the same name is not taken for its own.
  const taken = await waitFor('taken', hasEnded)
  expect(taken.FailureReason).toMatch(/there is a training job taken-trial already/)
  expect(await candidatesOf('taken')).toEqual([])
})

test('trains on after a restart, and a stop keeps the best model', async () => {
  await create('long-run', longConfig, longChannels)
  const begun = await waitFor(
    'long-run',
    (job) => job.AutoMLJobSecondaryStatus === 'TrainingModels',
  )
  expect(begun.BestCandidate).toBeUndefined()
  expect(await candidatesOf('long-run')).toMatchObject([
    { CandidateStatus: 'InProgress', ObjectiveStatus: 'Pending' },
  ])
  engine = await engine.restart()

  await waitFor('long-run', (job) => job.AutoMLJobSecondaryStatus === 'TrainingModels')
  const [candidate] = (await candidatesOf('long-run')) ?? []
  const TrainingJobName = candidate?.CandidateName
  // Evaluated at least once since the first step, so that there is a best model to keep.
  await expect
    .poll(
      async () =>
        (await sageMaker().send(new DescribeTrainingJobCommand({ TrainingJobName }))).ProgressInfo
          ?.CurrentStep ?? 0,
      { timeout: 60_000 },
    )
    .toBeGreaterThan(20)
  await stop('long-run')
  const job = await waitFor('long-run', hasEnded)
  expect(job).toMatchObject({ AutoMLJobStatus: 'Stopped', AutoMLJobSecondaryStatus: 'Stopped' })
  expect(job.BestCandidate).toMatchObject({
    CandidateStatus: 'Stopped',
    InferenceContainers: [{ ModelDataUrl: expect.stringMatching(/model\.tar\.gz$/) }],
  })
  await expect(stop('long-run')).rejects.toMatchObject({ name: 'ValidationException' })
})

test('stops before it trains: waiting for another job, and while its data is read', async () => {
  await create('busy', longConfig, longChannels)
  await create('waiting', longConfig, longChannels)
  await waitFor('waiting', (job) => job.AutoMLJobSecondaryStatus === 'PreTraining')
  await stop('waiting')
  expect((await describe('waiting')).AutoMLJobStatus).toBe('Stopped')

  const huge = { AutoMLJobInputDataConfig: [autoMLChannel('huge/')] }
  await create('reading', longConfig, huge)
  await create('behind-it', longConfig, huge)
  // Its base model is spoken for before there is a training job that says so.
  const content = {
    HubName: 'timbre',
    HubContentType: 'Model',
    HubContentName: tinyModelId,
  } as const
  await expect(
    sageMaker().send(new DeleteHubContentCommand({ ...content, HubContentVersion: '1.0.0' })),
  ).rejects.toMatchObject({ name: 'ResourceInUse' })
  await stop('behind-it')
  await stop('reading')
  for (const name of ['reading', 'behind-it']) {
    const job = await waitFor(name, hasEnded)
    expect(job).toMatchObject({ AutoMLJobStatus: 'Stopped', AutoMLJobSecondaryStatus: 'Stopped' })
    expect(await candidatesOf(name)).toEqual([])
  }
  await stop('busy')
  await waitFor('busy', hasEnded)
})

test('goes on reading its data after a restart', async () => {
  await create('interrupted', {}, { AutoMLJobInputDataConfig: [autoMLChannel('huge/')] })
  engine = await engine.restart()
  const job = await waitFor(
    'interrupted',
    (seen) => seen.AutoMLJobSecondaryStatus === 'TrainingModels' || hasEnded(seen),
  )
  expect(job.AutoMLJobStatus).toBe('InProgress')
  await stop('interrupted')
  await waitFor('interrupted', hasEnded)
})

test('ends at its time limit', async () => {
  const CompletionCriteria = { MaxCandidates: 1, MaxAutoMLJobRuntimeInSeconds: 1 }
  await create('limited', { ...longConfig, CompletionCriteria }, longChannels)
  const job = await waitFor('limited', hasEnded)
  expect(job.AutoMLJobSecondaryStatus).toBe('MaxAutoMLJobRuntimeReached')
  expect(job.AutoMLJobStatus).toBe(job.BestCandidate ? 'Completed' : 'Stopped')
})

test('lists jobs by name, filtered, sorted and in pages', async () => {
  const names = async (input: ListAutoMLJobsCommandInput) => {
    const answer = await sageMaker().send(new ListAutoMLJobsCommand(input))
    return answer.AutoMLJobSummaries?.map((job) => job.AutoMLJobName)
  }
  expect(await names({ NameContains: 'killed' })).toEqual(['killed-while-stopping', 'killed'])
  expect(await names({ NameContains: 'killed', StatusEquals: 'Completed' })).toEqual(['killed'])
  expect(await names({ SortBy: 'CreationTime', SortOrder: 'Ascending', MaxResults: 1 })).toEqual([
    'Whole-Run',
  ])
  const all = await names({ MaxResults: 100 })
  expect(all).toEqual([...(all ?? [])].sort().reverse())
  const first = await sageMaker().send(new ListAutoMLJobsCommand({ MaxResults: 3 }))
  const second = await names({ MaxResults: 3, NextToken: first.NextToken })
  expect(second).toEqual(all?.slice(3, 6))
  const failed = await sageMaker().send(new ListAutoMLJobsCommand({ NameContains: 'no-objects' }))
  expect(failed.AutoMLJobSummaries).toMatchObject([
    { AutoMLJobStatus: 'Failed', FailureReason: expect.stringMatching(/^ClientError/) },
  ])
})

test('lists candidates filtered and in pages', async () => {
  const list = async (input: { CandidateNameEquals?: string; StatusEquals?: 'Failed' }) =>
    (
      await sageMaker().send(
        new ListCandidatesForAutoMLJobCommand({ AutoMLJobName: 'killed', ...input }),
      )
    ).Candidates?.length
  expect(await list({})).toBe(1)
  expect(await list({ CandidateNameEquals: 'killed-trial' })).toBe(1)
  expect(await list({ CandidateNameEquals: 'other' })).toBe(0)
  expect(await list({ StatusEquals: 'Failed' })).toBe(0)
  const page = { AutoMLJobName: 'killed', MaxResults: 1, NextToken: 'nonsense' }
  await expect(sageMaker().send(new ListCandidatesForAutoMLJobCommand(page))).rejects.toMatchObject(
    { name: 'ValidationException' },
  )
})
