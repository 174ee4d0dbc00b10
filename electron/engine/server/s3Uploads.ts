/** Multipart uploads: start, parts, list, complete, abort. */
import { z } from 'zod'
import { multipartEtag } from '../store/multipartUploads.ts'
import { readObject } from '../store/objects.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import {
  checksumHeaders,
  empty,
  encodeKey,
  methodNotAllowed,
  mostKeys,
  noSuchKey,
  pageSize,
  xml,
} from './s3Answers.ts'
import { readDocument, receiveBody } from './s3Bodies.ts'
import { propertiesOf, refuseOverwrite, type S3Context } from './s3Context.ts'
import { findCopySource } from './s3Copy.ts'
import { parseRange } from './s3Range.ts'
import { ServiceError } from './serviceError.ts'
import type { SignatureScope } from './sigv4.ts'

/** All parts but the last. */
const smallestPart = 5 * 1024 * 1024

const completeSchema = z.object({
  CompleteMultipartUpload: z.object({
    Part: z.array(z.object({ PartNumber: z.coerce.number(), ETag: z.string() })).min(1),
  }),
})

export async function startUpload(
  context: S3Context,
  request: EngineRequest,
  bucket: string,
  key: string,
): Promise<EngineResponse> {
  const upload = await context.uploads.start(bucket, key, propertiesOf(request))
  return xml('InitiateMultipartUploadResult', {
    Bucket: bucket,
    Key: key,
    UploadId: upload.uploadId,
  })
}

export async function listUploads(context: S3Context, bucket: string): Promise<EngineResponse> {
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

export async function answerUpload(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  target: { readonly bucket: string; readonly key: string; readonly uploadId: string },
): Promise<EngineResponse> {
  const upload = await context.uploads.find(target.uploadId)
  if (!upload || upload.bucket !== target.bucket || upload.key !== target.key) {
    throw new ServiceError('NoSuchUpload', 'The specified multipart upload does not exist.', 404)
  }
  switch (request.method) {
    case 'DELETE':
      await context.uploads.remove(target.uploadId)
      return empty(204)
    case 'PUT':
      return uploadPart(context, request, scope, target.uploadId)
    case 'GET':
      return listParts(context, request, target)
    case 'POST':
      return completeUpload(context, request, scope, target)
    default:
      throw methodNotAllowed()
  }
}

async function uploadPart(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  uploadId: string,
): Promise<EngineResponse> {
  const partNumber = Number(request.query.get('partNumber'))
  if (!(Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= 10_000)) {
    throw new ServiceError('InvalidArgument', 'Part number must be between 1 and 10000.')
  }
  const copied = request.headers['x-amz-copy-source']
  if (copied !== undefined) {
    const source = await findCopySource(context, copied)
    const range = parseRange(request.headers['x-amz-copy-source-range'], source.sizeBytes)
    const received = await context.objects.receive(readObject(source, range))
    const part = await context.uploads.keepPart(uploadId, partNumber, received)
    return xml('CopyPartResult', {
      ETag: `"${part.etag}"`,
      LastModified: new Date(part.modifiedAtMs).toISOString(),
    })
  }
  const { received, checksums } = await receiveBody(context, request, scope)
  const part = await context.uploads.keepPart(uploadId, partNumber, received)
  return empty(200, { etag: `"${part.etag}"`, ...checksumHeaders(checksums) })
}

async function listParts(
  context: S3Context,
  request: EngineRequest,
  { bucket, key, uploadId }: { bucket: string; key: string; uploadId: string },
): Promise<EngineResponse> {
  const after = pageSize(request.query.get('part-number-marker') ?? '0', 'part-number-marker', 1e9)
  const limit = pageSize(request.query.get('max-parts'), 'max-parts')
  const rest = (await context.uploads.parts(uploadId)).filter((part) => part.partNumber > after)
  const page = rest.slice(0, limit)
  return xml('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
    MaxParts: limit,
    IsTruncated: rest.length > limit,
    Part: page.map((part) => ({
      PartNumber: part.partNumber,
      LastModified: new Date(part.modifiedAtMs).toISOString(),
      ETag: `"${part.etag}"`,
      Size: part.sizeBytes,
    })),
  })
}

async function completeUpload(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  { bucket, key, uploadId }: { bucket: string; key: string; uploadId: string },
): Promise<EngineResponse> {
  const document = await readDocument(request, scope, completeSchema)
  const wanted = document.CompleteMultipartUpload.Part.map((part) => ({
    partNumber: part.PartNumber,
    etag: part.ETag.trim().replaceAll('"', ''),
  }))
  const parts = await context.uploads.parts(uploadId)
  for (const [index, { partNumber, etag }] of wanted.entries()) {
    if (partNumber <= (wanted[index - 1]?.partNumber ?? 0)) {
      throw new ServiceError('InvalidPartOrder', 'The parts are not in ascending order.')
    }
    const part = parts.find((known) => known.partNumber === partNumber)
    if (!part || part.etag !== etag) {
      throw new ServiceError('InvalidPart', 'One or more of the specified parts is not found.')
    }
    if (index < wanted.length - 1 && part.sizeBytes < smallestPart) {
      throw new ServiceError('EntityTooSmall', 'A part is smaller than the minimum allowed size.')
    }
  }
  await refuseOverwrite(context, request, bucket, key)
  const upload = await context.uploads.find(uploadId)
  if (!upload) throw noSuchKey(request.method) // aborted meanwhile
  const numbers = wanted.map((part) => part.partNumber)
  const received = await context.objects.receive(context.uploads.readParts(uploadId, numbers))
  const etag = multipartEtag(wanted.map((part) => part.etag))
  const { contentType, metadata } = upload
  await context.objects.keepObject(bucket, key, received, { contentType, metadata, etag })
  await context.uploads.remove(uploadId)
  return xml('CompleteMultipartUploadResult', {
    Location: `/${bucket}/${encodeKey(key)}`,
    Bucket: bucket,
    Key: key,
    ETag: `"${etag}"`,
  })
}
