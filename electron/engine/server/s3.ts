/** S3's REST operations on the object store, path style: `/bucket/key`. */
import { readdir, stat } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { modelsBucket, modelVersion } from '../store/modelsBucket.ts'
import { multipartEtag, type MultipartUploads } from '../store/multipartUploads.ts'
import {
  readObject,
  type NewObject,
  type ObjectInfo,
  type ObjectStore,
  type ReceivedBytes,
  type StoredObject,
} from '../store/objects.ts'
import { decodeAwsChunked } from './awsChunked.ts'
import { createChecksums, declaredChecksums, verifyChecksums } from './checksums.ts'
import { readBody, type EngineRequest, type EngineResponse } from './exchange.ts'
import { ServiceError } from './serviceError.ts'
import { sha256Hex, type SignatureScope } from './sigv4.ts'
import { xmlDocument } from './xml.ts'

export interface S3Context {
  readonly objects: ObjectStore
  readonly uploads: MultipartUploads
  readonly modelsDirectory: string
}

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
const largestDocument = 2 * 1024 * 1024
const mostKeys = 1000

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
  if (Buffer.byteLength(key) > 1024) {
    throw new ServiceError('KeyTooLongError', 'Your key is too long.')
  }
  await requireBucket(context, bucket)
  return bucket === modelsBucket
    ? answerModelObject(context, request, key)
    : answerObject(context, request, scope, bucket, key)
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
  if (method === 'PUT' && [...query.keys()].every((name) => name === 'x-id')) {
    return createBucket(context, bucket)
  }
  await requireBucket(context, bucket)
  if (method === 'HEAD') return empty(200, { 'x-amz-bucket-region': scope.region })
  if (method === 'GET' && query.has('location')) {
    // us-east-1 is written as nothing at all.
    return xml('LocationConstraint', scope.region === 'us-east-1' ? '' : scope.region)
  }
  if (method === 'GET' && query.has('uploads')) return listUploads(context, bucket)
  if (method === 'GET') return listObjects(context, bucket, query)
  if (method === 'POST' && query.has('delete')) {
    return deleteObjects(context, bucket, await readContent(request, scope))
  }
  if (method === 'DELETE' && query.size <= 1) {
    if (bucket === modelsBucket) throw readOnly()
    if (!(await context.objects.deleteBucket(bucket))) {
      throw new ServiceError('BucketNotEmpty', 'The bucket you tried to delete is not empty.', 409)
    }
    return empty(204)
  }
  throw methodNotAllowed()
}

