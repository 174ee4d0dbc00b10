/** S3, as far as the app uses it: buckets, objects with ranges and checksums, uploads in parts. */
import { createHash } from 'node:crypto'
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import {
  eTagOf,
  makeBucket,
  makeObject,
  makeUploadId,
  type Bucket,
  type MultipartUpload,
  type StoredObject,
} from './objectStore.ts'
import { ServiceFailure } from './serviceFailure.ts'

type Input = Readonly<Record<string, unknown>>

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const notFound = (code: string, message: string) => new ServiceFailure(code, message, 404)
const largestPart = 5 * 1024 * 1024

export const s3Double: ServiceDouble = {
  ListBuckets: (context) => ({
    Buckets: [...context.objects.buckets.keys()].map((Name) => ({
      Name,
      CreationDate: new Date(0),
    })),
  }),
  HeadBucket: (context, input) => {
    requireBucket(context, input)
    return { BucketRegion: context.region }
  },
  CreateBucket: (context, input) => {
    const name = text(input['Bucket'])
    if (context.objects.buckets.has(name))
      throw new ServiceFailure('BucketAlreadyOwnedByYou', 'You own it already.', 409)
    const place = (input['CreateBucketConfiguration'] as Input | undefined)?.['LocationConstraint']
    // Every region but the first wants to be named.
    if (context.region !== 'us-east-1' && place !== context.region)
      throw new ServiceFailure(
        'IllegalLocationConstraintException',
        'The location is not the region’s.',
      )
    context.objects.buckets.set(name, makeBucket(name))
    return { Location: `/${name}` }
  },
  GetBucketLocation: (context, input) => {
    requireBucket(context, input)
    return context.region === 'us-east-1' ? {} : { LocationConstraint: context.region }
  },
  PutPublicAccessBlock: keep('PublicAccessBlockConfiguration'),
  GetPublicAccessBlock: recall(
    'PublicAccessBlockConfiguration',
    'NoSuchPublicAccessBlockConfiguration',
  ),
  PutBucketEncryption: keep('ServerSideEncryptionConfiguration'),
  GetBucketEncryption: recall(
    'ServerSideEncryptionConfiguration',
    'ServerSideEncryptionConfigurationNotFoundError',
  ),
  PutBucketPolicy: keep('Policy'),
  GetBucketPolicy: recall('Policy', 'NoSuchBucketPolicy'),
  GetBucketPolicyStatus: (context, input) => {
    requireBucket(context, input)
    return { PolicyStatus: { IsPublic: false } }
  },
  PutBucketTagging: keep('Tagging'),
  PutBucketLifecycleConfiguration: keep('LifecycleConfiguration'),
  GetBucketVersioning: (context, input) => {
    requireBucket(context, input)
    return {}
  },

  PutObject: (context, input) => {
    const body = bytesOf(input['Body'])
    const checksums = checkedSums(input, body)
    const object = makeObject(body, context.now(), { ...settingsOf(input), checksums })
    requireBucket(context, input).objects.set(text(input['Key']), object)
    return { ETag: object.eTag, ...checksums, ...encryptionOf(object) }
  },
  HeadObject: (context, input) => describeObject(requireObject(context, input, 'NotFound')),
  GetObject: (context, input) => {
    const object = requireObject(context, input, 'NoSuchKey')
    const range = /^bytes=(\d+)-(\d*)$/.exec(text(input['Range']))
    if (!range) return { ...describeObject(object), Body: object.body }
    const start = Number(range[1])
    const end = range[2]
      ? Math.min(Number(range[2]), object.body.length - 1)
      : object.body.length - 1
    if (start >= object.body.length)
      throw new ServiceFailure('InvalidRange', 'The requested range is not satisfiable', 416)
    const part = object.body.subarray(start, end + 1)
    return {
      ...describeObject(object),
      ContentLength: part.length,
      ContentRange: `bytes ${start}-${end}/${object.body.length}`,
      Body: part,
    }
  },
  DeleteObject: (context, input) => {
    requireBucket(context, input).objects.delete(text(input['Key']))
    return {}
  },
  DeleteObjects: (context, input) => {
    const bucket = requireBucket(context, input)
    const wanted = (input['Delete'] as { Objects?: { Key: string }[] } | undefined)?.Objects ?? []
    for (const { Key } of wanted) bucket.objects.delete(Key)
    return { Deleted: wanted.map(({ Key }) => ({ Key })) }
  },
  CopyObject: (context, input) => {
    const source = decodeURIComponent(text(input['CopySource'])).replace(/^\//, '')
    const [from = '', ...rest] = source.split('/')
    const object = context.objects.find(from, rest.join('/'))
    if (!object) throw notFound('NoSuchKey', 'The specified key does not exist.')
    const copy = { ...object, modifiedAtMs: context.now() }
    requireBucket(context, input).objects.set(text(input['Key']), copy)
    return { CopyObjectResult: { ETag: copy.eTag, LastModified: new Date(copy.modifiedAtMs) } }
  },
  ListObjectsV2: (context, input) => {
    const bucket = requireBucket(context, input)
    const prefix = text(input['Prefix'])
    const delimiter = text(input['Delimiter'])
    const after = text(input['ContinuationToken']) || text(input['StartAfter'])
    const most = Number(input['MaxKeys'] ?? 1000)
    const keys = [...bucket.objects.keys()]
      .filter((key) => key.startsWith(prefix) && key > after)
      .sort()
    const folders = new Set<string>()
    const found: string[] = []
    for (const key of keys) {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
      if (end < 0) found.push(key)
      else folders.add(key.slice(0, end + delimiter.length))
    }
    const page = found.slice(0, most)
    const isTruncated = found.length > page.length
    return {
      Name: bucket.name,
      Prefix: prefix,
      MaxKeys: most,
      KeyCount: page.length + folders.size,
      IsTruncated: isTruncated,
      ...(isTruncated ? { NextContinuationToken: page.at(-1) } : {}),
      Contents: page.map((key) => {
        const object = bucket.objects.get(key) as StoredObject // its key was just listed
        return {
          Key: key,
          Size: object.body.length,
          ETag: object.eTag,
          LastModified: new Date(object.modifiedAtMs),
          StorageClass: 'STANDARD',
        }
      }),
      CommonPrefixes: [...folders].map((Prefix) => ({ Prefix })),
    }
  },

  CreateMultipartUpload: (context, input) => {
    const bucket = requireBucket(context, input)
    const id = makeUploadId()
    const key = text(input['Key'])
    bucket.uploads.set(id, {
      id,
      key,
      startedAtMs: context.now(),
      parts: new Map(),
      settings: settingsOf(input),
    })
    return { Bucket: bucket.name, Key: key, UploadId: id }
  },
  UploadPart: (context, input) => {
    const upload = requireUpload(context, input)
    const body = bytesOf(input['Body'])
    const checksums = checkedSums(input, body)
    const eTag = eTagOf(body)
    upload.parts.set(Number(input['PartNumber']), { body, eTag, checksums })
    return { ETag: eTag, ...checksums }
  },
  ListParts: (context, input) => {
    const upload = requireUpload(context, input)
    return {
      Bucket: text(input['Bucket']),
      Key: upload.key,
      UploadId: upload.id,
      IsTruncated: false,
      Parts: [...upload.parts]
        .sort(([a], [b]) => a - b)
        .map(([PartNumber, { body, eTag, checksums }]) => ({
          PartNumber,
          ETag: eTag,
          Size: body.length,
          LastModified: new Date(context.now()),
          ...checksums,
        })),
    }
  },
  ListMultipartUploads: (context, input) => {
    const bucket = requireBucket(context, input)
    const prefix = text(input['Prefix'])
    return {
      Bucket: bucket.name,
      IsTruncated: false,
      Uploads: [...bucket.uploads.values()]
        .filter(({ key }) => key.startsWith(prefix))
        .map(({ id, key, startedAtMs }) => ({
          UploadId: id,
          Key: key,
          Initiated: new Date(startedAtMs),
        })),
    }
  },
  CompleteMultipartUpload: (context, input) => {
    const bucket = requireBucket(context, input)
    const upload = requireUpload(context, input)
    const named =
      (input['MultipartUpload'] as { Parts?: { PartNumber: number; ETag: string }[] } | undefined)
        ?.Parts ?? []
    const parts = named.map(({ PartNumber, ETag }, index) => {
      const part = upload.parts.get(Number(PartNumber))
      if (!part || unquoted(part.eTag) !== unquoted(ETag))
        throw new ServiceFailure(
          'InvalidPart',
          'One or more of the specified parts could not be found.',
        )
      if (index > 0 && Number(PartNumber) <= Number(named[index - 1]?.PartNumber))
        throw new ServiceFailure(
          'InvalidPartOrder',
          'The list of parts was not in ascending order.',
        )
      if (index < named.length - 1 && part.body.length < largestPart)
        throw new ServiceFailure('EntityTooSmall', 'A part is smaller than 5 MB.')
      return part
    })
    if (parts.length === 0) throw new ServiceFailure('MalformedXML', 'There are no parts.')
    const digest = createHash('md5')
    for (const { eTag } of parts) digest.update(Buffer.from(unquoted(eTag), 'hex'))
    const eTag = `"${digest.digest('hex')}-${parts.length}"`
    bucket.objects.set(
      upload.key,
      makeObject(Buffer.concat(parts.map(({ body }) => body)), context.now(), {
        ...upload.settings,
        eTag,
      }),
    )
    bucket.uploads.delete(upload.id)
    return { Bucket: bucket.name, Key: upload.key, ETag: eTag }
  },
  AbortMultipartUpload: (context, input) => {
    const upload = requireUpload(context, input)
    requireBucket(context, input).uploads.delete(upload.id)
    return {}
  },
}

function requireBucket({ objects }: DoubleContext, input: Input): Bucket {
  const bucket = objects.buckets.get(text(input['Bucket']))
  if (!bucket) throw notFound('NoSuchBucket', 'The specified bucket does not exist')
  return bucket
}

function requireObject(context: DoubleContext, input: Input, code: string): StoredObject {
  const object = requireBucket(context, input).objects.get(text(input['Key']))
  if (!object) throw notFound(code, 'The specified key does not exist.')
  return object
}

function requireUpload(context: DoubleContext, input: Input): MultipartUpload {
  const upload = requireBucket(context, input).uploads.get(text(input['UploadId']))
  if (!upload || upload.key !== input['Key'])
    throw notFound('NoSuchUpload', 'The specified multipart upload does not exist.')
  return upload
}

function keep(member: string): ServiceDouble[string] {
  return (context, input) => {
    requireBucket(context, input).settings.set(member, input[member])
    return {}
  }
}

function recall(member: string, missing: string): ServiceDouble[string] {
  return (context, input) => {
    const found = requireBucket(context, input).settings.get(member)
    if (found === undefined) throw notFound(missing, `There is no ${member}.`)
    return { [member]: found }
  }
}

function settingsOf(input: Input): Pick<StoredObject, 'contentType' | 'encryption' | 'metadata'> {
  const algorithm = text(input['ServerSideEncryption'])
  return {
    contentType: text(input['ContentType']) || 'binary/octet-stream',
    encryption: algorithm === '' ? null : { algorithm, keyArn: text(input['SSEKMSKeyId']) || null },
    metadata: (input['Metadata'] as Record<string, string> | undefined) ?? {},
  }
}

function encryptionOf({ encryption }: StoredObject): Record<string, unknown> {
  if (!encryption) return {}
  return {
    ServerSideEncryption: encryption.algorithm,
    ...(encryption.keyArn === null ? {} : { SSEKMSKeyId: encryption.keyArn }),
  }
}

function describeObject(object: StoredObject): Record<string, unknown> {
  return {
    ContentLength: object.body.length,
    ContentType: object.contentType,
    ETag: object.eTag,
    LastModified: new Date(object.modifiedAtMs),
    AcceptRanges: 'bytes',
    ...(Object.keys(object.metadata).length > 0 ? { Metadata: object.metadata } : {}),
    ...encryptionOf(object),
  }
}

/** Those that came with it, after holding the ones that Node can compute against the content. */
function checkedSums(input: Input, body: Buffer): Record<string, string> {
  const names = Object.keys(input).filter((name) => /^Checksum(CRC|SHA)/.test(name))
  const sums = Object.fromEntries(names.map((name) => [name, text(input[name])]))
  const wrong = () =>
    new ServiceFailure('BadDigest', 'The checksum does not match what was received.')
  if (sums['ChecksumSHA256'] && sums['ChecksumSHA256'] !== digestOf('sha256', body)) throw wrong()
  if (sums['ChecksumSHA1'] && sums['ChecksumSHA1'] !== digestOf('sha1', body)) throw wrong()
  const md5 = text(input['ContentMD5'])
  if (md5 !== '' && md5 !== digestOf('md5', body)) throw wrong()
  return sums
}

function digestOf(algorithm: string, body: Buffer): string {
  return createHash(algorithm).update(body).digest('base64')
}

function bytesOf(value: unknown): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.alloc(0)
}

function unquoted(eTag: string): string {
  return eTag.replaceAll('"', '').replaceAll('&quot;', '')
}
