/** CopyObject, and where a copy is taken from. */
import { readObject, type StoredObject } from '../store/objects.ts'
import { algorithmOf, createChecksums, defaultAlgorithm } from './checksums.ts'
import { decodePath } from './decodePath.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import { checksumMembers, noSuchKey, xml } from './s3Answers.ts'
import { findObject, propertiesOf, requireBucket, type S3Context } from './s3Context.ts'

/** @param header x-amz-copy-source: `[/]bucket/key[?versionId=...]`, percent-encoded */
export async function findCopySource(context: S3Context, header: string): Promise<StoredObject> {
  const [encoded = ''] = header.replace(/^\//, '').split('?')
  const [bucket = '', ...rest] = decodePath(encoded).split('/')
  await requireBucket(context, bucket)
  const source = await findObject(context, bucket, rest.join('/'))
  if (!source) throw noSuchKey('GET')
  return source
}

export async function copyObject(
  context: S3Context,
  request: EngineRequest,
  bucket: string,
  key: string,
): Promise<EngineResponse> {
  const source = await findCopySource(context, request.headers['x-amz-copy-source'] ?? '')
  // The source's algorithm unless another is asked for; of a source in parts the copy, being whole, has another value.
  const asked =
    request.headers['x-amz-checksum-algorithm'] ??
    Object.keys(source.checksums)[0] ??
    defaultAlgorithm
  const computed = createChecksums([algorithmOf(asked)])
  const received = await context.objects.receive(readObject(source), (chunk) =>
    computed.update(chunk),
  )
  const checksums = computed.digests()
  const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE'
  const { contentType, metadata } = replaces ? propertiesOf(request) : source
  const copy = await context.objects.keepObject(bucket, key, received, {
    contentType,
    metadata,
    checksums,
  })
  return xml('CopyObjectResult', {
    ETag: `"${copy.etag}"`,
    LastModified: new Date(copy.modifiedAtMs).toISOString(),
    ...checksumMembers(checksums),
  })
}