async function createBucket({ objects }: S3Context, bucket: string): Promise<EngineResponse> {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
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
  const limit = Math.min(Math.max(Number(query.get('max-keys') ?? mostKeys), 0), mostKeys)
  if (!Number.isInteger(limit)) {
    throw new ServiceError('InvalidArgument', 'max-keys must be an integer.')
  }
  const after = isV2
    ? decodeToken(query.get('continuation-token')) || (query.get('start-after') ?? '')
    : (query.get('marker') ?? '')
  const all =
    bucket === modelsBucket
      ? await listModelObjects(context.modelsDirectory, prefix)
      : await context.objects.listObjects(bucket, prefix)

  const contents: ObjectInfo[] = []
  const commonPrefixes: string[] = []
  let last = ''
  let truncated = false
  for (const object of all) {
    const cut = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length)
    const entry = cut < 0 ? object.key : object.key.slice(0, cut + delimiter.length)
    if (compareKeys(entry, after) <= 0 || commonPrefixes.at(-1) === entry) continue
    if (contents.length + commonPrefixes.length >= limit) {
      truncated = true
      break
    }
    if (cut < 0) contents.push(object)
    else commonPrefixes.push(entry)
    last = entry
  }
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (key: string) => key
  return xml('ListBucketResult', {
    Name: bucket,
    Prefix: encode(prefix),
    ...(delimiter ? { Delimiter: encode(delimiter) } : {}),
    ...(query.has('encoding-type') ? { EncodingType: 'url' } : {}),
    MaxKeys: limit,
    IsTruncated: truncated,
    ...(isV2
      ? {
          KeyCount: contents.length + commonPrefixes.length,
          ...(truncated ? { NextContinuationToken: encodeToken(last) } : {}),
          ...(query.has('continuation-token')
            ? { ContinuationToken: query.get('continuation-token') }
            : {}),
          ...(query.has('start-after') ? { StartAfter: query.get('start-after') } : {}),
        }
      : { Marker: encode(after), ...(truncated ? { NextMarker: encode(last) } : {}) }),
    Contents: contents.map((object) => ({
      Key: encode(object.key),
      LastModified: new Date(object.modifiedAtMs).toISOString(),
      ETag: `"${object.etag}"`,
      Size: object.sizeBytes,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: commonPrefixes.map((entry) => ({ Prefix: encode(entry) })),
  })
}

async function deleteObjects(
  context: S3Context,
  bucket: string,
  content: Buffer,
): Promise<EngineResponse> {
  if (bucket === modelsBucket) throw readOnly()
  const parsed = parseXml(
    content,
    z.object({
      Delete: z.object({
        Object: z.array(z.object({ Key: z.coerce.string() })).max(mostKeys),
        Quiet: z.coerce.string().optional(),
      }),
    }),
  )
  const keys = parsed.Delete.Object.map((object) => object.Key)
  for (const key of keys) await context.objects.deleteObject(bucket, key)
  return xml('DeleteResult', {
    Deleted: parsed.Delete.Quiet === 'true' ? [] : keys.map((Key) => ({ Key })),
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
  const uploadId = query.get('uploadId')
  if (method === 'POST' && query.has('uploads')) {
    const upload = await context.uploads.start(bucket, key, propertiesOf(request))
    return xml('InitiateMultipartUploadResult', {
      Bucket: bucket,
      Key: key,
      UploadId: upload.uploadId,
    })
  }
  if (uploadId !== null) return answerUpload(context, request, scope, bucket, key, uploadId)
  if (method === 'GET' || method === 'HEAD') {
    const info = await context.objects.findObject(bucket, key)
    if (!info) throw noSuchKey(method)
    return sendObject(request, info, (range) => context.objects.readObject(bucket, key, range))
  }
  if (method === 'PUT' && request.headers['x-amz-copy-source']) {
    return copyObject(context, request, bucket, key)
  }
  if (method === 'PUT') return putObject(context, request, scope, bucket, key)
  if (method === 'DELETE') {
    await context.objects.deleteObject(bucket, key)
    return empty(204)
  }
  throw methodNotAllowed()
}

async function putObject(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  bucket: string,
  key: string,
): Promise<EngineResponse> {
  await refuseOverwrite(context, request, bucket, key)
  const { received, checksums } = await receiveBody(context, request, scope)
  try {
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

async function copyObject(
  context: S3Context,
  request: EngineRequest,
  bucket: string,
  key: string,
): Promise<EngineResponse> {
  const source = decodePath(`/${(request.headers['x-amz-copy-source'] ?? '').replace(/^\//, '')}`)
  const [sourceBucket = '', ...rest] = source.slice(1).split('?')[0]?.split('/') ?? []
  const sourceKey = rest.join('/')
  await requireBucket(context, sourceBucket)
  const info = await context.objects.findObject(sourceBucket, sourceKey)
  if (!info) throw noSuchKey('GET')
  const received = await context.objects.receive(
    context.objects.readObject(sourceBucket, sourceKey),
  )
  const replace = request.headers['x-amz-metadata-directive'] === 'REPLACE'
  const copy = await context.objects.keepObject(
    bucket,
    key,
    received,
    replace ? propertiesOf(request) : { contentType: info.contentType, metadata: info.metadata },
  )
  return xml('CopyObjectResult', {
    ETag: `"${copy.etag}"`,
    LastModified: new Date(copy.modifiedAtMs).toISOString(),
  })
}

async function answerUpload(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  bucket: string,
  key: string,
  uploadId: string,
): Promise<EngineResponse> {
  const upload = await context.uploads.find(uploadId)
  if (!upload || upload.bucket !== bucket || upload.key !== key) {
    throw new ServiceError('NoSuchUpload', 'The specified multipart upload does not exist.', 404)
  }
  if (request.method === 'DELETE') {
    await context.uploads.remove(uploadId)
    return empty(204)
  }
  if (request.method === 'PUT') {
    const partNumber = Number(request.query.get('partNumber'))
    if (!(Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= 10_000)) {
      throw new ServiceError('InvalidArgument', 'Part number must be between 1 and 10000.')
    }
    const { received, checksums } = await receiveBody(context, request, scope)
    const part = await context.uploads.keepPart(uploadId, partNumber, received)
    return empty(200, { etag: `"${part.etag}"`, ...checksumHeaders(checksums) })
  }
  const parts = await context.uploads.parts(uploadId)
  if (request.method === 'GET') {
    const after = Number(request.query.get('part-number-marker') ?? 0)
    const limit = Math.min(Number(request.query.get('max-parts') ?? mostKeys), mostKeys)
    const page = parts.filter((part) => part.partNumber > after)
    return xml('ListPartsResult', {
      Bucket: bucket,
      Key: key,
      UploadId: uploadId,
      PartNumberMarker: after,
      NextPartNumberMarker: page.slice(0, limit).at(-1)?.partNumber ?? 0,
      MaxParts: limit,
      IsTruncated: page.length > limit,
      Part: page.slice(0, limit).map((part) => ({
        PartNumber: part.partNumber,
        LastModified: new Date(part.modifiedAtMs).toISOString(),
        ETag: `"${part.etag}"`,
        Size: part.sizeBytes,
      })),
    })
  }
  if (request.method !== 'POST') throw methodNotAllowed()
  const wanted = parseXml(
    await readContent(request, scope),
    z.object({
      CompleteMultipartUpload: z.object({
        Part: z.array(z.object({ PartNumber: z.coerce.number(), ETag: z.coerce.string() })).min(1),
      }),
    }),
  ).CompleteMultipartUpload.Part
  let previous = 0
  for (const { PartNumber, ETag } of wanted) {
    if (PartNumber <= previous) {
      throw new ServiceError('InvalidPartOrder', 'The parts are not in ascending order.')
    }
    previous = PartNumber
    const part = parts.find((candidate) => candidate.partNumber === PartNumber)
    if (!part || part.etag !== ETag.replaceAll('"', '')) {
      throw new ServiceError('InvalidPart', 'One or more of the specified parts is not found.')
    }
    const isLast = PartNumber === wanted.at(-1)?.PartNumber
    if (!isLast && part.sizeBytes < 5 * 1024 * 1024) {
      throw new ServiceError('EntityTooSmall', 'A part is smaller than the minimum allowed size.')
    }
  }
  await refuseOverwrite(context, request, bucket, key)
  const numbers = wanted.map((part) => part.PartNumber)
  const received = await context.objects.receive(context.uploads.readParts(uploadId, numbers))
  const etag = multipartEtag(wanted.map((part) => part.ETag.replaceAll('"', '')))
  await context.objects.keepObject(bucket, key, received, { ...upload, etag })
  await context.uploads.remove(uploadId)
  return xml('CompleteMultipartUploadResult', {
    Location: `/${bucket}/${encodeKey(key)}`,
    Bucket: bucket,
    Key: key,
    ETag: `"${etag}"`,
  })
}

async function listUploads(context: S3Context, bucket: string): Promise<EngineResponse> {
  const uploads = await context.uploads.list(bucket)
  return xml('ListMultipartUploadsResult', {
    Bucket: bucket,
    MaxUploads: mostKeys,
    IsTruncated: false,
    Upload: uploads.map((upload) => ({
      Key: upload.key,
      UploadId: upload.uploadId,
      Initiated: new Date(upload.startedAtMs).toISOString(),
      StorageClass: 'STANDARD',
    })),
  })
}

async function answerModelObject(
  context: S3Context,
  request: EngineRequest,
  key: string,
): Promise<EngineResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw readOnly()
  const info = (await listModelObjects(context.modelsDirectory, key)).find(
    (candidate) => candidate.key === key,
  )
  if (!info) throw noSuchKey(request.method)
  const [id = '', , file = ''] = key.split('/')
  return sendObject(request, info, (range) =>
    createReadStream(path.join(context.modelsDirectory, id, file), range),
  )
}

async function listModelObjects(directory: string, prefix: string): Promise<ObjectInfo[]> {
  const models = (await readdir(directory, { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  )
  const nested = await Promise.all(
    models.map(async ({ name }) => {
      const files = await readdir(path.join(directory, name))
      return Promise.all(
        files.map(async (file) => {
          const found = await stat(path.join(directory, name, file))
          return {
            key: `${name}/${modelVersion}/${file}`,
            sizeBytes: found.size,
            etag: sha256Hex(`${name}/${file}/${found.size}/${found.mtimeMs}`).slice(0, 32),
            modifiedAtMs: found.mtimeMs,
            contentType: 'application/octet-stream',
            metadata: {},
            checksums: {},
          }
        }),
      )
    }),
  )
  return nested
    .flat()
    .filter((info) => info.key.startsWith(prefix))
    .sort((a, b) => compareKeys(a.key, b.key))
}

function sendObject(
  request: EngineRequest,
  info: ObjectInfo,
  read: (range: { start: number; end: number } | undefined) => AsyncIterable<Uint8Array>,
): EngineResponse {
  const etag = `"${info.etag}"`
  if (request.headers['if-match'] && request.headers['if-match'] !== etag) {
    throw new ServiceError('PreconditionFailed', 'The ETag differs.', 412)
  }
  if (request.headers['if-none-match'] === etag) return empty(304, { etag })
  const range = parseRange(request.headers['range'], info.sizeBytes)
  const size = range ? range.end - range.start + 1 : info.sizeBytes
  return {
    status: range ? 206 : 200,
    headers: {
      'content-type': info.contentType,
      'content-length': String(size),
      'last-modified': new Date(info.modifiedAtMs).toUTCString(),
      'accept-ranges': 'bytes',
      etag,
      ...(range
        ? { 'content-range': `bytes ${range.start}-${range.end}/${info.sizeBytes}` }
        : checksumHeaders(info.checksums)),
      ...Object.fromEntries(
        Object.entries(info.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
      ),
    },
    body: request.method === 'HEAD' || size === 0 ? null : read(range),
  }
}

function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  const start = match[1] === '' ? Math.max(size - Number(match[2]), 0) : Number(match[1])
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)
  if (start > end) {
    throw new ServiceError('InvalidRange', 'The requested range is not satisfiable.', 416)
  }
  return { start, end }
}

/** Receives a body into a temporary file, takes off its framing, and holds it against every checksum sent with it. */
async function receiveBody(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
): Promise<{ received: ReceivedBytes; checksums: Record<string, string> }> {
  const trailers = new Map<string, string>()
  const chunked = scope.payloadHash.startsWith('STREAMING-')
  const trailerNames = (request.headers['x-amz-trailer'] ?? '').split(',')
  const computed = createChecksums([
    ...Object.keys(declaredChecksums(request.headers)),
    ...trailerNames.map((name) => name.trim().toLowerCase().replace('x-amz-checksum-', '')),
    ...(chunked || scope.payloadHash === 'UNSIGNED-PAYLOAD' ? [] : ['sha256']),
  ])
  const received = await context.objects.receive(
    chunked ? decodeAwsChunked(request.body, scope, trailers) : request.body,
    (chunk) => computed.update(chunk),
  )
  try {
    const expectedLength =
      request.headers['x-amz-decoded-content-length'] ??
      (chunked ? undefined : request.headers['content-length'])
    if (expectedLength !== undefined && Number(expectedLength) !== received.sizeBytes) {
      throw new ServiceError('IncompleteBody', 'The body is shorter or longer than announced.')
    }
    const declared = {
      ...declaredChecksums(request.headers),
      ...declaredChecksums(Object.fromEntries(trailers)),
    }
    const digests = computed.digests()
    verifyChecksums(declared, digests)
    if (!chunked && /^[0-9a-f]{64}$/.test(scope.payloadHash)) {
      const actual = Buffer.from(digests['sha256'] ?? '', 'base64').toString('hex')
      if (actual !== scope.payloadHash) {
        throw new ServiceError('XAmzContentSHA256Mismatch', 'The body is not what was signed.')
      }
    }
    const md5 = request.headers['content-md5']
    if (md5 && Buffer.from(md5, 'base64').toString('hex') !== received.md5) {
      throw new ServiceError('BadDigest', 'The Content-MD5 you specified did not match.')
    }
    return { received, checksums: declared }
  } catch (error) {
    await context.objects.discard(received)
    throw error
  }
}

/** A small body (XML) in memory, checked against the hash that was signed. */
async function readContent(request: EngineRequest, scope: SignatureScope): Promise<Buffer> {
  const trailers = new Map<string, string>()
  const content = await readBody(
    scope.payloadHash.startsWith('STREAMING-')
      ? decodeAwsChunked(request.body, scope, trailers)
      : request.body,
    largestDocument,
  ).catch((error: unknown) => {
    if (error instanceof RangeError) {
      throw new ServiceError('EntityTooLarge', 'The document is too large.', 400, { cause: error })
    }
    throw error
  })
  if (/^[0-9a-f]{64}$/.test(scope.payloadHash) && sha256Hex(content) !== scope.payloadHash) {
    throw new ServiceError('XAmzContentSHA256Mismatch', 'The body is not what was signed.')
  }
  return content
}

function parseXml<T extends z.ZodType>(content: Buffer, schema: T): z.output<T> {
  const parser = new XMLParser({
    parseTagValue: false,
    processEntities: true,
    isArray: (name) => name === 'Object' || name === 'Part',
  })
  try {
    return schema.parse(parser.parse(content.toString('utf8')))
  } catch (error) {
    throw new ServiceError('MalformedXML', 'The XML you provided was not well-formed.', 400, {
      cause: error,
    })
  }
}

async function refuseOverwrite(
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

async function requireBucket({ objects }: S3Context, bucket: string): Promise<void> {
  if (bucket === modelsBucket) return
  // Checked before the name becomes part of a path.
  const valid = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes('..')
  if (!valid || !(await objects.hasBucket(bucket))) {
    throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404)
  }
}

function propertiesOf(request: EngineRequest): NewObject {
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith('x-amz-meta-') && value !== undefined) {
      metadata[name.slice('x-amz-meta-'.length)] = value
    }
  }
  return { contentType: request.headers['content-type'] ?? 'binary/octet-stream', metadata }
}

function checksumHeaders(checksums: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]),
  )
}

function decodePath(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath)
  } catch (error) {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.", 400, { cause: error })
  }
}

function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function decodeToken(token: string | null): string {
  return token === null ? '' : Buffer.from(token, 'base64url').toString('utf8')
}

function noSuchKey(method: string): ServiceError {
  // A HEAD answer has no body, so its error is named by the status alone.
  return new ServiceError(
    method === 'HEAD' ? 'NotFound' : 'NoSuchKey',
    'The specified key does not exist.',
    404,
  )
}

function methodNotAllowed(): ServiceError {
  return new ServiceError('MethodNotAllowed', 'The method is not allowed here.', 405)
}

function readOnly(): ServiceError {
  return new ServiceError('AccessDenied', 'The base models are read-only.', 403)
}

function xml(name: string, content: unknown): EngineResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument(name, content, namespace),
  }
}

function empty(status: number, headers: Record<string, string> = {}): EngineResponse {
  return {
    status,
    headers: status === 204 ? headers : { 'content-length': '0', ...headers },
    body: null,
  }
}
