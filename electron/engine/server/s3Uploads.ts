/** Multipart uploads: start, parts, list, complete, abort. */
import type { PartInfo, UploadInfo } from '../store/multipartUploads.ts'
import { isMissing, type ReceivedBytes } from '../store/objects.ts'
import { algorithmOf, checksumTypeFor, createChecksums, defaultAlgorithm } from './checksums.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import {
  checksumMembers,
  empty,
  methodNotAllowed,
  mostKeys,
  noSuchUpload,
  pageSize,
  xml,
} from './s3Answers.ts'
import { receiveBody } from './s3Bodies.ts'
import { completeUpload } from './s3CompleteUpload.ts'
import { propertiesOf, type S3Context } from './s3Context.ts'
import { openCopySource } from './s3Copy.ts'
import { parseRange } from './s3Range.ts'
import { ServiceError } from './serviceError.ts'
import type { SignatureScope } from './sigv4.ts'

export async function startUpload(
  context: S3Context,
  request: EngineRequest,
  bucket: string,
  key: string,
): Promise<EngineResponse> {
  const asked = request.headers['x-amz-checksum-algorithm']
  const algorithm = algorithmOf(asked ?? defaultAlgorithm)
  const type = checksumTypeFor(algorithm, request.headers['x-amz-checksum-type'])
  const upload = await context.uploads.start(bucket, key, {
    ...propertiesOf(request),
    checksum: { algorithm, type, isAsked: asked !== undefined },
  })
  const answer = xml('InitiateMultipartUploadResult', {
    Bucket: bucket,
    Key: key,
    UploadId: upload.uploadId,
  })
  if (asked === undefined) return answer
  const headers = {
    'x-amz-checksum-algorithm': algorithm.toUpperCase(),
    'x-amz-checksum-type': type,
  }
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

function checksumOf({ checksum }: UploadInfo): Record<string, string> {
  if (!checksum?.isAsked) return {}
  return { ChecksumAlgorithm: checksum.algorithm.toUpperCase(), ChecksumType: checksum.type }
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
      ...checksumOf(upload),
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
    throw noSuchUpload()
  }
  try {
    return await answerKnownUpload(context, request, scope, upload)
  } catch (error) {
    // Ended or aborted by another request meanwhile: its files are gone.
    if (isMissing(error) && !(await context.uploads.find(upload.uploadId))) throw noSuchUpload()
    throw error
  }
}

function answerKnownUpload(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  upload: UploadInfo,
): Promise<EngineResponse> {
  switch (request.method) {
    case 'DELETE':
      return context.uploads.remove(upload.uploadId).then(() => empty(204))
    case 'PUT':
      return uploadPart(context, request, scope, upload)
    case 'GET':
      return listParts(context, request, upload)
    case 'POST':
      return completeUpload(context, request, scope, upload)
    default:
      throw methodNotAllowed()
  }
}

async function uploadPart(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  { uploadId, checksum }: UploadInfo,
): Promise<EngineResponse> {
  const partNumber = Number(request.query.get('partNumber'))
  if (!(Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= 10_000)) {
    throw new ServiceError('InvalidArgument', 'Part number must be between 1 and 10000.')
  }
  const algorithm = algorithmOf(checksum?.algorithm ?? defaultAlgorithm)
  const copied = request.headers['x-amz-copy-source']
  if (copied !== undefined) {
    const { body } = await openCopySource(context, copied, (source) =>
      parseRange(request.headers['x-amz-copy-source-range'], source.sizeBytes),
    )
    const computed = createChecksums([algorithm])
    const received = await context.objects.receive(body, (chunk) => computed.update(chunk))
    const digests = computed.digests()
    const part = await keepPart(context, uploadId, partNumber, received, digests[algorithm])
    return xml('CopyPartResult', {
      ETag: `"${part.etag}"`,
      LastModified: new Date(part.modifiedAtMs).toISOString(),
      ...(checksum?.isAsked ? checksumMembers(digests) : {}),
    })
  }
  const { received, declared, checksums } = await receiveBody(context, request, scope, () => [
    algorithm,
  ])
  const lacksOne = declared === null && checksum?.type === 'COMPOSITE'
  if (checksum?.isAsked && (lacksOne || (declared !== null && declared !== algorithm))) {
    await context.objects.discard(received)
    throw new ServiceError(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}, actual checksum Type: ${String(declared)}`,
    )
  }
  const part = await keepPart(context, uploadId, partNumber, received, checksums[algorithm])
  const shown = declared ?? algorithm
  return empty(200, {
    etag: `"${part.etag}"`,
    [`x-amz-checksum-${shown}`]: checksums[shown] ?? '',
  })
}

async function keepPart(
  context: S3Context,
  uploadId: string,
  partNumber: number,
  received: ReceivedBytes,
  checksum: string | undefined,
): Promise<PartInfo> {
  try {
    return await context.uploads.keepPart(uploadId, partNumber, received, checksum)
  } catch (error) {
    await context.objects.discard(received)
    throw error
  }
}

async function listParts(
  context: S3Context,
  request: EngineRequest,
  upload: UploadInfo,
): Promise<EngineResponse> {
  const { bucket, key, uploadId } = upload
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
    ...checksumOf(upload),
    Part: page.map((part) => ({
      PartNumber: part.partNumber,
      LastModified: new Date(part.modifiedAtMs).toISOString(),
      ETag: `"${part.etag}"`,
      Size: part.sizeBytes,
      ...(upload.checksum?.isAsked && part.checksum !== undefined
        ? { [`Checksum${upload.checksum.algorithm.toUpperCase()}`]: part.checksum }
        : {}),
    })),
  })
}
