/**
 * Requests that are wrong in one way or many, each reproducible from its seed: broken HTTP, broken signatures, good
 * signatures over nonsense for every operation, damaged chunks, halves of bodies. What the run stores beforehand lies in
 * the bucket `keep` and under names in `keep-`; requests for it are all of a kind that must fail.
 */
import { jsonServices } from '../../electron/engine/server/router.ts'
import { encodeStrictly, sha256Hex, sign, type Keys } from './fuzzSigning.ts'
import { inputFor, jsonSchemaOf, oddText, oddValue, type Dice } from './fuzzValues.ts'

export interface FuzzRequest {
  readonly kind: string
  readonly bytes: Buffer
  readonly method: string
  /** Whole and unambiguous as HTTP: it must be answered, and the connection may be used again. */
  readonly isWhole: boolean
  /** Hang up after the bytes, without waiting for an answer. */
  readonly leaves: boolean
}

export interface FuzzTarget {
  readonly host: string
  readonly keys: Keys
}

interface Wire {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const operations = [...jsonServices].flatMap(([prefix, { service, operations: offered }]) =>
  Object.entries(offered).map(([name, { schema }]) => ({
    target: `${prefix}.${name}`,
    service,
    schema: jsonSchemaOf(schema),
  })),
)

const methods = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'] as const
const buckets = ['fuzz-1', 'fuzz-2', 'none', 'BUCKET', 'a..b', '', 'timbre-models', '..', 'con']
const objectKeys = ['a', 'a/b', '', '..', '../../x', '%2e%2e/x', '%', '%zz', 'ü', '+', '?', 'c d']
const bucketQueries = [
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'marker',
  'start-after',
  'continuation-token',
  'encoding-type',
  'location',
  'uploads',
  'delete',
  'acl',
  'policy',
  'versioning',
]
const objectQueries = [
  'uploads',
  'uploadId',
  'partNumber',
  'part-number-marker',
  'max-parts',
  'attributes',
  'tagging',
  'versionId',
  'x-id',
]
const objectHeaders: readonly (readonly [string, readonly string[]])[] = [
  ['range', ['bytes=0-0', 'bytes=9-1', 'bytes=-', 'bytes=5-18446744073709551615', 'lines=1']],
  ['content-md5', ['x', 'AAAAAAAAAAAAAAAAAAAAAA==']],
  ['x-amz-copy-source', ['%', '/', 'fuzz-1', '/fuzz-1/a', 'keep/object', '/none/x', '/..%2f/x']],
  ['x-amz-copy-source-range', ['bytes=0-1', 'bytes=9-1', 'x']],
  ['x-amz-metadata-directive', ['REPLACE', 'x']],
  ['x-amz-checksum-crc32', ['AAAA', 'AAAAAA==', '', '💥']],
  ['x-amz-checksum-crc64nvme', ['AAAAAAAAAAA=', 'x']],
  ['x-amz-checksum-algorithm', ['CRC32C', 'SHA256', 'XXHASH3', 'none']],
  ['x-amz-checksum-type', ['COMPOSITE', 'FULL_OBJECT', 'x']],
  ['x-amz-checksum-mode', ['ENABLED']],
  ['x-amz-object-attributes', ['ETag', 'ETag,ObjectParts,Checksum', 'x']],
  ['x-amz-mp-object-size', ['-1', '1', 'x']],
  ['x-amz-trailer', ['x-amz-checksum-crc32', 'x-amz-checksum-sha1,x-amz-checksum-crc32', 'x']],
  ['x-amz-decoded-content-length', ['0', '-1', '9', 'x']],
  ['x-amz-meta-a', ['1', '']],
  ['if-match', ['"x"', '*', '']],
  ['if-none-match', ['*', '"x"']],
  ['content-type', ['text/x', '']],
]
const documents = [
  '',
  '<',
  '<a/>',
  '<Delete></Delete>',
  '<Delete><Object><Key>a</Key></Object></Delete>',
  '<Delete><Object><Key>&#x0;&#xFFFFFF;</Key></Object></Delete>',
  '<Delete><Object><Key></Key></Object><Quiet>x</Quiet></Delete>',
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
  '<CompleteMultipartUpload><Part><PartNumber>NaN</PartNumber></Part></CompleteMultipartUpload>',
  '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><Delete>&z;</Delete>',
  '<!DOCTYPE a SYSTEM "file:///etc/passwd"><Delete/>',
  '<a>'.repeat(3000),
  '<a b="'.repeat(50),
  '<Delete xmlns:__proto__="x"><__proto__><Key>a</Key></__proto__></Delete>',
  '<?xml version="1.0"?><![CDATA[',
]

export function createFuzzer(dice: Dice, { host, keys }: FuzzTarget, now: () => number) {
  /** Unsigned bytes of a request; a body is framed by Content-Length unless its headers frame it. */
  function wire({ method, target, headers, body }: Wire): Buffer {
    const isFramed = 'content-length' in headers || 'transfer-encoding' in headers
    const all = {
      host,
      ...headers,
      ...(isFramed ? {} : { 'content-length': String(body.length) }),
    }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    return Buffer.concat([
      Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'utf8'),
      body,
    ])
  }

