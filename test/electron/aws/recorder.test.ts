import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRecordingHandler } from '../../../electron/aws/recorder.ts'
import { startAwsDouble, type AwsDouble } from '../../support/aws/awsDouble.ts'
import { lookAtAll, openCloudServices } from '../../support/aws/cloudServices.ts'
import { validateRecording } from '../../support/aws/validateRecording.ts'
import { importQuestions } from '../../support/services.ts'

let directory: string
let file: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-recorder-'))
  file = path.join(directory, 'requests.jsonl')
})
afterEach(async () => {
  delete process.env['TIMBRE_RECORD_AWS']
  await rm(directory, { recursive: true, force: true })
})

const secrets = {
  accessKeyId: 'AKIAPLANTEDPLANTED01',
  secretAccessKey: 'planted-secret-key-planted-secret-key',
  sessionToken: 'planted-session-token',
}

function optionsFor(double: AwsDouble) {
  return {
    endpoint: double.url,
    region: double.region,
    credentials: secrets,
    requestHandler: createRecordingHandler({}, file),
  }
}

test('leaves signatures, tokens and the content of objects out', async () => {
  const double = await startAwsDouble()
  try {
    double.objects.put('s3://bucket/other', 'x')
    const s3 = new S3Client({ ...optionsFor(double), forcePathStyle: true })
    await s3.send(
      new PutObjectCommand({
        Bucket: 'bucket',
        Key: 'rows.jsonl',
        Body: 'planted row',
        ContentType: 'application/json',
      }),
    )
    const sts = new STSClient({ ...optionsFor(double), maxAttempts: 1 })
    const assume = new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::123456789012:role/Some',
      RoleSessionName: 'timbre',
      SerialNumber: 'arn:aws:iam::123456789012:mfa/me',
      TokenCode: '918273',
    })
    await sts.send(assume).catch(() => undefined)
    const text = await readFile(file, 'utf8')
    for (const secret of [...Object.values(secrets), 'planted row', '918273', 'Signature='])
      expect(text).not.toContain(secret)
    const [put, role] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(put).toMatchObject({
      method: 'PUT',
      path: '/bucket/rows.jsonl',
      signedFor: 's3',
      body: null,
      bodyBytes: 11,
      status: 200,
    })
    expect(role).toMatchObject({
      signedFor: 'sts',
      body: expect.stringContaining('Action=AssumeRole'),
    })
  } finally {
    await double.close()
  }
})

test('records a run of the app, and AWS’s models accept all of it', async () => {
  process.env['TIMBRE_RECORD_AWS'] = file
  const cloud = await openCloudServices()
  try {
    const { services } = cloud.test
    const version = await services.startVersion({
      workspaceId: cloud.workspaceId,
      modelId: null,
      name: 'Recorded',
      problemType: 'fine-tune-foundation-model',
      datasetId: await importQuestions(cloud.test, 120),
      columns: { question: 'question', answer: 'answer' },
      validationFraction: 0.2,
      splitSeed: 1,
      samplePrompts: [],
      candidates: [
        'huggingface-llm-mistral-7b',
        'autopilot:Mistral7B',
        'serverless:huggingface-reasoning-qwen3-4b',
        'bedrock:amazon.nova-micro-v1:0:128k',
      ].map((baseModelId) => ({ baseModelId, hyperparameters: {} })),
    })
    cloud.double.advance(10 * 3_600_000)
    // A log is read once its job has one, which another look may have to find.
    await vi.waitFor(
      async () => {
        await lookAtAll(services)
        expect(await readFile(file, 'utf8')).toContain('GetLogEvents')
      },
      { timeout: 30_000, interval: 200 },
    )
    await services.catalog.list(await services.connect(cloud.workspaceId))
    expect(version.candidates).toHaveLength(4)
  } finally {
    await cloud.close()
  }
  const report = validateRecording(await readFile(file, 'utf8'))
  expect(report.problems).toEqual([])
  expect([...report.operations.keys()]).toEqual(
    expect.arrayContaining([
      'sagemaker.CreateTrainingJob',
      'sagemaker.CreateAutoMLJobV2',
      'bedrock.CreateModelCustomizationJob',
      's3.PutObject',
      'logs.GetLogEvents',
    ]),
  )
})

test('a request that AWS would refuse is found in a recording', () => {
  const line = JSON.stringify({
    signedFor: 'sagemaker',
    method: 'POST',
    path: '/',
    query: [],
    headers: { 'x-amz-target': 'SageMaker.StopTrainingJob' },
    body: '{"TrainingJobName":"not_allowed"}',
  })
  expect(validateRecording(line).problems).toEqual([
    expect.stringMatching(
      /^line 1: sagemaker.StopTrainingJob: TrainingJobName "not_allowed" does not match/,
    ),
  ])
})
