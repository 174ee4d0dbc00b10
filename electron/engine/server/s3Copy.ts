/** CopyObject, and where a copy is taken from. */
import type { ReadStream } from 'node:fs'
import { openObject, type StoredObject } from '../store/objects.ts'
import { algorithmOf, createChecksums, defaultAlgorithm } from './checksums.ts'
import { decodePath } from './decodePath.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import { checksumMembers, xml } from './s3Answers.ts'
import { propertiesOf, requireBucket, useObject, type S3Context } from './s3Context.ts'

export interface CopySource {
  readonly source: StoredObject
  readonly body: ReadStream
}

/**
 * @param header x-amz-copy-source: `[/]bucket/key[?versionId=...]`, percent-encoded
 * @param choose which bytes; it may refuse the source
 */
export async function openCopySource(
  context: S3Context,
  header: string,
  choose: (source: StoredObject) => { start: number; end: number } | undefined,
): Promise<CopySource> {
  const [encoded = ''] = header.replace(/^\//, '').split('?')
  const [bucket = '', ...rest] = decodePath(encoded).split('/')
  await requireBucket(context, bucket)
  return useObject(context, { bucket, key: rest.join('/'), method: 'GET' }, async (source) => {
    const body = await openObject(source, choose(source))
    return body && { source, body }
  })
}

export async function copyObject(
  context: S3Context,
  request: EngineRequest,
  bucket: string,
  key: string,
): Promise<EngineResponse> {
  const wanted = request.headers['x-amz-checksum-algorithm']
  // The source's algorithm unless another is asked for; of a source in parts the copy, being whole, has another value.
  const algorithmFor = (source: StoredObject) =>
    algorithmOf(wanted ?? Object.keys(source.checksums)[0] ?? defaultAlgorithm)
  const header = request.headers['x-amz-copy-source'] ?? ''
  const { source, body } = await openCopySource(context, header, (found) => {
    algorithmFor(found) // refuses before anything is opened
    return undefined
  })
  const computed = createChecksums([algorithmFor(source)])
  const received = await context.objects.receive(body, (chunk) => computed.update(chunk))
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