  interface Asked {
    readonly method: string
    readonly path: string
    readonly service: string
    readonly query?: readonly (readonly [string, string])[]
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: Buffer
    readonly payloadHash?: string
  }

  function signed(asked: Asked): Wire & { readonly signature: ReturnType<typeof sign> } {
    const body = asked.body ?? Buffer.alloc(0)
    const signature = sign(
      {
        method: asked.method,
        path: asked.path,
        query: asked.query ?? [],
        headers: { host, ...asked.headers },
        service: asked.service,
        payloadHash: asked.payloadHash ?? sha256Hex(body),
      },
      keys,
      now(),
    )
    return {
      method: asked.method,
      target: signature.target,
      headers: signature.headers,
      body,
      signature,
    }
  }

  const whole = (kind: string, request: Wire): FuzzRequest => ({
    kind,
    bytes: wire(request),
    method: request.method,
    isWhole: true,
    leaves: false,
  })
  const broken = (kind: string, bytes: Buffer): FuzzRequest => ({
    kind,
    bytes,
    method: '',
    isWhole: false,
    leaves: false,
  })

  function operationRequest(): Wire {
    const { target, service, schema } = dice.pick(operations)
    const damage = dice.pick([0, 0.02, 0.1, 0.4])
    const input = dice.chance(0.1) ? oddValue(dice) : inputFor(schema, dice, damage)
    const text = dice.chance(0.05)
      ? dice.pick([
          '',
          '{',
          'nil',
          '[]',
          '"x"',
          '1e999',
          '{"__proto__":{"a":1}}',
          '[['.repeat(9999),
        ])
      : (JSON.stringify(input) ?? '')
    return signed({
      method: 'POST',
      path: '/',
      service: dice.chance(0.02) ? dice.pick(['s3', 'sts', 'logs', 'x']) : service,
      headers: {
        'x-amz-target': dice.chance(0.02) ? dice.pick(['SageMaker.toString', 'x', '.']) : target,
        'content-type': 'application/x-amz-json-1.1',
      },
      body: Buffer.from(text),
    })
  }

  function storageRequest(): Wire {
    const bucket = dice.pick(buckets)
    const key = dice.chance(0.3) ? null : dice.pick(objectKeys)
    const method = dice.pick(methods)
    const names = key === null ? bucketQueries : objectQueries
    const query = Array.from({ length: dice.below(3) }, () => {
      const odd = oddText(dice).replaceAll('\u0000', '')
      const value = dice.chance(0.5) ? dice.pick(['', '0', '1', '2', '-1', '1e9', 'url']) : odd
      return [dice.pick(names), value] as const
    })
    const headers: Record<string, string> = {}
    for (let count = dice.below(3); count > 0; count -= 1) {
      const [name, values] = dice.pick(objectHeaders)
      const value = dice.pick(values)
      if (/^[\x20-\x7e]*$/.test(value)) headers[name] = value
    }
    const hasBody = method === 'PUT' || method === 'POST'
    const encoded = (key ?? '')
      .split('/')
      .map((part) => (part.startsWith('%') ? part : encodeStrictly(part)))
    return signed({
      method,
      path: `/${bucket}${key === null ? '' : `/${encoded.join('/')}`}`,
      service: 's3',
      query,
      headers,
      ...(hasBody
        ? { body: dice.chance(0.7) ? Buffer.from(dice.pick(documents)) : dice.bytes(50) }
        : {}),
      ...(dice.chance(0.2)
        ? {
            payloadHash: dice.pick([
              'UNSIGNED-PAYLOAD',
              'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
              'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
              'STREAMING-x',
              'x',
              '0'.repeat(64),
            ]),
          }
        : {}),
    })
  }

  /** For what must stay as it is, with something in it that must make it fail. */
  function attackOnKept(): Wire {
    const body = dice.bytes(20)
    const path = '/keep/object'
    switch (dice.below(6)) {
      case 0:
        return signed({ method: 'PUT', path, service: 's3', body, payloadHash: '1'.repeat(64) })
      case 1:
        return signed({
          method: 'PUT',
          path,
          service: 's3',
          body,
          headers: { [`x-amz-checksum-${dice.pick(['crc32', 'crc32c'])}`]: 'AAAAAA==' },
        })
      case 2:
        return signed({
          method: 'PUT',
          path,
          service: 's3',
          body,
          headers: { 'if-none-match': '*' },
        })
      case 3:
        return signed({
          method: 'PUT',
          path,
          service: 's3',
          query: [[dice.pick(['acl', 'tagging', 'retention', 'x']), '']],
          body,
        })
      case 4:
        return signed({
          method: 'POST',
          path: '/keep',
          service: 's3',
          query: [['delete', '']],
          body: Buffer.from('<Delete><Object><Key>object</Key></Object'),
        })
      default:
        return signed({ method: 'DELETE', path: '/keep', service: 's3' })
    }
  }

