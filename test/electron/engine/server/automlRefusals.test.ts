import {
  DescribeAutoMLJobV2Command,
  ListCandidatesForAutoMLJobCommand,
  StopAutoMLJobCommand,
  type AutoMLJobChannel,
} from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  autoMLBucket,
  autoMLCalls,
  autoMLChannel,
  type autoMLRequest,
  csvOf,
} from '../../../support/autoML.ts'
import { startTestEngine, type TestEngine } from '../../../support/engine.ts'

let engine: TestEngine
const sageMaker = () => engine.clients.sageMaker
const { makeBucket, put, create } = autoMLCalls(() => engine.clients)

beforeAll(async () => {
  engine = await startTestEngine()
  await makeBucket()
  await put('few/questions.csv', csvOf(12))
})
afterAll(() => engine.stop())

test('an unknown job is not found', async () => {
  const input = { AutoMLJobName: 'nobody' }
  for (const answer of [
    sageMaker().send(new DescribeAutoMLJobV2Command(input)),
    sageMaker().send(new StopAutoMLJobCommand(input)),
    sageMaker().send(new ListCandidatesForAutoMLJobCommand(input)),
  ])
    await expect(answer).rejects.toMatchObject({ name: 'ResourceNotFound' })
})

test('refuses a name that is taken, in whatever case', async () => {
  await create('taken')
  await expect(create('TAKEN')).rejects.toMatchObject({ name: 'ResourceInUse' })
})

const hyperparameters = (TextGenerationHyperParameters: Record<string, string>) => ({
  TextGenerationHyperParameters,
})
const both = (more: Partial<AutoMLJobChannel>) => ({
  AutoMLJobInputDataConfig: [autoMLChannel('few/'), autoMLChannel('few/', more)],
})

test.each<
  [string, Parameters<typeof autoMLRequest>[1], Parameters<typeof autoMLRequest>[2], RegExp]
>([
  ['a long name', {}, { AutoMLJobName: 'x'.repeat(33) }, /autoMLJobName.*less than or equal to 32/],
  ['no role', {}, { RoleArn: undefined }, /'roleArn'.*must not be null/],
  ['no data', {}, { AutoMLJobInputDataConfig: [] }, /autoMLJobInputDataConfig.*greater/],
  ['no source', {}, both({ DataSource: undefined }), /2\.member\.dataSource' .*must not be null/],
  ['two training channels', {}, both({}), /one training channel and one validation channel/],
  [
    'no training channel',
    {},
    { AutoMLJobInputDataConfig: [autoMLChannel('few/', { ChannelType: 'validation' })] },
    /training channel is missing/,
  ],
  [
    'Parquet',
    {},
    {
      AutoMLJobInputDataConfig: [
        autoMLChannel('few/', { ContentType: 'x-application/vnd.amazon+parquet' }),
      ],
    },
    /must be text\/csv;header=present/,
  ],
  [
    'compressed data',
    {},
    { AutoMLJobInputDataConfig: [autoMLChannel('few/', { CompressionType: 'Gzip' })] },
    /compression type must be None/,
  ],
  [
    'a manifest',
    {},
    {
      AutoMLJobInputDataConfig: [
        autoMLChannel('few/', {
          DataSource: {
            S3DataSource: {
              S3DataType: 'ManifestFile',
              S3Uri: `s3://${autoMLBucket}/few/manifest`,
            },
          },
        }),
      ],
    },
    /must be S3Prefix/,
  ],
  [
    'a split beside a validation channel',
    {},
    { ...both({ ChannelType: 'validation' }), DataSplitConfig: { ValidationFraction: 0.2 } },
    /DataSplitConfig must not be set/,
  ],
  ['all rows to validate', {}, { DataSplitConfig: { ValidationFraction: 1 } }, /less than 1\./],
  [
    'an unknown bucket',
    {},
    { OutputDataConfig: { S3OutputPath: 's3://no-such-bucket/x' } },
    /"no-such-bucket" .* does not exist/,
  ],
  [
    'a problem that it does not solve',
    {},
    { AutoMLProblemTypeConfig: { TabularJobConfig: { TargetAttributeName: 'y' } } },
    /TabularJobConfig is not supported .* TextGenerationJobConfig is needed/,
  ],
  [
    'no problem at all',
    {},
    { AutoMLProblemTypeConfig: {} as never },
    /one and only one .*TextGenerationJobConfig/,
  ],
  [
    'a model of AWS',
    { BaseModelName: 'Falcon7BInstruct' },
    {},
    /Falcon7BInstruct is not one of the base models of this computer: \[tiny-base\]/,
  ],
  [
    'several candidates',
    { CompletionCriteria: { MaxCandidates: 2 } },
    {},
    /MaxCandidates must be 1/,
  ],
  [
    'a wrong limit',
    { CompletionCriteria: { MaxCandidates: 751 } },
    {},
    /less than or equal to 750/,
  ],
  ['an objective', {}, { AutoMLJobObjective: { MetricName: 'F1' } }, /must not be set/],
  [
    'two names for an endpoint',
    {},
    { ModelDeployConfig: { AutoGenerateEndpointName: true, EndpointName: 'x' } },
    /EndpointName must not be specified/,
  ],
  ['a deployment', {}, { ModelDeployConfig: { EndpointName: 'x' } }, /is not supported/],
  ['an unknown setting', hyperparameters({ epochs: '1' }), {}, /epochs is not one of \[epochCount/],
  ['too many epochs', hyperparameters({ epochCount: '11' }), {}, /an integer from 1 to 10, not 11/],
  ['half an epoch', hyperparameters({ epochCount: '1.5' }), {}, /an integer from 1 to 10/],
  ['a big batch', hyperparameters({ batchSize: '65' }), {}, /from 1 to 64/],
  ['no learning', hyperparameters({ learningRate: '0' }), {}, /a number from 1e-8 to 1, not 0/],
  ['no number', hyperparameters({ learningRate: 'fast' }), {}, /not fast/],
  ['a long warm-up', hyperparameters({ learningRateWarmupSteps: '251' }), {}, /from 0 to 250/],
])('refuses %s', async (_, config, more, message) => {
  const refusal = create('refused', config, more)
  await expect(refusal).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(refusal).rejects.toThrow(message)
})
