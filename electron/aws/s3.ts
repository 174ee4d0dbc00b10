/** Objects in the workspace's bucket. */
import { createHash } from 'node:crypto'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3'
import { AppError } from '../../shared/errors.ts'
import type { AwsClients } from './clients.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'
import { pagesOf } from './pages.ts'
import { findObject, putObject, type Store } from './upload/multipart.ts'
import { createPrivateBucket } from './setup/bucket.ts'

/** SageMaker's own tools use this name; its managed policy covers it. */
export function defaultBucket(region: string, account: string): string {
  return `sagemaker-${region}-${account}`
}

/** In an account at AWS it is made as the setup makes it. */
export async function ensureBucket(clients: AwsClients, bucket: string): Promise<void> {
  const { s3 } = clients
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }))
  } catch (error) {
    // Answers to HEAD have no words: whatever else is wrong, the upload that follows is told properly.
    if (fromSdkError(error).code !== 'NotFound') return
    if (clients.kind === 'aws')
      return createPrivateBucket({ clients, region: await s3.config.region() }, bucket, null)
    await withAwsErrors(() => s3.send(new CreateBucketCommand({ Bucket: bucket }))).catch(
      (refusal: AppError) => {
        // Two faces of the app may have seen at the same time that it is missing.
        if (refusal.details['awsError'] !== 'BucketAlreadyOwnedByYou') throw refusal
      },
    )
  }
}

/** Writes text unless the key is there already: keys are made of their content's hash. */
export async function putTextOnce(
  store: Store,
  bucket: string,
  key: string,
  text: string,
  contentType: string,
): Promise<void> {
  // Nobody may look, perhaps: then writing it again does no harm, and its refusal has words.
  if (await findObject(store, { bucket, key }).catch(() => null)) return
  const body = Buffer.from(text)
  const sha256 = createHash('sha256').update(body).digest('hex')
  await putObject(store, { bucket, key, contentType, sha256 }, body)
}

/** @param uri s3://bucket/key @throws AppError NotFound */
export async function getText({ s3 }: AwsClients, uri: string): Promise<string> {
  const { Bucket, Key } = placeOf(uri)
  const answer = await withAwsErrors(() => s3.send(new GetObjectCommand({ Bucket, Key })))
  return (await answer.Body?.transformToString()) ?? ''
}

function placeOf(uri: string): { Bucket: string; Key: string } {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []
  if (Bucket !== undefined && Key !== undefined) return { Bucket, Key }
  throw new AppError('NotFound', `${uri} is no address of an object`, { details: { uri } })
}

/** @param uri s3://bucket/key; one that is gone already is no error */
export async function deleteObject({ s3 }: AwsClients, uri: string): Promise<void> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []
  if (bucket === undefined || key === undefined) return
  await withAwsErrors(() => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })))
}

export interface StoredObjectFacts {
  readonly key: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** Every object below a prefix; none when the bucket was never made. */
export async function listStoredObjects(
  { s3 }: AwsClients,
  bucket: string,
  prefix = '',
): Promise<StoredObjectFacts[]> {
  const objects: StoredObjectFacts[] = []
  const pages = pagesOf(async (token) => {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    )
    return { ...page, NextToken: page.NextContinuationToken }
  })
  try {
    for await (const page of pages) {
      for (const { Key, Size = 0, LastModified } of page.Contents ?? [])
        if (Key !== undefined)
          objects.push({ key: Key, sizeBytes: Size, modifiedAtMs: LastModified?.getTime() ?? 0 })
    }
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'NotFound')) throw error
  }
  return objects
}

/** @param uri s3://bucket/key @throws AppError NotFound */
export async function readText({ s3 }: AwsClients, uri: string): Promise<string> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []
  if (bucket === undefined || key === undefined)
    throw new AppError('NotFound', `${uri} is no address of an object`)
  return withAwsErrors(async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return (await Body?.transformToString()) ?? ''
  })
}