  function badSignature(): Wire {
    const good = dice.chance(0.5)
      ? signed({ method: 'DELETE', path: '/keep/object', service: 's3' })
      : signed({
          method: 'POST',
          path: '/',
          service: 'sagemaker',
          headers: { 'x-amz-target': 'SageMaker.DeleteModel' },
          body: Buffer.from('{"ModelName":"keep-model"}'),
        })
    const authorization = good.headers['authorization'] ?? ''
    const spoilt = dice.pick([
      () => authorization.slice(0, dice.below(authorization.length)),
      () => authorization.replace(/Signature=./, 'Signature=x'),
      () => authorization.replace(/Credential=[^/]+/, `Credential=${oddHeader()}`),
      () => authorization.replace(/SignedHeaders=[^,]+/, 'SignedHeaders=host'),
      () => authorization.replace(/\/(s3|sagemaker)\//, '/sts/'),
      () => authorization.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1'),
      () => `AWS4-HMAC-SHA256 ${'Credential=/'.repeat(dice.below(500))}`,
      oddHeader,
    ])()
    const headers =
      dice.chance(0.2) || spoilt === ''
        ? {
            ...good.headers,
            'x-amz-date': dice.pick(['20200101T000000Z', 'x', '99999999T999999Z']),
          }
        : { ...good.headers, authorization: spoilt }
    return { ...good, headers }
  }

  function oddHeader(): string {
    return oddText(dice).replace(/[^\x20-\x7e]/g, '.')
  }

  function presigned(): Wire {
    const value = () => encodeStrictly(oddHeader())
    const parts = [
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      `X-Amz-Credential=${keys.accessKeyId}%2F20260101%2Fus-east-1%2Fs3%2Faws4_request`,
      `X-Amz-Date=${dice.pick(['20260101T000000Z', 'x', ''])}`,
      `X-Amz-Expires=${dice.pick(['1', '-1', '1e9', 'x', '604800'])}`,
      'X-Amz-SignedHeaders=host',
      `X-Amz-Signature=${dice.pick(['', '0'.repeat(64), value()])}`,
    ].filter(() => !dice.chance(0.1))
    const method = dice.pick(methods)
    return {
      method,
      target: `/keep/object?${parts.join('&')}`,
      headers: {},
      body: Buffer.alloc(0),
    }
  }

  function invocation(): Wire {
    const name = dice.pick(['fuzz-a', 'keep-none', '%', '..', 'ü', 'a'.repeat(100)])
    const ending = dice.pick(['invocations', 'invocations-response-stream', 'x', ''])
    return signed({
      method: dice.chance(0.9) ? 'POST' : dice.pick(methods),
      path: `/endpoints/${name.startsWith('%') ? name : encodeStrictly(name)}/${ending}`,
      service: 'sagemaker',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(oddValue(dice)) ?? ''),
    })
  }

  function tokenService(): Wire {
    return signed({
      method: 'POST',
      path: '/',
      service: 'sts',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(
        dice.pick(['', 'Action=', 'Action=AssumeRole', `Action=${oddHeader()}`, '&&&=%', '\u0000']),
      ),
    })
  }

