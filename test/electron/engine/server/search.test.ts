/** Search through the SDK, over jobs of an earlier launch and over the model registry. */
import path from 'node:path'
import {
  AddTagsCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeTrainingJobCommand,
  SearchCommand,
  type Filter,
  type ResourceType,
  type SearchCommandInput,
  type SearchExpression,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TrainingJobRecord } from '../../../../electron/engine/jobs/trainingJob.ts'
import { openRecordTable } from '../../../../electron/engine/store/records.ts'
import { trainingHyperparametersSchema } from '../../../../shared/hyperparameters.ts'
import { startTestEngine, type TestEngine } from '../../../support/engine.ts'

let engine: TestEngine
let sageMaker: SageMakerClient

const dayMs = 24 * 3600 * 1000
const firstDayMs = Date.UTC(2026, 0, 1)

function job(
  name: string,
  day: number,
  facts: Partial<TrainingJobRecord> & { learningRate: string },
): TrainingJobRecord {
  const { learningRate, ...more } = facts
  const createdAtMs = firstDayMs + day * dayMs
  const channel = (ChannelName: string) => ({
    ChannelName,
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: `s3://data/${name}/${ChannelName}` },
    },
  })
  return {
    name,
    arn: `arn:aws:sagemaker:us-east-1:000000000000:training-job/${name}`,
    request: {
      TrainingJobName: name,
      HyperParameters: { learning_rate: learningRate, epoch: '4' },
      AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' },
      RoleArn: 'arn:aws:iam::000000000000:role/Timbre',
      InputDataConfig: [channel('training'), channel('model')],
      OutputDataConfig: { S3OutputPath: 's3://bucket/' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: {},
    },
    hyperparameters: trainingHyperparametersSchema.parse({ epoch: '4' }),
    createdAtMs,
    modifiedAtMs: createdAtMs + 60_000,
    status: 'Completed',
    secondaryStatus: 'Completed',
    transitions: [],
    logStreamName: `${name}/algo-1-${day}`,
    trainingStartedAtMs: createdAtMs,
    trainingEndedAtMs: createdAtMs + 60_000,
    progress: null,
    finalMetrics: {},
    artifactUri: null,
    failureReason: null,
    ...more,
  }
}

beforeAll(async () => {
  engine = await startTestEngine()
  const table = openRecordTable<TrainingJobRecord>(
    path.join(engine.dataDirectory, 'engine', 'resources', 'training-jobs'),
    ({ name }) => name,
  )
  table.put(job('alpha', 0, { learningRate: '0.0005', finalMetrics: { 'eval:loss': 1.5 } }))
  table.put(job('beta', 1, { learningRate: '0.01', finalMetrics: { 'eval:loss': 0.9 } }))
  table.put(
    job('gamma', 2, {
      learningRate: '1.7',
      status: 'Failed',
      secondaryStatus: 'Failed',
      failureReason: 'AlgorithmError: no data',
    }),
  )
  engine = await engine.restart()
  sageMaker = engine.clients.sageMaker
  await sageMaker.send(
    new AddTagsCommand({
      ResourceArn: 'arn:aws:sagemaker:us-east-1:000000000000:training-job/beta',
      Tags: [{ Key: 'timbre:version', Value: 'v7' }],
    }),
  )
})
afterAll(() => engine.stop())

const search = (input: Omit<SearchCommandInput, 'Resource'>, Resource: ResourceType) =>
  sageMaker.send(new SearchCommand({ Resource, ...input }))

/** Names of the jobs, in order of their names. */
async function jobsWith(SearchExpression: SearchExpression): Promise<(string | undefined)[]> {
  const { Results = [] } = await search({ SearchExpression }, 'TrainingJob')
  return Results.map((result) => result.TrainingJob?.TrainingJobName).sort()
}

const jobsFiltered = (Name: string, Operator?: Filter['Operator'], Value?: string) =>
  jobsWith({
    Filters: [{ Name, ...(Operator ? { Operator } : {}), ...(Value ? { Value } : {}) }],
  })

test('a result is the job as it is described, with its tags', async () => {
  const { Results = [], TotalHits } = await search(
    { SearchExpression: { Filters: [{ Name: 'TrainingJobName', Value: 'beta' }] } },
    'TrainingJob',
  )
  const { $metadata, ...described } = await sageMaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: 'beta' }),
  )
  expect($metadata.httpStatusCode).toBe(200)
  expect(Results).toHaveLength(1)
  expect(Results[0]?.TrainingJob).toEqual({
    ...described,
    Tags: [{ Key: 'timbre:version', Value: 'v7' }],
  })
  expect(TotalHits).toEqual({ Value: 1, Relation: 'EqualTo' })
})

