/** S3's multipart calls, with the checksum and the encryption that every upload of ours carries. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { AppError } from '../../../shared/errors.ts'
import { fromSdkError, withAwsErrors } from '../errors.ts'
import type { AwsClients } from '../clients.ts'
import { checksumOf } from './checksum.ts'
import { unsignedPayload } from './unsignedPayload.ts'

export interface ObjectPlace {
  readonly bucket: string
  readonly key: string
}

export interface ObjectSpec extends ObjectPlace {
  readonly contentType: string
  /** Hex, of the whole content; kept with the object. */
  readonly sha256: string
}

export interface KeptPart {
  readonly number: number
  readonly sizeBytes: number
  readonly etag: string
  readonly checksum: string | null
}

/** As much of a connection as objects need. */
export interface Store {
  readonly clients: Pick<AwsClients, 's3'>
  readonly kmsKeyArn: string | null
}

function encryption({ kmsKeyArn }: Store) {
  return kmsKeyArn === null
    ? {}
    : {
        ServerSideEncryption: 'aws:kms' as const,
        SSEKMSKeyId: kmsKeyArn,
        BucketKeyEnabled: true,
      }
}

/** Null where the key is free. */
export async function findObject(
  { clients }: Store,
  { bucket, key }: ObjectPlace,
): Promise<{ sizeBytes: number; sha256: string | null; checksum: string | null } | null> {
  try {
    const found = await clients.s3.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
    )
    return {
      sizeBytes: found.ContentLength ?? 0,
      sha256: found.Metadata?.['sha256'] ?? null,
      checksum: found.ChecksumCRC32 ?? null,
    }
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code === 'NotFound') return null
    throw refusal
  }
}

export async function putObject(store: Store, spec: ObjectSpec, body: Uint8Array): Promise<void> {
  await withAwsErrors(() =>
    store.clients.s3.send(
      new PutObjectCommand({
        Bucket: spec.bucket,
        Key: spec.key,
        Body: body,
        ContentType: spec.contentType,
        Metadata: { sha256: spec.sha256 },
        ChecksumCRC32: checksumOf(body),
        ...encryption(store),
      }),
    ),
  )
}

/** @returns the upload's id */
export async function startMultipart(store: Store, spec: ObjectSpec): Promise<string> {
  const started = await withAwsErrors(() =>
    store.clients.s3.send(
      new CreateMultipartUploadCommand({
        Bucket: spec.bucket,
        Key: spec.key,
        ContentType: spec.contentType,
        Metadata: { sha256: spec.sha256 },
        ChecksumAlgorithm: 'CRC32',
        ChecksumType: 'COMPOSITE',
        ...encryption(store),
      }),
    ),
  )
  return started.UploadId ?? ''
}

/** Retried by the SDK: the body is in memory. S3 holds it against the checksum. */
export async function sendPart(
  { clients }: Store,
  { bucket, key }: ObjectPlace,
  uploadId: string,
  number: number,
  body: Uint8Array,
  checksum: string,
  signal: AbortSignal,
): Promise<KeptPart> {
  const command = new UploadPartCommand({
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    PartNumber: number,
    Body: body,
    ChecksumCRC32: checksum,
  })
  command.middlewareStack.use(unsignedPayload())
  const sent = await withAwsErrors(() => clients.s3.send(command, { abortSignal: signal }))
  return { number, sizeBytes: body.byteLength, etag: sent.ETag ?? '', checksum }
}

/** Null when the upload is not known any more. */
export async function listKeptParts(
  { clients }: Store,
  { bucket, key }: ObjectPlace,
  uploadId: string,
): Promise<KeptPart[] | null> {
  const parts: KeptPart[] = []
  let marker: string | undefined
  try {
    do {
      const page = await clients.s3.send(
        new ListPartsCommand({
          Bucket: bucket,
          Key: key,
          UploadId: uploadId,
          PartNumberMarker: marker,
        }),
      )
      for (const part of page.Parts ?? []) {
        parts.push({
          number: part.PartNumber ?? 0,
          sizeBytes: part.Size ?? 0,
          etag: part.ETag ?? '',
          checksum: part.ChecksumCRC32 ?? null,
        })
      }
      marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
    } while (marker !== undefined)
    return parts
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code === 'NotFound') return null
    throw refusal
  }
}

export async function completeMultipart(
  { clients }: Store,
  { bucket, key }: ObjectPlace,
  uploadId: string,
  parts: readonly KeptPart[],
): Promise<void> {
  await withAwsErrors(() =>
    clients.s3.send(
      new CompleteMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        ChecksumType: 'COMPOSITE',
        MultipartUpload: {
          Parts: parts.map((part) => ({
            PartNumber: part.number,
            ETag: part.etag,
            ChecksumCRC32: part.checksum ?? undefined,
          })),
        },
      }),
    ),
  )
}

/** One that is gone already is no error. */
export async function abortMultipart(
  { clients }: Store,
  { bucket, key }: ObjectPlace,
  uploadId: string,
): Promise<void> {
  await withAwsErrors(() =>
    clients.s3.send(
      new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }),
    ),
  ).catch((refusal: AppError) => {
    if (refusal.code !== 'NotFound') throw refusal
  })
}

export async function removeObject(
  { clients }: Store,
  { bucket, key }: ObjectPlace,
): Promise<void> {
  await withAwsErrors(() => clients.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })))
}

export interface OpenMultipart extends ObjectPlace {
  readonly uploadId: string
  readonly startedAtMs: number
}

/** Those below a prefix that were neither completed nor aborted: their parts are billed. */
export async function listMultiparts(
  { clients }: Store,
  bucket: string,
  prefix: string,
): Promise<OpenMultipart[]> {
  const open: OpenMultipart[] = []
  let keyMarker: string | undefined
  let idMarker: string | undefined
  do {
    const page = await withAwsErrors(() =>
      clients.s3.send(
        new ListMultipartUploadsCommand({
          Bucket: bucket,
          Prefix: prefix,
          KeyMarker: keyMarker,
          UploadIdMarker: idMarker,
        }),
      ),
    )
    for (const upload of page.Uploads ?? []) {
      open.push({
        bucket,
        key: upload.Key ?? '',
        uploadId: upload.UploadId ?? '',
        startedAtMs: upload.Initiated?.getTime() ?? 0,
      })
    }
    keyMarker = page.IsTruncated === true ? page.NextKeyMarker : undefined
    idMarker = page.NextUploadIdMarker
  } while (keyMarker !== undefined)
  return open
}
