/** CompleteMultipartUpload: the parts become one object, held against every checksum that was sent for it. */
import { z } from 'zod'
import { multipartEtag, type PartInfo, type UploadInfo } from '../store/multipartUploads.ts'
import {
  algorithmOf,
  compositeChecksum,
  createChecksums,
  declaredChecksum,
  defaultAlgorithm,
  verifyChecksum,
  type Checksums,
} from './checksums.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import { checksumMembers, encodeKey, noSuchUpload, xml } from './s3Answers.ts'
import { readDocument } from './s3Bodies.ts'
import { refuseOverwrite, type S3Context } from './s3Context.ts'
import { ServiceError } from './serviceError.ts'
import type { SignatureScope } from './sigv4.ts'

/** All parts but the last. */
const smallestPart = 5 * 1024 * 1024

const completeSchema = z.object({
  CompleteMultipartUpload: z.object({
    Part: z
      .array(z.looseObject({ PartNumber: z.coerce.number(), ETag: z.string() }))
      .min(1)
      .max(10_000),
  }),
})
type NamedPart = z.output<typeof completeSchema>['CompleteMultipartUpload']['Part'][number]

export async function completeUpload(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  { bucket, key, uploadId, checksum }: UploadInfo,
): Promise<EngineResponse> {
  const document = await readDocument(request, scope, completeSchema)
  const parts = chooseParts(
    document.CompleteMultipartUpload.Part,
    await context.uploads.parts(uploadId),
    checksum,
  )
  refuseOtherType(request, checksum)
  refuseOtherSize(request, parts)
  await refuseOverwrite(context, request, bucket, key)
  const upload = await context.uploads.find(uploadId)
  if (!upload) throw noSuchUpload() // aborted meanwhile

  const algorithm = algorithmOf(checksum?.algorithm ?? defaultAlgorithm)
  const expected = checksum?.type === 'COMPOSITE' ? null : declaredChecksum(request.headers)
  const computed = createChecksums([algorithm, ...(expected ? [expected.algorithm] : [])])
  const received = await context.objects.receive(
    context.uploads.readParts(
      uploadId,
      parts.map((part) => part.partNumber),
    ),
    (chunk) => computed.update(chunk),
  )
  try {
    const digests = computed.digests()
    if (expected) verifyChecksum(expected, digests)
    const value =
      checksum?.type === 'COMPOSITE'
        ? compositeChecksum(
            algorithm,
            parts.map((part) => part.checksum ?? ''),
          )
        : digests[algorithm]
    const checksums: Checksums = { [algorithm]: value }
    refuseOtherComposite(request, checksum, checksums)
    const etag = multipartEtag(parts.map((part) => part.etag))
    const { contentType, metadata } = upload
    await context.objects.keepObject(bucket, key, received, {
      contentType,
      metadata,
      etag,
      checksums: { [algorithm]: value ?? '' },
    })
    await context.uploads.remove(uploadId)
    return xml('CompleteMultipartUploadResult', {
      Location: `/${bucket}/${encodeKey(key)}`,
      Bucket: bucket,
      Key: key,
      ETag: `"${etag}"`,
      ...checksumMembers(checksums),
    })
  } catch (error) {
    await context.objects.discard(received)
    throw error
  }
}

/** The stored parts that the document names, each as it was sent. */
function chooseParts(
  named: readonly NamedPart[],
  stored: readonly PartInfo[],
  checksum: UploadInfo['checksum'],
): PartInfo[] {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]))
  const member = `Checksum${(checksum?.algorithm ?? '').toUpperCase()}`
  return named.map((wanted, index) => {
    if (wanted.PartNumber <= (named[index - 1]?.PartNumber ?? 0)) {
      throw new ServiceError('InvalidPartOrder', 'The parts are not in ascending order.')
    }
    const part = byNumber.get(wanted.PartNumber)
    const claimed = wanted[member]
    const isSame =
      part?.etag === wanted.ETag.trim().replaceAll('"', '') &&
      (claimed === undefined || claimed === part.checksum)
    if (!part || !isSame) {
      throw new ServiceError('InvalidPart', 'One or more of the specified parts is not found.')
    }
    if (claimed === undefined && checksum?.isAsked && checksum.type === 'COMPOSITE') {
      throw new ServiceError(
        'InvalidRequest',
        `The upload was created using a ${checksum.algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${wanted.PartNumber} in the request.`,
      )
    }
    if (index < named.length - 1 && part.sizeBytes < smallestPart) {
      throw new ServiceError('EntityTooSmall', 'A part is smaller than the minimum allowed size.')
    }
    return part
  })
}

function refuseOtherType(request: EngineRequest, checksum: UploadInfo['checksum']): void {
  const claimed = request.headers['x-amz-checksum-type']
  if (claimed !== undefined && checksum && claimed !== checksum.type) {
    throw new ServiceError(
      'InvalidRequest',
      `The upload was created with the checksum type ${checksum.type}, not ${claimed}.`,
    )
  }
}

function refuseOtherSize(request: EngineRequest, parts: readonly PartInfo[]): void {
  const claimed = request.headers['x-amz-mp-object-size']
  const size = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
  if (claimed !== undefined && Number(claimed) !== size) {
    throw new ServiceError(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${claimed} does not match what was computed: ${size}`,
    )
  }
}

/** A composite value may be sent with the number of parts or without it. */
function refuseOtherComposite(
  request: EngineRequest,
  checksum: UploadInfo['checksum'],
  actual: Checksums,
): void {
  if (checksum?.type !== 'COMPOSITE') return
  const algorithm = algorithmOf(checksum.algorithm)
  const claimed = request.headers[`x-amz-checksum-${algorithm}`]
  const value = actual[algorithm]
  if (claimed === undefined || claimed === value || claimed === value?.split('-')[0]) return
  throw new ServiceError(
    'BadDigest',
    `The ${algorithm} you specified did not match the calculated checksum.`,
  )
}
