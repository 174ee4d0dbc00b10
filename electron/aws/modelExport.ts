/** The export of a trained model as a processing job, and the way of its files to this computer. */
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { CreateProcessingJobCommand, DescribeProcessingJobCommand } from '@aws-sdk/client-sagemaker'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import {
  exportResultSchema,
  type ExportFormat,
  type ExportResult,
} from '../../shared/modelExport.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'
import type { Connection } from './workspace.ts'

export interface ExportJob {
  readonly jobName: string
  readonly modelUri: string
  readonly questionsUri: string
  /** s3://bucket/prefix/ */
  readonly outputUri: string
  readonly image: string
  readonly instanceType: string
  readonly format: ExportFormat
  readonly name: string
}

const pollMs = 300

/** Runs the job to its end. @throws AppError ExportFailed with the container's reason */
export async function runExportJob(
  { clients, roleArn }: Connection,
  job: ExportJob,
): Promise<ExportResult> {
  const input = (InputName: string, S3Uri: string) => ({
    InputName,
    S3Input: {
      S3Uri,
      LocalPath: `/opt/ml/processing/${InputName}`,
      S3DataType: 'S3Prefix' as const,
      S3InputMode: 'File' as const,
    },
  })
  await withAwsErrors(() =>
    clients.sageMaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: job.jobName,
        RoleArn: roleArn,
        ProcessingInputs: [input('model', job.modelUri), input('questions', job.questionsUri)],
        ProcessingOutputConfig: {
          Outputs: [
            {
              OutputName: 'export',
              S3Output: {
                S3Uri: job.outputUri,
                LocalPath: '/opt/ml/processing/export',
                S3UploadMode: 'EndOfJob',
              },
            },
          ],
        },
        ProcessingResources: {
          ClusterConfig: {
            InstanceCount: 1,
            InstanceType: job.instanceType as 'ml.m5.large',
            VolumeSizeInGB: 30,
          },
        },
        AppSpecification: {
          ImageUri: job.image,
          ContainerArguments: ['--format', job.format, '--name', job.name],
        },
      }),
    ),
  )
  for (;;) {
    const found = await withAwsErrors(() =>
      clients.sageMaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: job.jobName })),
    )
    if (found.ProcessingJobStatus === 'Completed')
      return exportResultSchema.parse(z.string().transform(parseJson).parse(found.ExitMessage))
    if (found.ProcessingJobStatus === 'Failed' || found.ProcessingJobStatus === 'Stopped') {
      const reason = (found.FailureReason ?? '').replace(/^\w+Error: /, '')
      throw new AppError('ExportFailed', reason, { details: { reason } })
    }
    await wait(pollMs)
  }
}

/** Every object below s3://bucket/prefix/ into a folder; a file appears only when complete. */
export async function downloadPrefix(
  { s3 }: AwsClients,
  uri: string,
  directory: string,
): Promise<string[]> {
  const { bucket, keys } = await keysBelow({ s3 }, uri)
  await mkdir(directory, { recursive: true })
  const files: string[] = []
  for (const key of keys) {
    const file = path.join(directory, path.posix.basename(key))
    const partial = `${file}.partial`
    try {
      const { Body } = await withAwsErrors(() =>
        s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
      )
      if (!(Body instanceof Readable)) throw new AppError('Internal', `${key} has no content`)
      await pipeline(Body, createWriteStream(partial))
      await rename(partial, file)
    } finally {
      await rm(partial, { force: true })
    }
    files.push(file)
  }
  return files
}

export async function deletePrefix({ s3 }: Pick<AwsClients, 's3'>, uri: string): Promise<void> {
  const { bucket, keys } = await keysBelow({ s3 }, uri)
  for (const key of keys)
    await withAwsErrors(() => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })))
}

async function keysBelow({ s3 }: Pick<AwsClients, 's3'>, uri: string) {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? []
  const listed = await withAwsErrors(() =>
    s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix })),
  )
  return { bucket, keys: (listed.Contents ?? []).flatMap(({ Key }) => Key ?? []) }
}

function parseJson(text: string): unknown {
  return JSON.parse(text)
}
