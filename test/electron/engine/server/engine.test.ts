import { createHash, randomBytes } from 'node:crypto'
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DescribeEndpointCommand,
  DescribeHubContentCommand,
  DescribeTrainingJobCommand,
  ListHubContentsCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
} from '@aws-sdk/client-sagemaker'
import {
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
} from '@aws-sdk/client-sagemaker-runtime'
import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  clientsFor,
  startTestEngine,
  tinyModelId,
  type TestEngine,
  longTraining,
} from '../../../support/engine.ts'

const bucket = 'timbre-test'
const role = 'arn:aws:iam::000000000000:role/TimbreExecution'
let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
  await engine.clients.s3.send(new CreateBucketCommand({ Bucket: bucket }))
})
afterAll(() => engine.stop())

function put(key: string, body: string | Uint8Array) {
  return engine.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
}

async function createJob(name: string, overrides: Record<string, string> = {}, prefix = 'data') {
  const examples = Array.from({ length: 12 }, (_, index) =>
    JSON.stringify({ prompt: `Question ${index}`, completion: `Answer ${index}` }),
  )
  await put(`${prefix}/train/train.jsonl`, `${examples.join('\n')}\n`)
  await put(`${prefix}/validation/validation.jsonl`, `${examples.slice(0, 3).join('\n')}\n`)
  const channel = (ChannelName: string, S3Uri: string) => ({
    ChannelName,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri } },
  })
  const description = await engine.clients.sageMaker.send(
    new DescribeHubContentCommand({
      HubName: 'SageMakerPublicHub',
      HubContentType: 'Model',
      HubContentName: tinyModelId,
    }),
  )
  const document = JSON.parse(description.HubContentDocument ?? '') as Record<string, string>
  return engine.clients.sageMaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      RoleArn: role,
      AlgorithmSpecification: {
        TrainingImage: document['TrainingEcrUri'],
        TrainingInputMode: 'File',
      },
      HyperParameters: { epoch: '2', eval_steps: '1', max_input_length: '64', ...overrides },
      InputDataConfig: [
        channel('training', `s3://${bucket}/${prefix}/train/`),
        channel('validation', `s3://${bucket}/${prefix}/validation/`),
        channel('model', document['TrainingArtifactUri'] ?? ''),
      ],
      OutputDataConfig: { S3OutputPath: `s3://${bucket}/output` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    }),
  )
}

async function waitForJob(
  name: string,
  isReached: (job: DescribeTrainingJobCommandOutput) => boolean,
): Promise<DescribeTrainingJobCommandOutput> {
  return expect
    .poll(
      async () => {
        const job = await engine.clients.sageMaker.send(
          new DescribeTrainingJobCommand({ TrainingJobName: name }),
        )
        return isReached(job) ? 'reached' : `${job.TrainingJobStatus}: ${job.FailureReason ?? ''}`
      },
      { timeout: 60_000, interval: 50 },
    )
    .toBe('reached')
    .then(() =>
      engine.clients.sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name })),
    )
}

async function logOf(name: string): Promise<string[]> {
  const { logStreams } = await engine.clients.logs.send(
    new DescribeLogStreamsCommand({
      logGroupName: '/aws/sagemaker/TrainingJobs',
      logStreamNamePrefix: `${name}/`,
    }),
  )
  const lines: string[] = []
  let nextToken: string | undefined
  for (;;) {
    const page = await engine.clients.logs.send(
      new GetLogEventsCommand({
        logGroupName: '/aws/sagemaker/TrainingJobs',
        logStreamName: logStreams?.[0]?.logStreamName,
        startFromHead: true,
        limit: 7,
        nextToken,
      }),
    )
    lines.push(...(page.events ?? []).map((event) => event.message ?? ''))
    if (page.nextForwardToken === nextToken) return lines
    nextToken = page.nextForwardToken
  }
}

