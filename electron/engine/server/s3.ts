/** S3's REST operations on buckets and objects, path style: `/bucket/key`. */
import { z } from 'zod'
import { modelsBucket } from '../store/modelsBucket.ts'
import { openObject, type ObjectInfo, type StoredObject } from '../store/objects.ts'
import { defaultAlgorithm, typeOfChecksum } from './checksums.ts'
import { decodePath } from './decodePath.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import {
  checksumHeaders,
  compareKeys,
  empty,
  encodeKey,
  methodNotAllowed,
  mostKeys,
  noSuchKey,
  notImplemented,
  pageSize,
  readOnly,
  xml,
} from './s3Answers.ts'
import { readDocument, receiveBody } from './s3Bodies.ts'
import { objectAttributes } from './s3Attributes.ts'
import {
  findObject,
  isBucketName,
  propertiesOf,
  refuseOverwrite,
  requireBucket,
  useObject,
  type S3Context,
} from './s3Context.ts'
import { copyObject } from './s3Copy.ts'
import { listModelObjects } from './s3Models.ts'
import { parseRange } from './s3Range.ts'
import { answerUpload, listUploads, startUpload } from './s3Uploads.ts'
import { ServiceError } from './serviceError.ts'
import type { SignatureScope } from './sigv4.ts'

const longestKeyBytes = 1024

/**
 * Query names that leave a request what it is. Any other one asks for a subresource (`?acl`, `?tagging`, ...): refused,
 * since a PUT of it must not overwrite the object.
 */
const plainBucketQuery = new Set([
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'marker',
  'start-after',
  'continuation-token',
  'encoding-type',
  'fetch-owner',
])
const plainObjectQuery = new Set(['partNumber', 'uploadId', 'max-parts', 'part-number-marker'])

const deleteSchema = z.object({
  Delete: z.object({
    Object: z
      .array(z.object({ Key: z.string().min(1) }))
      .min(1)
      .max(mostKeys),
    Quiet: z.string().optional(),
  }),
})

export async function answerS3(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
): Promise<EngineResponse> {
  const [bucket = '', ...keyParts] = decodePath(request.rawPath).slice(1).split('/')
  const key = keyParts.join('/')
  if (bucket === '') {
    if (request.method === 'GET') return listBuckets(context)
    throw methodNotAllowed()
  }
  if (key === '') return answerBucket(context, request, scope, bucket)
  if (Buffer.byteLength(key) > longestKeyBytes) {
    throw new ServiceError('KeyTooLongError', 'Your key is too long.')
  }
  await requireBucket(context, bucket)
  return answerObject(context, request, scope, bucket, key)
}

async function listBuckets({ objects }: S3Context): Promise<EngineResponse> {
  const buckets = await objects.listBuckets()
  return xml('ListAllMyBucketsResult', {
    Owner: { ID: '0'.repeat(64), DisplayName: 'timbre' },
    Buckets: {
      Bucket: [...buckets, { name: modelsBucket, createdAtMs: 0 }].map((bucket) => ({
        Name: bucket.name,
        CreationDate: new Date(bucket.createdAtMs).toISOString(),
      })),
    },
  })
}

async function answerBucket(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  bucket: string,
): Promise<EngineResponse> {
  const { query, method } = request
  const subresource = subresourceOf(query, plainBucketQuery)
  if (method === 'PUT') {
    if (subresource) throw notImplemented(`PUT ?${subresource}`)
    return createBucket(context, bucket)
  }
  await requireBucket(context, bucket)
  switch (`${method} ${subresource ?? ''}`) {
    case 'HEAD ':
      return empty(200, { 'x-amz-bucket-region': scope.region })
    case 'GET ':
      return listObjects(context, bucket, query)
    case 'GET location':
      // us-east-1 is written as nothing at all.
      return xml('LocationConstraint', scope.region === 'us-east-1' ? '' : scope.region)
    case 'GET uploads':
      return listUploads(context, bucket)
    case 'POST delete':
      if (bucket === modelsBucket) throw readOnly()
      return deleteObjects(context, request, scope, bucket)
    case 'DELETE ':
      if (bucket === modelsBucket) throw readOnly()
      if (!(await context.objects.deleteBucket(bucket))) {
        throw new ServiceError(
          'BucketNotEmpty',
          'The bucket you tried to delete is not empty.',
          409,
        )
      }
      return empty(204)
  }
  throw subresource ? notImplemented(`${method} ?${subresource}`) : methodNotAllowed()
}

