/** Puts a version's files into S3, under a key made of their content, so that the same rows are sent once. */
import { createHash } from 'node:crypto'
import { ensureBucket, putTextOnce } from '../../aws/s3.ts'
import type { Connection } from '../../aws/workspace.ts'
import type { UploadedData } from './way.ts'

export interface TextFile {
  /** Below the version's prefix. */
  readonly name: string
  readonly text: string
  readonly type: string
}

/** @param training, validation the names that the job is pointed to: a file, or a folder with a slash at its end */
export async function uploadFiles(
  { clients, bucket, prefix: below }: Connection,
  files: readonly TextFile[],
  { training, validation }: { readonly training: string; readonly validation: string },
): Promise<UploadedData> {
  await ensureBucket(clients, bucket)
  const hash = createHash('sha256')
    .update(files.map(({ text }) => text).join('\0'))
    .digest('hex')
  const prefix = `${below}/datasets/${hash}`
  for (const { name, text, type } of files)
    await putTextOnce(clients, bucket, `${prefix}/${name}`, text, type)
  return {
    trainingUri: `s3://${bucket}/${prefix}/${training}`,
    validationUri: `s3://${bucket}/${prefix}/${validation}`,
    outputUri: `s3://${bucket}/${below}/jobs/`,
  }
}

export function jsonLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
