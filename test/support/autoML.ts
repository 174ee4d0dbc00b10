/** Requests for AutoML jobs against a test engine. */
import {
  CreateAutoMLJobV2Command,
  DescribeAutoMLJobV2Command,
  ListCandidatesForAutoMLJobCommand,
  type AutoMLJobChannel,
  type CreateAutoMLJobV2CommandInput,
  type DescribeAutoMLJobV2CommandOutput,
  type TextGenerationJobConfig,
} from '@aws-sdk/client-sagemaker'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import { tinyModelId, type TestClients } from './engine.ts'

export const autoMLBucket = 'automl'
export const autoMLRole = 'arn:aws:iam::000000000000:role/TimbreExecution'

/** A CSV as Autopilot asks for it. */
export function csvOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) => `Question ${index},Answer ${index}`)
  return `input,output\n${lines.join('\n')}\n`
}

export function autoMLChannel(
  prefix: string,
  more: Partial<AutoMLJobChannel> = {},
): AutoMLJobChannel {
  const S3Uri = `s3://${autoMLBucket}/${prefix}`
  return {
    ChannelType: 'training',
    ContentType: 'text/csv;header=present',
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } },
    ...more,
  }
}

/** One epoch of the tiny model on `few/`, unless told otherwise. */
export function autoMLRequest(
  name: string,
  config: TextGenerationJobConfig = {},
  more: Partial<CreateAutoMLJobV2CommandInput> = {},
): CreateAutoMLJobV2CommandInput {
  return {
    AutoMLJobName: name,
    AutoMLJobInputDataConfig: [autoMLChannel('few/')],
    OutputDataConfig: { S3OutputPath: `s3://${autoMLBucket}/output` },
    AutoMLProblemTypeConfig: {
      TextGenerationJobConfig: {
        BaseModelName: tinyModelId,
        TextGenerationHyperParameters: { epochCount: '1' },
        ...config,
      },
    },
    RoleArn: autoMLRole,
    ...more,
  }
}

/** @param clients those of the engine that runs by now */
export function autoMLCalls(clients: () => TestClients) {
  const describe = (AutoMLJobName: string) =>
    clients().sageMaker.send(new DescribeAutoMLJobV2Command({ AutoMLJobName }))
  return {
    async makeBucket() {
      await clients().s3.send(new CreateBucketCommand({ Bucket: autoMLBucket }))
    },
    put: (Key: string, Body: string | Uint8Array) =>
      clients().s3.send(new PutObjectCommand({ Bucket: autoMLBucket, Key, Body })),
    create: (...request: Parameters<typeof autoMLRequest>) =>
      clients().sageMaker.send(new CreateAutoMLJobV2Command(autoMLRequest(...request))),
    describe,
    async candidatesOf(AutoMLJobName: string) {
      const command = new ListCandidatesForAutoMLJobCommand({ AutoMLJobName })
      return (await clients().sageMaker.send(command)).Candidates
    },
    async waitFor(
      name: string,
      isReached: (job: DescribeAutoMLJobV2CommandOutput) => boolean,
    ): Promise<DescribeAutoMLJobV2CommandOutput> {
      await expect
        .poll(async () => isReached(await describe(name)), { timeout: 60_000, interval: 20 })
        .toBe(true)
      return describe(name)
    },
  }
}

export function hasEnded({ AutoMLJobStatus }: DescribeAutoMLJobV2CommandOutput): boolean {
  return ['Completed', 'Failed', 'Stopped'].includes(AutoMLJobStatus ?? '')
}