function subresourceOf(query: URLSearchParams, plain: ReadonlySet<string>): string | undefined {
  return [...query.keys()].find(
    (name) => !plain.has(name) && name !== 'x-id' && !/^(X-Amz-|response-)/i.test(name),
  )
}

async function createBucket({ objects }: S3Context, bucket: string): Promise<EngineResponse> {
  if (!isBucketName(bucket)) {
    throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.')
  }
  if (bucket === modelsBucket) {
    throw new ServiceError('BucketAlreadyExists', 'The bucket name is not available.', 409)
  }
  // us-east-1 answers 200 to the owner's second request; so do we.
  await objects.createBucket(bucket)
  return empty(200, { location: `/${bucket}` })
}

async function listObjects(
  context: S3Context,
  bucket: string,
  query: URLSearchParams,
): Promise<EngineResponse> {
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const isV2 = query.get('list-type') === '2'
  const limit = pageSize(query.get('max-keys'), 'max-keys')
  const after = isV2
    ? decodeToken(query.get('continuation-token')) || (query.get('start-after') ?? '')
    : (query.get('marker') ?? '')
  const all =
    bucket === modelsBucket
      ? await listModelObjects(context.library, prefix)
      : await context.objects.listObjects(bucket, prefix)
  const { contents, commonPrefixes, next } = pageOfKeys(all, { prefix, delimiter, after, limit })
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (key: string) => key
  return xml('ListBucketResult', {
    Name: bucket,
    Prefix: encode(prefix),
    ...(delimiter ? { Delimiter: encode(delimiter) } : {}),
    ...(query.has('encoding-type') ? { EncodingType: 'url' } : {}),
    MaxKeys: limit,
    IsTruncated: next !== null,
    ...(isV2
      ? {
          KeyCount: contents.length + commonPrefixes.length,
          ...(next === null ? {} : { NextContinuationToken: encodeToken(next) }),
          ...(query.has('continuation-token')
            ? { ContinuationToken: query.get('continuation-token') }
            : {}),
          ...(query.has('start-after') ? { StartAfter: query.get('start-after') } : {}),
        }
      : { Marker: encode(after), ...(next === null ? {} : { NextMarker: encode(next) }) }),
    Contents: contents.map((object) => ({
      Key: encode(object.key),
      LastModified: new Date(object.modifiedAtMs).toISOString(),
      ETag: `"${object.etag}"`,
      ...checksumAlgorithmOf(object),
      Size: object.sizeBytes,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: commonPrefixes.map((entry) => ({ Prefix: encode(entry) })),
  })
}

function checksumAlgorithmOf({ checksums }: ObjectInfo): Record<string, string> {
  const [found] = Object.entries(checksums)
  if (!found) return {}
  return { ChecksumAlgorithm: found[0].toUpperCase(), ChecksumType: typeOfChecksum(found[1]) }
}

/** `next` is the last entry of this page, null when the list is complete. */
function pageOfKeys(
  all: readonly ObjectInfo[],
  options: { prefix: string; delimiter: string; after: string; limit: number },
): { contents: ObjectInfo[]; commonPrefixes: string[]; next: string | null } {
  const { prefix, delimiter, after, limit } = options
  const contents: ObjectInfo[] = []
  const commonPrefixes: string[] = []
  let last = ''
  if (limit === 0) return { contents, commonPrefixes, next: null }
  for (const object of all) {
    const cut = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length)
    const entry = cut < 0 ? object.key : object.key.slice(0, cut + delimiter.length)
    if (compareKeys(entry, after) <= 0 || commonPrefixes.at(-1) === entry) continue
    if (contents.length + commonPrefixes.length >= limit) {
      return { contents, commonPrefixes, next: last }
    }
    if (cut < 0) contents.push(object)
    else commonPrefixes.push(entry)
    last = entry
  }
  return { contents, commonPrefixes, next: null }
}

async function deleteObjects(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  bucket: string,
): Promise<EngineResponse> {
  const parsed = await readDocument(request, scope, deleteSchema)
  const keys = parsed.Delete.Object.map((object) => object.Key)
  for (const key of keys) await context.objects.deleteObject(bucket, key)
  return xml('DeleteResult', {
    Deleted: parsed.Delete.Quiet?.trim() === 'true' ? [] : keys.map((Key) => ({ Key })),
  })
}

async function answerObject(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  bucket: string,
  key: string,
): Promise<EngineResponse> {
  const { method, query } = request
  if (bucket === modelsBucket && method !== 'GET' && method !== 'HEAD') throw readOnly()
  const subresource = subresourceOf(query, plainObjectQuery)
  if (method === 'POST' && subresource === 'uploads') {
    return startUpload(context, request, bucket, key)
  }
  if (method === 'GET' && subresource === 'attributes') {
    const object = await findObject(context, bucket, key)
    if (!object) throw noSuchKey(method)
    return objectAttributes(request, object)
  }
  if (subresource) throw notImplemented(`${method} ?${subresource}`)
  const uploadId = query.get('uploadId')
  if (uploadId !== null) return answerUpload(context, request, scope, { bucket, key, uploadId })
  switch (method) {
    case 'GET':
    case 'HEAD':
      return useObject(context, { bucket, key, method }, (object) => sendObject(request, object))
    case 'PUT':
      return request.headers['x-amz-copy-source'] === undefined
        ? putObject(context, request, scope, bucket, key)
        : copyObject(context, request, bucket, key)
    case 'DELETE':
      await context.objects.deleteObject(bucket, key)
      return empty(204)
    default:
      throw methodNotAllowed()
  }
}

async function putObject(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  bucket: string,
  key: string,
): Promise<EngineResponse> {
  await refuseOverwrite(context, request, bucket, key)
  const body = await receiveBody(context, request, scope, (declared) =>
    declared === null ? [defaultAlgorithm] : [],
  )
  const { received, declared } = body
  const algorithm = declared ?? defaultAlgorithm
  const checksums = { [algorithm]: body.checksums[algorithm] ?? '' }
  try {
    // Once more: another upload may have ended while this one came in.
    await refuseOverwrite(context, request, bucket, key)
    const info = await context.objects.keepObject(bucket, key, received, {
      ...propertiesOf(request),
      checksums,
    })
    return empty(200, { etag: `"${info.etag}"`, ...checksumHeaders(checksums) })
  } catch (error) {
    await context.objects.discard(received)
    throw error
  }
}

/** Null when the object's file is gone already. */
async function sendObject(
  request: EngineRequest,
  object: StoredObject,
): Promise<EngineResponse | null> {
  const etag = `"${object.etag}"`
  const matches = (header: string | undefined) =>
    header?.split(',').some((tag) => tag.trim() === etag || tag.trim() === '*')
  if (matches(request.headers['if-match']) === false) {
    throw new ServiceError('PreconditionFailed', 'The ETag differs.', 412)
  }
  if (matches(request.headers['if-none-match'])) return empty(304, { etag })
  const range = parseRange(request.headers['range'], object.sizeBytes)
  const size = range ? range.end - range.start + 1 : object.sizeBytes
  const isBare = request.method === 'HEAD' || size === 0
  const body = isBare ? null : await openObject(object, range)
  if (!isBare && body === null) return null
  return {
    status: range ? 206 : 200,
    headers: {
      'content-type': object.contentType,
      'content-length': String(size),
      'last-modified': new Date(object.modifiedAtMs).toUTCString(),
      'accept-ranges': 'bytes',
      etag,
      ...(range
        ? { 'content-range': `bytes ${range.start}-${range.end}/${object.sizeBytes}` }
        : request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED'
          ? checksumHeaders(object.checksums)
          : {}),
      ...Object.fromEntries(
        Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
      ),
    },
    body,
  }
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function decodeToken(token: string | null): string {
  return token === null ? '' : Buffer.from(token, 'base64url').toString('utf8')
}
