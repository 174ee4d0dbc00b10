/** The export of a trained model as a processing job, and the way of its files to this computer. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { AppError } from '../../shared/errors.ts'
import {
  exportResultSchema,
  type ConvertedFormat,
  type ExportResult,
} from '../../shared/modelExport.ts'
import type { AwsClients } from './clients.ts'
import { downloadObject } from './downloadObject.ts'
import { withAwsErrors } from './errors.ts'
import { runProcessingJob } from './processingJobs.ts'
import type { Connection } from './workspace.ts'

export interface ExportJob {
  readonly jobName: string
  readonly modelUri: string
  readonly questionsUri: string
  /** s3://bucket/prefix/ */
  readonly outputUri: string
  readonly image: string
  readonly instanceType: string
  readonly format: ConvertedFormat
  readonly name: string
}

/** Runs the job to its end. @throws AppError ExportFailed with the container's reason */
export async function runExportJob(connection: Connection, job: ExportJob): Promise<ExportResult> {
  const end = await runProcessingJob(connection, {
    jobName: job.jobName,
    image: job.image,
    instanceType: job.instanceType,
    inputs: { model: job.modelUri, questions: job.questionsUri },
    outputUri: job.outputUri,
    containerArguments: ['--format', job.format, '--name', job.name],
  })
  if (!end.completed)
    throw new AppError('ExportFailed', end.message, { details: { reason: end.message } })
  return exportResultSchema.parse(JSON.parse(end.message))
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
    await downloadObject({ s3 }, { bucket, key }, file)
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