  /** Framed as aws-chunked within a Content-Length, so that HTTP itself is whole. */
  function chunks(): Wire {
    const body = dice.pick([
      'zz\r\nabc\r\n0\r\n\r\n',
      '3\r\nabcd\r\n0\r\n\r\n',
      'ffffffffff\r\nabc',
      '-3\r\nabc\r\n0\r\n\r\n',
      '3\r\nabc\r\n',
      '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      '3\r\nabc\r\n0\r\nx-amz-checksum-crc32\r\n\r\n',
      '3;chunk-signature=0\r\nabc\r\n0;chunk-signature=0\r\n\r\n',
      `${'0'.repeat(20_000)}3\r\nabc\r\n0\r\n\r\n`,
      `3\r\nabc\r\n0\r\n${'a:b\r\n'.repeat(100)}\r\n`,
      dice.bytes(100).toString('latin1'),
      '',
    ])
    const trailer = dice.pick([undefined, 'x-amz-checksum-crc32', 'x-amz-checksum-crc64nvme'])
    return signed({
      method: 'PUT',
      path: '/keep/object',
      service: 's3',
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': dice.pick(['4', '0', '100', '-1', 'x']),
        ...(trailer ? { 'x-amz-trailer': trailer } : {}),
      },
      body: Buffer.from(body, 'latin1'),
      payloadHash: dice.pick([
        'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      ]),
    })
  }

  function halfBody(): FuzzRequest {
    const size = 1000 + dice.below(100_000)
    const whole = wire(
      dice.chance(0.7)
        ? signed({
            method: 'PUT',
            path: '/keep/object',
            service: 's3',
            body: Buffer.alloc(size, 'x'),
            payloadHash: 'UNSIGNED-PAYLOAD',
          })
        : operationRequest(),
    )
    const bytes = whole.subarray(0, 1 + dice.below(whole.length - 1))
    return { kind: 'half a request', bytes, method: '', isWhole: false, leaves: dice.chance(0.8) }
  }

  function brokenHttp(): FuzzRequest {
    const target = dice.pick(['/', '/keep/object', '*', 'http://x/', '//', '/%00', oddHeader()])
    const method = dice.pick([...methods, 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'FOO', ''])
    const version = dice.pick(['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''])
    const headers = Array.from({ length: dice.below(6) }, () =>
      dice.pick([
        'Host: 127.0.0.1',
        `Host: ${host}`,
        'Content-Length: -1',
        'Content-Length: 5',
        'Content-Length: 6',
        'Content-Length: 99999999999',
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: gzip',
        'Transfer-Encoding: chunked, identity',
        'Expect: 100-continue',
        'Expect: 200-ok',
        'Upgrade: websocket',
        'Connection: upgrade',
        'X-Amz-Target: __proto__.constructor',
        ': x',
        ' folded',
        'a b: c',
        'x:\u0000',
        `x: ${'y'.repeat(dice.pick([100, 10_000, 40_000]))}`,
        oddHeader(),
      ]),
    )
    const many = dice.chance(0.05) ? Array.from({ length: 3000 }, (_, n) => `h${n}: x`) : []
    const end = dice.pick(['\r\n\r\n', '\n\n', '\r\n', '', '\r\r'])
    const body = dice.pick([
      '',
      'abc',
      '5\r\nabc\r\n',
      'g\r\nabc',
      'fffffffffffffffff\r\n',
      '0\r\n\r\n',
    ])
    const line = `${method} ${target} ${version}`
    const text = [line, ...headers, ...many].join('\r\n') + end + body
    return broken('broken HTTP', Buffer.from(text, 'latin1'))
  }

  /** Chunks of HTTP itself, damaged. */
  function brokenTransfer(): FuzzRequest {
    const request = signed({
      method: 'PUT',
      path: '/keep/object',
      service: 's3',
      payloadHash: 'UNSIGNED-PAYLOAD',
    })
    const body = dice.pick([
      '5\r\nabc',
      'x\r\nabc\r\n0\r\n\r\n',
      '3\nabc\n0\n\n',
      '3;\u0000\r\nabc\r\n',
      '-1\r\n',
      'ffffffffffffffffff\r\nabc\r\n',
    ])
    return broken(
      'damaged transfer encoding',
      wire({
        ...request,
        headers: { ...request.headers, 'transfer-encoding': 'chunked' },
        body: Buffer.from(body, 'latin1'),
      }),
    )
  }

  const kinds: readonly (readonly [number, () => FuzzRequest])[] = [
    [34, () => whole('nonsense for an operation', operationRequest())],
    [20, () => whole('nonsense for S3', storageRequest())],
    [8, () => whole('a bad signature', badSignature())],
    [6, () => whole('an attack on what is kept', attackOnKept())],
    [6, () => whole('damaged chunks', chunks())],
    [4, () => whole('a bad presigned address', presigned())],
    [4, () => whole('nonsense for an endpoint', invocation())],
    [2, () => whole('nonsense for STS', tokenService())],
    [6, halfBody],
    [6, brokenHttp],
    [2, brokenTransfer],
    [2, () => broken('noise', dice.bytes(1 + dice.below(300)))],
    [0.05, oversized],
  ]
  const total = kinds.reduce((sum, [weight]) => sum + weight, 0)

  /** Longer than any operation takes, and longer than it is signed to be. */
  function oversized(): FuzzRequest {
    const request = signed({
      method: 'POST',
      path: '/',
      service: 'sagemaker',
      headers: { 'x-amz-target': dice.pick(operations).target },
      body: Buffer.alloc(7 * 1024 * 1024, dice.pick(['[', ' ', '"'])),
    })
    return { ...whole('a body beyond the limit', request), isWhole: false }
  }

  return function next(): FuzzRequest {
    let left = dice.below(total * 100) / 100
    for (const [weight, create] of kinds) {
      if (left < weight) return create()
      left -= weight
    }
    throw new Error('The weights do not add up.')
  }
}
