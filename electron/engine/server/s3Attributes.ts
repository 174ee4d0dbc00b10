/** GetObjectAttributes: size, ETag and checksum without the content. */
import type { StoredObject } from '../store/objects.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import { checksumMembers, xml } from './s3Answers.ts'
import { ServiceError } from './serviceError.ts'

const known = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']

export function objectAttributes(request: EngineRequest, object: StoredObject): EngineResponse {
  const asked = (request.headers['x-amz-object-attributes'] ?? '')
    .split(',')
    .map((name) => name.trim())
  if (asked.some((name) => !known.includes(name))) {
    throw new ServiceError('InvalidArgument', 'Invalid attribute name specified.')
  }
  const partCount = /-(\d+)$/.exec(object.etag)?.[1]
  const hasChecksum = Object.keys(object.checksums).length > 0
  const members: Readonly<Record<string, unknown>> = {
    ETag: object.etag,
    Checksum: hasChecksum ? checksumMembers(object.checksums) : undefined,
    ObjectParts: partCount === undefined ? undefined : { PartsCount: Number(partCount) },
    StorageClass: 'STANDARD',
    ObjectSize: object.sizeBytes,
  }
  const answer = xml(
    'GetObjectAttributesResponse',
    Object.fromEntries(
      asked.flatMap((name) => (members[name] === undefined ? [] : [[name, members[name]]])),
    ),
  )
  return {
    ...answer,
    headers: { ...answer.headers, 'last-modified': new Date(object.modifiedAtMs).toUTCString() },
  }
}