describe('filters', () => {
  test.each<[string, Filter['Operator'] | undefined, string | undefined, string[]]>([
    ['TrainingJobName', 'Equals', 'alpha', ['alpha']],
    ['TrainingJobName', undefined, 'alpha', ['alpha']],
    ['TrainingJobName', 'NotEquals', 'alpha', ['beta', 'gamma']],
    ['TrainingJobName', 'Contains', 'a', ['alpha', 'beta', 'gamma']],
    ['TrainingJobName', 'Contains', 'et', ['beta']],
    ['TrainingJobName', 'In', 'gamma, alpha', ['alpha', 'gamma']],
    ['TrainingJobStatus', 'Equals', 'Failed', ['gamma']],
    ['FailureReason', 'Exists', undefined, ['gamma']],
    ['FailureReason', 'NotExists', undefined, ['alpha', 'beta']],
    ['FailureReason', undefined, undefined, ['gamma']],
    ['CreationTime', 'GreaterThan', '2026-01-02T00:00:00Z', ['gamma']],
    ['CreationTime', 'GreaterThanOrEqualTo', '2026-01-02T00:00:00', ['beta', 'gamma']],
    ['CreationTime', 'LessThan', '2026-01-02T01:00:00+01:00', ['alpha']],
    ['CreationTime', 'LessThanOrEqualTo', '2026-01-02', ['alpha', 'beta']],
    ['LastModifiedTime', 'Equals', '2026-01-02T00:01:00Z', ['beta']],
    ['Tags.timbre:version', 'Equals', 'v7', ['beta']],
    ['Tags.timbre:version', 'NotExists', undefined, ['alpha', 'gamma']],
    ['HyperParameters.learning_rate', 'LessThan', '0.5', ['alpha', 'beta']],
    ['HyperParameters.learning_rate', 'Equals', '0.010', ['beta']],
    // An integer makes the decimal an integer, as AWS documents.
    ['HyperParameters.learning_rate', 'Equals', '1', ['gamma']],
    ['HyperParameters.learning_rate', 'GreaterThan', '1', []],
    ['Metrics.eval:loss', 'LessThan', '1e0', ['beta']],
    ['Metrics.eval:loss', 'Exists', undefined, ['alpha', 'beta']],
    ['BillableTimeInSeconds', 'Equals', '0', ['alpha', 'beta', 'gamma']],
    ['EnableNetworkIsolation', 'Equals', 'false', ['alpha', 'beta', 'gamma']],
    ['InputDataConfig.ChannelName', 'Equals', 'model', ['alpha', 'beta', 'gamma']],
    ['OutputDataConfig.S3OutputPath', 'Contains', 'bucket', ['alpha', 'beta', 'gamma']],
  ])('%s %s %s', async (name, operator, value, expected) => {
    expect(await jobsFiltered(name, operator, value)).toEqual(expected)
  })

  test('are joined by And unless Or is named, also in subexpressions', async () => {
    const Filters = [
      { Name: 'TrainingJobName', Value: 'alpha' },
      { Name: 'TrainingJobStatus', Value: 'Failed' },
    ]
    expect(await jobsWith({ Filters })).toEqual([])
    expect(await jobsWith({ Filters, Operator: 'Or' })).toEqual(['alpha', 'gamma'])
    expect(
      await jobsWith({
        Filters: [{ Name: 'CreationTime', Operator: 'GreaterThan', Value: '2026-01-01T12:00:00' }],
        SubExpressions: [{ Filters, Operator: 'Or' }],
      }),
    ).toEqual(['gamma'])
  })

  test('that are nested hold of one element of the list', async () => {
    const nested = (channel: string, uri: string) =>
      jobsWith({
        NestedFilters: [
          {
            NestedPropertyName: 'InputDataConfig',
            Filters: [
              { Name: 'InputDataConfig.ChannelName', Value: channel },
              { Name: 'InputDataConfig.DataSource.S3DataSource.S3Uri', Value: uri },
            ],
          },
        ],
      })
    expect(await nested('training', 's3://data/beta/training')).toEqual(['beta'])
    expect(await nested('model', 's3://data/beta/training')).toEqual([])
  })
})

