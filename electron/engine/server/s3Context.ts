/** What S3's operations work on, and the checks that they share. */
import type { ModelLibrary } from '../store/modelLibrary.ts'
import { modelsBucket } from '../store/modelsBucket.ts'
import type { MultipartUploads } from '../store/multipartUploads.ts'
import type { NewObject, ObjectStore, StoredObject } from '../store/objects.ts'
import type { EngineRequest } from './exchange.ts'
import { noSuchBucket, noSuchKey } from './s3Answers.ts'
import { findModelObject } from './s3Models.ts'
import { ServiceError } from './serviceError.ts'

export interface S3Context {
  readonly objects: ObjectStore
  readonly uploads: MultipartUploads
  readonly library: ModelLibrary
}

/** Also what may become part of a path. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..')
}

/** @throws ServiceError NoSuchBucket */
export async function requireBucket({ objects }: S3Context, bucket: string): Promise<void> {
  if (bucket === modelsBucket) return
  if (!isBucketName(bucket) || !(await objects.hasBucket(bucket))) {
    throw noSuchBucket()
  }
}

/** Finds an object of either kind of bucket, which must exist. */
export function findObject(
  context: S3Context,
  bucket: string,
  key: string,
): Promise<StoredObject | null> {
  return bucket === modelsBucket
    ? findModelObject(context.library, key)
    : context.objects.findObject(bucket, key)
}

/** In one request's time; nobody overwrites that fast. */
const mostOverwrites = 20

/**
 * Uses an object that others may overwrite between its look-up and the opening of its file: then it is looked up again.
 * @param use null when the file was gone
 * @throws ServiceError NoSuchKey
 */
export async function useObject<T>(
  context: S3Context,
  { bucket, key, method }: { readonly bucket: string; readonly key: string; method: string },
  use: (object: StoredObject) => Promise<T | null>,
): Promise<T> {
  for (let attempt = 0; attempt <= mostOverwrites; attempt += 1) {
    const object = await findObject(context, bucket, key)
    const used = object && (await use(object))
    if (!object) break
    if (used !== null) return used
  }
  throw noSuchKey(method)
}

/** @throws ServiceError PreconditionFailed for `If-None-Match: *` on a key that is taken */
export async function refuseOverwrite(
  { objects }: S3Context,
  request: EngineRequest,
  bucket: string,
  key: string,
): Promise<void> {
  if (request.headers['if-none-match'] !== '*') return
  if (await objects.findObject(bucket, key)) {
    throw new ServiceError('PreconditionFailed', 'The object exists already.', 412)
  }
}

export function propertiesOf(request: EngineRequest): NewObject {
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith('x-amz-meta-') && value !== undefined) {
      metadata[name.slice('x-amz-meta-'.length)] = value
    }
  }
  return { contentType: request.headers['content-type'] ?? 'binary/octet-stream', metadata }
}
