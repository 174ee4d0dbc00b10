/** What comes in with a request: bytes for an object, or a small XML document; both held against what was signed. */
import { XMLParser } from 'fast-xml-parser'
import type { z } from 'zod'
import type { ReceivedBytes } from '../store/objects.ts'
import { decodeAwsChunked } from './awsChunked.ts'
import {
  announcedAlgorithm,
  createChecksums,
  declaredChecksum,
  verifyChecksum,
  type ChecksumAlgorithm,
  type Checksums,
} from './checksums.ts'
import { readBody, type EngineRequest } from './exchange.ts'
import type { S3Context } from './s3Context.ts'
import { ServiceError } from './serviceError.ts'
import { sha256Hex, type SignatureScope } from './sigv4.ts'

/** S3's limit for one PUT. */
const largestUpload = 5 * 1024 ** 3
const largestDocument = 2 * 1024 * 1024
const hexSha256 = /^[0-9a-f]{64}$/

export interface ReceivedBody {
  readonly received: ReceivedBytes
  /** The algorithm whose value the client sent, in a header or a trailer. */
  readonly declared: ChecksumAlgorithm | null
  /** By the declared algorithm and by those that were asked for. */
  readonly checksums: Checksums
}

/**
 * Receives a body into a temporary file, takes off its framing, and holds it against every checksum sent with it.
 * @param wanted what to compute besides, given what the client declared
 */
export async function receiveBody(
  context: S3Context,
  request: EngineRequest,
  scope: SignatureScope,
  wanted: (declared: ChecksumAlgorithm | null) => readonly ChecksumAlgorithm[],
): Promise<ReceivedBody> {
  const trailers = new Map<string, string>()
  const chunked = scope.payloadHash.startsWith('STREAMING-')
  const inHeader = declaredChecksum(request.headers)
  const announced = chunked ? announcedAlgorithm(request.headers['x-amz-trailer']) : null
  const algorithm = inHeader?.algorithm ?? announced
  const computed = createChecksums([
    ...wanted(algorithm),
    ...(algorithm === null ? [] : [algorithm]),
    ...(hexSha256.test(scope.payloadHash) ? (['sha256'] as const) : []),
  ])
  const content = chunked ? decodeAwsChunked(request.body, scope, trailers) : request.body
  const received = await context.objects.receive(limited(content), (chunk) =>
    computed.update(chunk),
  )
  try {
    const expectedLength =
      request.headers['x-amz-decoded-content-length'] ??
      (chunked ? undefined : request.headers['content-length'])
    if (expectedLength !== undefined && Number(expectedLength) !== received.sizeBytes) {
      throw new ServiceError('IncompleteBody', 'The body is shorter or longer than announced.')
    }
    const digests = computed.digests()
    const inTrailer = declaredChecksum(Object.fromEntries(trailers))
    if (announced !== (inTrailer?.algorithm ?? null)) {
      throw new ServiceError(
        'MalformedTrailerError',
        'The trailing checksum is not the one that x-amz-trailer announces.',
      )
    }
    for (const declared of [inHeader, inTrailer]) {
      if (declared) verifyChecksum(declared, digests)
    }
    if (hexSha256.test(scope.payloadHash)) {
      const actual = Buffer.from(digests.sha256 ?? '', 'base64').toString('hex')
      if (actual !== scope.payloadHash) throw contentMismatch()
    }
    const md5 = request.headers['content-md5']
    if (md5 && Buffer.from(md5, 'base64').toString('hex') !== received.md5) {
      throw new ServiceError('BadDigest', 'The Content-MD5 you specified did not match.')
    }
    return { received, declared: algorithm, checksums: digests }
  } catch (error) {
    await context.objects.discard(received)
    throw error
  }
}

async function* limited(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of content) {
    size += chunk.byteLength
    if (size > largestUpload) {
      throw new ServiceError('EntityTooLarge', 'Your proposed upload exceeds the maximum size.')
    }
    yield chunk
  }
}

/** A small XML document, parsed. @throws ServiceError MalformedXML, EntityTooLarge, XAmzContentSHA256Mismatch */
export async function readDocument<T extends z.ZodType>(
  request: EngineRequest,
  scope: SignatureScope,
  schema: T,
): Promise<z.output<T>> {
  const content = await readBody(
    scope.payloadHash.startsWith('STREAMING-')
      ? decodeAwsChunked(request.body, scope, new Map())
      : request.body,
    largestDocument,
  ).catch((error: unknown) => {
    if (error instanceof RangeError) {
      throw new ServiceError('EntityTooLarge', 'The document is too large.', 400, { cause: error })
    }
    throw error
  })
  if (hexSha256.test(scope.payloadHash) && sha256Hex(content) !== scope.payloadHash) {
    throw contentMismatch()
  }
  // Keys may begin or end with spaces and hold numeric character references.
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    isArray: (name) => name === 'Object' || name === 'Part',
  })
  try {
    return schema.parse(parser.parse(content.toString('utf8')))
  } catch (error) {
    throw new ServiceError('MalformedXML', 'The XML you provided was not well-formed.', 400, {
      cause: error,
    })
  }
}

function contentMismatch(): ServiceError {
  return new ServiceError('XAmzContentSHA256Mismatch', 'The body is not what was signed.')
}