test('sorts by any property, the last changed first by default, and pages', async () => {
  const names = async (input: Omit<SearchCommandInput, 'Resource'>) => {
    const { Results = [], NextToken } = await search(input, 'TrainingJob')
    return { names: Results.map((result) => result.TrainingJob?.TrainingJobName), NextToken }
  }
  expect((await names({})).names).toEqual(['gamma', 'beta', 'alpha'])
  expect((await names({ SortBy: 'TrainingJobName', SortOrder: 'Ascending' })).names).toEqual([
    'alpha',
    'beta',
    'gamma',
  ])
  const byLoss = { SortBy: 'Metrics.eval:loss', SortOrder: 'Descending', MaxResults: 2 } as const
  const first = await names(byLoss)
  expect(first.names).toEqual(['alpha', 'beta'])
  expect(await names({ ...byLoss, NextToken: first.NextToken })).toEqual({
    names: ['gamma'],
    NextToken: undefined,
  })
})

test('finds models, packages and groups', async () => {
  await sageMaker.send(
    new CreateModelPackageGroupCommand({
      ModelPackageGroupName: 'desk',
      Tags: [{ Key: 'team', Value: 'support' }],
    }),
  )
  for (const CustomerMetadataProperties of [{ 'final.loss': '1.5' }, { 'final.loss': '0.5' }]) {
    await sageMaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: 'desk',
        SourceUri: 's3://models/desk',
        CustomerMetadataProperties,
      }),
    )
  }
  await sageMaker.send(
    new CreateModelCommand({
      ModelName: 'desk-model',
      PrimaryContainer: { Image: 'image', ModelDataUrl: 's3://models/desk/model.tar.gz' },
    }),
  )
  const only = (Name: string, Value: string, Operator?: Filter['Operator']) => ({
    SearchExpression: { Filters: [{ Name, Value, ...(Operator ? { Operator } : {}) }] },
  })
  const groups = await search(only('Tags.team', 'support'), 'ModelPackageGroup')
  expect(groups.Results).toMatchObject([
    { ModelPackageGroup: { ModelPackageGroupName: 'desk', Tags: [{ Key: 'team' }] } },
  ])
  const packages = await search(
    only('CustomerMetadataProperties.final.loss', '1.0', 'LessThan'),
    'ModelPackage',
  )
  expect(packages.Results).toMatchObject([
    { ModelPackage: { ModelPackageVersion: 2, ModelApprovalStatus: 'PendingManualApproval' } },
  ])
  const models = await search(only('PrimaryContainer.Image', 'image'), 'Model')
  expect(models.Results).toMatchObject([{ Model: { Model: { ModelName: 'desk-model' } } }])
  expect((await search({}, 'Endpoint')).Results).toEqual([])
})

test.each<[string, Partial<SearchCommandInput>, RegExp]>([
  ['a resource that is not here', { Resource: 'Pipeline' }, /no Pipeline on this computer/],
  ['a resource that is nowhere', { Resource: 'Spoon' as 'Pipeline' }, /enum value set/],
  ['an unknown property', { SearchExpression: { Filters: [{ Name: 'Colour' }] } }, /Colour/],
  ['an unknown property to sort by', { SortBy: 'Colour' }, /Unknown property name: Colour/],
  ['an empty expression', { SearchExpression: {} }, /needs a filter/],
  ['an empty subexpression', { SearchExpression: { SubExpressions: [{}] } }, /needs a filter/],
  [
    'an operator without a value',
    { SearchExpression: { Filters: [{ Name: 'TrainingJobName', Operator: 'Equals' }] } },
    /needs a Value/,
  ],
  [
    'a word for a time',
    {
      SearchExpression: {
        Filters: [{ Name: 'CreationTime', Operator: 'GreaterThan', Value: 'yesterday' }],
      },
    },
    /ISO 8601/,
  ],
  [
    'a word for a number',
    {
      SearchExpression: {
        Filters: [{ Name: 'TrainingTimeInSeconds', Operator: 'LessThan', Value: 'long' }],
      },
    },
    /number/,
  ],
  ['a token that is none', { NextToken: 'x' }, /NextToken/],
  [
    'more than twenty elements',
    {
      SearchExpression: {
        Filters: Array.from({ length: 20 }, () => ({ Name: 'TrainingJobName' })),
        SubExpressions: [{ Filters: [{ Name: 'TrainingJobName' }] }],
      },
    },
    /at most 20/,
  ],
])('refuses %s', async (_, input, message) => {
  await expect(
    sageMaker.send(new SearchCommand({ Resource: 'TrainingJob', ...input })),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(message),
  })
})

test('an expression nested beyond reason is refused before it is walked', async () => {
  let expression: SearchExpression = { Filters: [{ Name: 'TrainingJobName' }] }
  for (let depth = 0; depth < 200; depth += 1) expression = { SubExpressions: [expression] }
  await expect(search({ SearchExpression: expression }, 'TrainingJob')).rejects.toMatchObject({
    name: 'SerializationException',
  })
})
