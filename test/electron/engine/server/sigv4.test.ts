import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  sha256Hex,
  verifySignature,
  type SignatureScope,
} from '../../../../electron/engine/server/sigv4.ts'

const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret/+key' }
const nowMs = Date.UTC(2026, 10, 23, 12, 0, 0)

function signerFor(service: string) {
  return new SignatureV4({
    credentials: keys,
    region: 'us-east-1',
    service,
    sha256: Sha256,
    // S3 alone signs the path as it is sent.
    uriEscapePath: service !== 's3',
    applyChecksum: true,
  })
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** What the server sees of a request that the SDK's signer has signed. */
function received(request: HttpRequest) {
  const pairs = Object.entries(request.query).map(
    ([name, value]) => `${encode(name)}=${encode(String(value ?? ''))}`,
  )
  return {
    method: request.method,
    rawPath: request.path,
    query: new URLSearchParams(pairs.join('&')),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  }
}

function requestOf(overrides: Partial<ConstructorParameters<typeof HttpRequest>[0]> = {}) {
  return new HttpRequest({
    method: 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: '/',
    headers: { host: '127.0.0.1:8080' },
    ...overrides,
  })
}

function verify(
  request: HttpRequest,
  atMs = nowMs,
  pair: { accessKeyId: string; secretAccessKey: string } = keys,
): SignatureScope {
  return verifySignature(received(request), pair, atMs, () => sha256Hex(String(request.body ?? '')))
}

const signed = async (service: string, overrides = {}) =>
  (await signerFor(service).sign(requestOf(overrides), {
    signingDate: new Date(nowMs),
  })) as HttpRequest

test('accepts whatever the SDK signs: any path, query and header', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('s3', 'sagemaker', 'logs', 'sts'),
      fc.array(text, { maxLength: 4 }),
      fc.dictionary(
        text.filter((name) => !/^x-amz-/i.test(name)),
        fc.string({ maxLength: 8 }),
        { maxKeys: 4 },
      ),
      fc.string(),
      async (service, segments, query, body) => {
        // Empty path segments and dots are normalised away by clients before they sign.
        const path = `/${segments
          .filter((segment) => !/^\.+$/.test(segment))
          .map(encode)
          .join('/')}`
        const request = await signed(service, {
          path,
          query,
          body,
          headers: { host: '127.0.0.1:8080', 'x-amz-meta-a': '  two   words ' },
        })
        expect(verify(request).service).toBe(service)
      },
    ),
    { numRuns: 200, seed: 7 },
  )
})

test('refuses a request that was changed after it was signed', async () => {
  const request = await signed('sagemaker', { body: '{"a":1}', query: { a: '1' } })
  expect(verify(request).region).toBe('us-east-1')
  const changes: Partial<HttpRequest>[] = [
    { method: 'PUT' },
    { path: '/other' },
    { query: { a: '2' } },
    { headers: { ...request.headers, host: '127.0.0.1:1' } },
    {
      body: '{"a":2}',
      headers: { ...request.headers, 'x-amz-content-sha256': sha256Hex('{"a":2}') },
    },
  ]
  for (const change of changes) {
    const changed = Object.assign(request.clone(), change)
    expect(() => verify(changed)).toThrow(
      expect.objectContaining({ name: 'InvalidSignatureException', status: 403 }),
    )
  }
})

test('refuses a wrong secret and an unknown key in each service’s words', async () => {
  const s3 = await signed('s3')
  const json = await signed('logs')
  const wrongSecret = { ...keys, secretAccessKey: 'other' }
  const otherKey = { ...keys, accessKeyId: 'AKIAOTHER' }
  const nameOf = (run: () => unknown) => {
    try {
      run()
    } catch (error) {
      return (error as Error).name
    }
    return 'accepted'
  }
  expect([
    nameOf(() => verify(s3, nowMs, wrongSecret)),
    nameOf(() => verify(json, nowMs, wrongSecret)),
    nameOf(() => verify(s3, nowMs, otherKey)),
    nameOf(() => verify(json, nowMs, otherKey)),
  ]).toEqual([
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    'InvalidAccessKeyId',
    'UnrecognizedClientException',
  ])
})

test('a clock may be off by fifteen minutes either way, and no more', async () => {
  const minute = 60_000
  for (const service of ['s3', 'sagemaker']) {
    const request = await signed(service)
    for (const off of [-15, 15]) expect(verify(request, nowMs + off * minute).service).toBe(service)
    for (const off of [-16, 16]) {
      expect(() => verify(request, nowMs + off * minute)).toThrow(
        expect.objectContaining({
          name: service === 's3' ? 'RequestTimeTooSkewed' : 'InvalidSignatureException',
        }),
      )
    }
  }
})

test('a presigned address is good until it expires, and as it was signed', async () => {
  const request = (await signerFor('s3').presign(
    requestOf({
      method: 'GET',
      path: '/bucket/a%20key',
      headers: { host: '127.0.0.1:8080', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    }),
    { signingDate: new Date(nowMs), expiresIn: 3600 },
  )) as HttpRequest
  const check = (atMs: number) => verify(request, atMs).service
  const hour = 3600_000
  expect(check(nowMs + hour - 1000)).toBe('s3')
  expect(() => check(nowMs + hour + 1000)).toThrow('Request has expired')
  request.query['X-Amz-Expires'] = '86400'
  expect(() => check(nowMs + hour + 1000)).toThrow(
    expect.objectContaining({ name: 'SignatureDoesNotMatch' }),
  )
})

test.each([
  ['no signature at all', {}],
  ['another algorithm', { authorization: 'AWS4-ECDSA-P256-SHA256 Credential=a' }],
  ['half a header', { authorization: 'AWS4-HMAC-SHA256 Credential=a/b' }],
  ['a basic password', { authorization: 'Basic YTpi' }],
])('refuses %s', (_, headers) => {
  expect(() => verify(requestOf({ headers: { host: 'x', ...headers } }))).toThrow(
    expect.objectContaining({ status: 403 }),
  )
})
