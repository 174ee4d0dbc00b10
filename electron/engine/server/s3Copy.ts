/** CopyObject, and where a copy is taken from. */
import { readObject, type StoredObject } from '../store/objects.ts'
import { decodePath } from './decodePath.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import { noSuchKey, xml } from './s3Answers.ts'
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
  const received = await context.objects.receive(readObject(source))
  const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE'
  const { contentType, metadata } = replaces ? propertiesOf(request) : source
  const copy = await context.objects.keepObject(bucket, key, received, { contentType, metadata })
  return xml('CopyObjectResult', {
    ETag: `"${copy.etag}"`,
    LastModified: new Date(copy.modifiedAtMs).toISOString(),
  })
}
