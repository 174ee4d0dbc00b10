/**
 * Takes the aws-chunked framing off an upload: `hex-size[;chunk-signature=...]\r\n bytes \r\n ... 0 ... trailers`.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
import { ServiceError } from './serviceError.ts'
import { chunkSignature, equalInConstantTime, sha256Hex, type SignatureScope } from './sigv4.ts'

const longestLine = 16 * 1024
const mostTrailers = 16
/** A signed chunk is held in memory, since its signature covers it whole. Clients send 64 KiB to a few MiB. */
const largestSignedChunk = 64 * 1024 * 1024

/** Yields the content; trailing headers (checksums) are added to `trailers` when the end is reached. */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  scope: SignatureScope,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const signed = scope.payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
  const reader = createByteReader(source)
  let previous = scope.signature
  for (;;) {
    const header = await reader.readLine()
    const [sizeText = '', ...extensions] = header.split(';')
    if (!/^[0-9a-fA-F]{1,10}$/.test(sizeText)) throw malformed()
    const size = Number.parseInt(sizeText, 16)
    if (signed) {
      if (size > largestSignedChunk) throw malformed()
      const content = await reader.readWhole(size)
      const claimed = extensions
        .find((extension) => extension.startsWith('chunk-signature='))
        ?.slice('chunk-signature='.length)
      const expected = chunkSignature(scope, previous, 'PAYLOAD', sha256Hex(content))
      if (!claimed || !equalInConstantTime(expected, claimed)) {
        throw new ServiceError('SignatureDoesNotMatch', 'A chunk signature does not match.', 403)
      }
      previous = expected
      if (size > 0) yield content
    } else {
      yield* reader.read(size)
    }
    if (size === 0) break
    if ((await reader.readLine()) !== '') throw malformed()
  }
  let signedTrailers = ''
  let trailerSignature: string | null = null
  for (;;) {
    const line = await reader.readLine({ endIsEmpty: true })
    if (line === '') break
    const colon = line.indexOf(':')
    if (colon < 1 || trailers.size >= mostTrailers) throw malformed()
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'x-amz-trailer-signature') {
      trailerSignature = value
    } else {
      trailers.set(name, value)
      signedTrailers += `${name}:${value}\n`
    }
  }
  if (signed && trailers.size > 0) {
    const expected = chunkSignature(scope, previous, 'TRAILER', sha256Hex(signedTrailers))
    if (trailerSignature === null || !equalInConstantTime(expected, trailerSignature)) {
      throw new ServiceError('SignatureDoesNotMatch', 'The trailer signature does not match.', 403)
    }
  }
}

function malformed(): ServiceError {
  return new ServiceError('InvalidRequest', 'The chunked body is malformed.')
}

function createByteReader(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)

  async function more(): Promise<boolean> {
    const next = await iterator.next()
    if (next.done) return false
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value])
    return true
  }

  return {
    async readLine(options: { endIsEmpty?: boolean } = {}): Promise<string> {
      for (;;) {
        const end = held.indexOf('\r\n')
        if (end >= 0) {
          const line = held.subarray(0, end).toString('latin1')
          held = held.subarray(end + 2)
          return line
        }
        if (held.length > longestLine) throw malformed()
        if (await more()) continue
        if (options.endIsEmpty && held.length === 0) return ''
        throw endedEarly()
      }
    },
    /** The next `size` bytes in the pieces in which they come. */
    async *read(size: number): AsyncGenerator<Buffer> {
      let missing = size
      while (missing > 0) {
        if (held.length === 0 && !(await more())) throw endedEarly()
        const piece = held.subarray(0, missing)
        held = held.subarray(piece.length)
        missing -= piece.length
        yield piece
      }
    },
    async readWhole(size: number): Promise<Buffer> {
      const pieces: Buffer[] = []
      for await (const piece of this.read(size)) pieces.push(piece)
      return Buffer.concat(pieces)
    },
  }
}

function endedEarly(): ServiceError {
  return new ServiceError('IncompleteBody', 'The body ended early.')
}