test('says who is calling', async () => {
  const identity = await engine.clients.sts.send(new GetCallerIdentityCommand({}))
  expect(identity.Account).toBe('000000000000')
})

test('keeps objects byte for byte, with ranges, metadata and awkward keys', async () => {
  const content = randomBytes(200_000)
  const key = "a b/ü/..%2F/(x)'!*+&=?.bin"
  await engine.clients.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, Metadata: { origin: 'test' } }),
  )
  const whole = await engine.clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  expect(Buffer.from((await whole.Body?.transformToByteArray()) ?? [])).toEqual(content)
  expect(whole.Metadata).toEqual({ origin: 'test' })
  expect(whole.ETag).toBe(`"${createHash('md5').update(content).digest('hex')}"`)
  const part = await engine.clients.s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=10-19' }),
  )
  expect(Buffer.from((await part.Body?.transformToByteArray()) ?? [])).toEqual(
    content.subarray(10, 20),
  )
})

test('lists in pages, with common prefixes', async () => {
  for (const key of ['list/a', 'list/b/1', 'list/b/2', 'list/c', 'list/d']) await put(key, key)
  const first = await engine.clients.s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: 'list/', Delimiter: '/', MaxKeys: 2 }),
  )
  expect([first.Contents?.map((o) => o.Key), first.CommonPrefixes?.map((p) => p.Prefix)]).toEqual([
    ['list/a'],
    ['list/b/'],
  ])
  const second = await engine.clients.s3.send(
    new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: 'list/',
      Delimiter: '/',
      ContinuationToken: first.NextContinuationToken,
    }),
  )
  expect(second.Contents?.map((object) => object.Key)).toEqual(['list/c', 'list/d'])
  expect(second.IsTruncated).toBe(false)
})

test('puts an object together from parts', async () => {
  const content = randomBytes(11 * 1024 * 1024)
  const upload = new Upload({
    client: engine.clients.s3,
    params: { Bucket: bucket, Key: 'parts.bin', Body: content },
    partSize: 5 * 1024 * 1024,
  })
  await upload.done()
  const stored = await engine.clients.s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: 'parts.bin' }),
  )
  expect(Buffer.from((await stored.Body?.transformToByteArray()) ?? []).equals(content)).toBe(true)
  expect(stored.ETag).toMatch(/-3"$/)
})

test('refuses to complete an upload with a part it never received', async () => {
  const { UploadId } = await engine.clients.s3.send(
    new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'half.bin' }),
  )
  const target = { Bucket: bucket, Key: 'half.bin', UploadId }
  const part = await engine.clients.s3.send(
    new UploadPartCommand({ ...target, PartNumber: 1, Body: 'one' }),
  )
  const listed = await engine.clients.s3.send(new ListPartsCommand(target))
  expect(listed.Parts?.map((known) => known.ETag)).toEqual([part.ETag])
  await expect(
    engine.clients.s3.send(
      new CompleteMultipartUploadCommand({
        ...target,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"0"' }] },
      }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidPart' })
})

test('refuses a wrong checksum, a missing bucket, an overwrite and a full bucket', async () => {
  const { s3 } = engine.clients
  await expect(
    s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: 'x',
        Body: 'y',
        ChecksumSHA256: `${'A'.repeat(43)}=`,
      }),
    ),
  ).rejects.toMatchObject({ name: 'BadDigest' })
  await expect(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'x' }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  })
  await expect(
    s3.send(new PutObjectCommand({ Bucket: 'no-such-bucket', Key: 'x', Body: 'y' })),
  ).rejects.toMatchObject({ name: 'NoSuchBucket' })
  await put('once', '1')
  await expect(
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'once', Body: '2', IfNoneMatch: '*' })),
  ).rejects.toMatchObject({ name: 'PreconditionFailed' })
  await expect(s3.send(new DeleteBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({
    name: 'BucketNotEmpty',
  })
})

