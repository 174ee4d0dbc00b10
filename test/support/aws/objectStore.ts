/** Buckets and objects in memory. */
import { createHash, randomBytes } from 'node:crypto'

export interface StoredObject {
  readonly body: Buffer
  readonly contentType: string
  readonly eTag: string
  readonly modifiedAtMs: number
  readonly encryption: { readonly algorithm: string; readonly keyArn: string | null } | null
  readonly metadata: Readonly<Record<string, string>>
  /** `x-amz-checksum-crc32` and its kin, as they were sent. */
  readonly checksums: Readonly<Record<string, string>>
}

export interface MultipartUpload {
  readonly id: string
  readonly key: string
  readonly startedAtMs: number
  readonly parts: Map<
    number,
    {
      readonly body: Buffer
      readonly eTag: string
      readonly checksums: Readonly<Record<string, string>>
    }
  >
  readonly settings: Pick<StoredObject, 'contentType' | 'encryption' | 'metadata'>
}

export interface Bucket {
  readonly name: string
  readonly objects: Map<string, StoredObject>
  readonly uploads: Map<string, MultipartUpload>
  /** Of `PutPublicAccessBlock`, `PutBucketEncryption` and their kin, as given. */
  readonly settings: Map<string, unknown>
}

export interface ObjectStore {
  readonly buckets: Map<string, Bucket>
  find(bucket: string, key: string): StoredObject | undefined
  /** Makes the bucket when it is not there. */
  put(uri: string, body: string | Buffer): void
  /** Objects under `s3://bucket/prefix`, in the order of their keys. */
  under(uri: string): { readonly key: string; readonly object: StoredObject }[]
}

export function createObjectStore(now: () => number): ObjectStore {
  const buckets = new Map<string, Bucket>()
  return {
    buckets,
    find: (bucket, key) => buckets.get(bucket)?.objects.get(key),
    put(uri, body) {
      const { bucket, key } = parseUri(uri)
      const known = buckets.get(bucket) ?? makeBucket(bucket)
      buckets.set(bucket, known)
      known.objects.set(key, makeObject(Buffer.from(body), now()))
    },
    under(uri) {
      const { bucket, key: prefix } = parseUri(uri)
      return [...(buckets.get(bucket)?.objects ?? [])]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, object]) => ({ key, object }))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
    },
  }
}

export function makeBucket(name: string): Bucket {
  return { name, objects: new Map(), uploads: new Map(), settings: new Map() }
}

export function makeObject(
  body: Buffer,
  modifiedAtMs: number,
  more: Partial<StoredObject> = {},
): StoredObject {
  return {
    body,
    contentType: 'binary/octet-stream',
    eTag: eTagOf(body),
    modifiedAtMs,
    encryption: null,
    metadata: {},
    checksums: {},
    ...more,
  }
}

export function eTagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`
}

export function makeUploadId(): string {
  return randomBytes(24).toString('base64url')
}

export function parseUri(uri: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? []
  return { bucket, key }
}
