import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { decodeAwsChunked } from '../../../../electron/engine/server/awsChunked.ts'
import {
  chunkSignature,
  sha256Hex,
  type SignatureScope,
} from '../../../../electron/engine/server/sigv4.ts'

/** The example of AWS's documentation of chunked uploads. */
function documentedScope(): SignatureScope {
  const signingKey = ['20130524', 'us-east-1', 's3', 'aws4_request'].reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from('AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
  )
  return {
    service: 's3',
    region: 'us-east-1',
    date: '20130524',
    payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    signingKey,
    timestamp: '20130524T000000Z',
  }
}

const chunks = [
  ['ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648', Buffer.alloc(65536, 'a')],
  ['0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497', Buffer.alloc(1024, 'a')],
  ['b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9', Buffer.alloc(0)],
] as const

function documentedBody(): Buffer {
  return Buffer.concat(
    chunks.flatMap(([signature, content]) => [
      Buffer.from(`${content.length.toString(16)};chunk-signature=${signature}\r\n`),
      content,
      Buffer.from('\r\n'),
    ]),
  )
}

/** In pieces, as a socket hands it on. */
async function* inPieces(body: Buffer, size: number) {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size)
}

async function decode(body: Buffer, scope: SignatureScope, pieceSize = 1000) {
  const trailers = new Map<string, string>()
  const parts: Buffer[] = []
  for await (const part of decodeAwsChunked(inPieces(body, pieceSize), scope, trailers))
    parts.push(part)
  return { content: Buffer.concat(parts), trailers: Object.fromEntries(trailers) }
}

test.each([1, 7, 4096, 1_000_000])(
  'decodes the documented example in pieces of %i bytes',
  async (size) => {
    const { content } = await decode(documentedBody(), documentedScope(), size)
    expect(content.equals(Buffer.alloc(66560, 'a'))).toBe(true)
  },
)

test('refuses a changed byte, a chunk left out and a body cut short', async () => {
  const changed = documentedBody()
  changed[200] = 98
  const signatureError = expect.objectContaining({ name: 'SignatureDoesNotMatch' })
  await expect(decode(changed, documentedScope())).rejects.toEqual(signatureError)
  const second = documentedBody().subarray(65536 + 6 + 17 + 64 + 2 + 2)
  await expect(decode(second, documentedScope())).rejects.toMatchObject({ status: 403 })
  const cut = documentedBody().subarray(0, 60_000)
  await expect(decode(cut, documentedScope())).rejects.toMatchObject({ name: 'IncompleteBody' })
})

test('reads checksums from the trailer of an unsigned body', async () => {
  const scope = { ...documentedScope(), payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }
  const body = Buffer.from('5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n')
  expect(await decode(body, scope, 3)).toEqual({
    content: Buffer.from('hello'),
    trailers: { 'x-amz-checksum-crc32': 'NhCmhg==' },
  })
})

test('a signed trailer must be signed', async () => {
  const scope = {
    ...documentedScope(),
    payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  }
  const first = chunkSignature(scope, scope.signature, 'PAYLOAD', sha256Hex('hi'))
  const last = chunkSignature(scope, first, 'PAYLOAD', sha256Hex(''))
  const trailer = 'x-amz-checksum-crc32:2TIgxA=='
  const signature = chunkSignature(scope, last, 'TRAILER', sha256Hex(`${trailer}\n`))
  const body = (trailerSignature: string) =>
    Buffer.from(
      `2;chunk-signature=${first}\r\nhi\r\n0;chunk-signature=${last}\r\n${trailer}\r\n${trailerSignature}\r\n`,
    )
  const good = await decode(body(`x-amz-trailer-signature:${signature}\r\n`), scope)
  expect(good.content.toString()).toBe('hi')
  const refused = expect.objectContaining({ name: 'SignatureDoesNotMatch' })
  await expect(decode(body(''), scope)).rejects.toEqual(refused)
  const wrong = `x-amz-trailer-signature:${'0'.repeat(64)}\r\n`
  await expect(decode(body(wrong), scope)).rejects.toEqual(refused)
})

test.each([
  '',
  'zz\r\n',
  '-1\r\n',
  '5\r\nhelloXX0\r\n\r\n',
  'ffffffffffff\r\n',
  '5'.repeat(20_000),
])('refuses the malformed body %#', async (text) => {
  const scope = { ...documentedScope(), payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }
  await expect(decode(Buffer.from(text), scope)).rejects.toMatchObject({ status: 400 })
})