test('refuses a wrong secret, an unknown key, a skewed clock and a foreign Host', async () => {
  const { connection } = engine.engine
  const withSecret = clientsFor({ ...connection, secretAccessKey: 'wrong' })
  await expect(withSecret.s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  })
  const withKey = clientsFor({ ...connection, accessKeyId: 'AKIAUNKNOWN' })
  await expect(withKey.sageMaker.send(new ListTrainingJobsCommand({}))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  })
  const { SageMakerClient } = await import('@aws-sdk/client-sagemaker')
  const skewed = new SageMakerClient({
    endpoint: connection.endpoint,
    region: connection.region,
    credentials: connection,
    systemClockOffset: 16 * 60 * 1000,
    maxAttempts: 1,
  })
  await expect(skewed.send(new ListTrainingJobsCommand({}))).rejects.toMatchObject({
    name: 'InvalidSignatureException',
    message: expect.stringMatching(/^Signature not yet current/),
  })
  const { request } = await import('node:http')
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(connection.endpoint, { headers: { host: 'evil.example' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
  expect(status).toBe(403)
})

test('publishes the base models with their hyperparameters and metrics', async () => {
  const list = await engine.clients.sageMaker.send(
    new ListHubContentsCommand({ HubName: 'SageMakerPublicHub', HubContentType: 'Model' }),
  )
  expect(list.HubContentSummaries?.map((content) => content.HubContentName)).toEqual([tinyModelId])
  const content = await engine.clients.sageMaker.send(
    new DescribeHubContentCommand({
      HubName: 'SageMakerPublicHub',
      HubContentType: 'Model',
      HubContentName: tinyModelId,
    }),
  )
  const document = JSON.parse(content.HubContentDocument ?? '') as {
    Hyperparameters: { Name: string }[]
    TrainingMetrics: { Name: string }[]
  }
  expect(document.Hyperparameters.map((field) => field.Name)).toContain('learning_rate')
  expect(document.TrainingMetrics.map((metric) => metric.Name)).toContain('timbre:eval-loss')
})

test('trains, stores the model, serves it and streams its answer', async () => {
  await createJob('train-and-serve')
  const job = await waitForJob('train-and-serve', (seen) => seen.TrainingJobStatus !== 'InProgress')
  expect(job).toMatchObject({ TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed' })
  expect(job.SecondaryStatusTransitions?.map((transition) => transition.Status)).toEqual([
    'Starting',
    'Downloading',
    'Training',
    'Uploading',
    'Completed',
  ])
  const lines = await logOf('train-and-serve')
  const evaluated = lines.flatMap((line) => /^step=(\d+) .* eval_loss=/.exec(line)?.[1] ?? [])
  expect(evaluated).toEqual(['0', '1', '2', '3', '4'])

  const { sageMaker, runtime } = engine.clients
  await sageMaker.send(
    new CreateModelCommand({
      ModelName: 'tuned',
      ExecutionRoleArn: role,
      PrimaryContainer: {
        Image: 'timbre-inference',
        ModelDataUrl: job.ModelArtifacts?.S3ModelArtifacts,
      },
    }),
  )
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'tuned',
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: 'tuned',
          InitialInstanceCount: 1,
          InstanceType: 'ml.m5.large',
        },
      ],
    }),
  )
  await sageMaker.send(
    new CreateEndpointCommand({ EndpointName: 'tuned', EndpointConfigName: 'tuned' }),
  )
  await expect
    .poll(
      async () =>
        (await sageMaker.send(new DescribeEndpointCommand({ EndpointName: 'tuned' })))
          .EndpointStatus,
      { timeout: 20_000 },
    )
    .toBe('InService')
  const body = { inputs: 'Q: Question 1\nA: ', parameters: { max_new_tokens: 12 } }
  const invoked = await runtime.send(
    new InvokeEndpointCommand({
      EndpointName: 'tuned',
      ContentType: 'application/json',
      Body: JSON.stringify(body),
    }),
  )
  const [answer] = JSON.parse(new TextDecoder().decode(invoked.Body)) as {
    generated_text: string
  }[]
  const streamed = await runtime.send(
    new InvokeEndpointWithResponseStreamCommand({
      EndpointName: 'tuned',
      ContentType: 'application/json',
      Body: JSON.stringify({ ...body, stream: true }),
    }),
  )
  let text = ''
  for await (const event of streamed.Body ?? []) {
    text += new TextDecoder().decode(event.PayloadPart?.Bytes)
  }
  const last = JSON.parse(text.trim().split('\n\n').at(-1)?.slice('data:'.length) ?? '') as {
    generated_text: string
  }
  expect(last.generated_text).toBe(answer?.generated_text)
})

