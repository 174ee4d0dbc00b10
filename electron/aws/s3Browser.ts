/** Looks through buckets, and brings an object to a file. */
import { createWriteStream } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { AppError } from '../../shared/errors.ts'
import type { S3Listing } from '../../shared/imports.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

/** One page: who has more types more of the prefix. */
const mostEntries = 500

export async function listBuckets({ s3 }: AwsClients): Promise<S3Listing> {
  const { Buckets = [] } = await withAwsErrors(() => s3.send(new ListBucketsCommand({})))
  const buckets = Buckets.flatMap(({ Name }) => Name ?? []).sort()
  return { buckets, prefixes: [], objects: [], isCut: false }
}

/** Folders and objects whose key begins with the prefix. */
export async function listObjects(
  { s3 }: AwsClients,
  bucket: string,
  prefix: string,
): Promise<S3Listing> {
  const answer = await withAwsErrors(() =>
    s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        Delimiter: '/',
        MaxKeys: mostEntries,
      }),
    ),
  )
  const objects = (answer.Contents ?? []).flatMap(({ Key, Size = 0, LastModified }) =>
    Key === undefined || Key.endsWith('/')
      ? []
      : [{ key: Key, sizeBytes: Size, modifiedAtMs: LastModified?.getTime() ?? null }],
  )
  return {
    buckets: [],
    prefixes: (answer.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []),
    objects,
    isCut: answer.IsTruncated ?? false,
  }
}

/**
 * Writes an object to a file.
 *
 * @throws AppError NotFound, AccessDenied, Cancelled, DiskFull
 */
export async function downloadObject(
  { s3 }: AwsClients,
  { bucket, key }: { bucket: string; key: string },
  target: string,
  onRead: (bytes: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { Body, ContentLength = 0 } = await withAwsErrors(() =>
    s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }),
  )
  if (!(Body instanceof Readable)) throw new AppError('NotFound', `${key} has no content`)
  let bytes = 0
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      onRead(bytes, ContentLength)
      done(null, chunk)
    },
  })
  try {
    await pipeline(Body, counting, createWriteStream(target, { mode: 0o600 }), { signal })
  } catch (error) {
    if (signal.aborted) throw new AppError('Cancelled', 'The download was cancelled')
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC'
    if (isFull) throw new AppError('DiskFull', 'The disk is full', { cause: error })
    throw new AppError('NetworkUnavailable', 'The download broke off', {
      cause: error,
      retryable: true,
    })
  }
}