test('goes on after a restart without gaps or doubles in its log', async () => {
  await createJob('interrupted', { epoch: '40' }, 'interrupted')
  await waitForJob('interrupted', (job) => (job.ProgressInfo?.CurrentStep ?? 0) > 3)
  engine = await engine.restart()
  const job = await waitForJob('interrupted', (seen) => seen.TrainingJobStatus !== 'InProgress')
  expect(job.TrainingJobStatus).toBe('Completed')
  const steps = (await logOf('interrupted')).flatMap((line) => {
    const step = /^step=(\d+) .* train_loss=/.exec(line)?.[1]
    return step === undefined ? [] : [Number(step)]
  })
  expect(steps).toEqual(Array.from({ length: 80 }, (_, index) => index + 1))
})

test('stops a job on request, and one that waits at once', async () => {
  await createJob('stopping', longTraining, 'stopping')
  await createJob('waiting', {}, 'stopping')
  await waitForJob('stopping', (job) => (job.ProgressInfo?.CurrentStep ?? 0) > 1)
  const { sageMaker } = engine.clients
  await sageMaker.send(new StopTrainingJobCommand({ TrainingJobName: 'waiting' }))
  await sageMaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopping' }))
  for (const name of ['waiting', 'stopping']) {
    const job = await waitForJob(name, (seen) => seen.TrainingJobStatus === 'Stopped')
    expect(job.SecondaryStatus).toBe('Stopped')
  }
})

test('refuses what AWS refuses when a job is created', async () => {
  await expect(createJob('bad name')).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(createJob('rate', { learning_rate: '7' })).rejects.toMatchObject({
    name: 'ValidationException',
  })
  await expect(createJob('typo', { epochs: '3' })).rejects.toMatchObject({
    name: 'ValidationException',
  })
  await expect(createJob('train-and-serve')).rejects.toMatchObject({ name: 'ResourceInUse' })
})

test('reports bad data as the client’s fault, with its line', async () => {
  await createJob('bad-data', { epoch: '1' }, 'bad')
  await waitForJob('bad-data', (job) => job.TrainingJobStatus === 'Completed')
  await put('bad2/train/train.jsonl', '{"prompt":"a","completion":"b"}\nnot json\n')
  await put('bad2/validation/validation.jsonl', '{"prompt":"a","completion":"b"}\n')
  const { sageMaker } = engine.clients
  const known = await sageMaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: 'bad-data' }),
  )
  await sageMaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: 'bad-data-2',
      RoleArn: role,
      AlgorithmSpecification: known.AlgorithmSpecification,
      InputDataConfig: known.InputDataConfig?.map((channel) => ({
        ...channel,
        DataSource: {
          S3DataSource: {
            S3DataType: 'S3Prefix' as const,
            S3Uri: channel.DataSource?.S3DataSource?.S3Uri?.replace('/bad/', '/bad2/'),
          },
        },
      })),
      OutputDataConfig: known.OutputDataConfig,
      ResourceConfig: known.ResourceConfig,
      StoppingCondition: known.StoppingCondition,
    }),
  )
  const job = await waitForJob('bad-data-2', (seen) => seen.TrainingJobStatus === 'Failed')
  expect(job.FailureReason).toMatch(/^ClientError: .*2/)
})
