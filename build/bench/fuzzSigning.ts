/** Signs requests by Signature Version 4, well enough that what is wrong with them is what a fuzzer put there. */
import { createHash, createHmac } from 'node:crypto'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface Unsigned {
  readonly method: string
  /** Percent-encoded. */
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly service: string
  /** The value of x-amz-content-sha256: a hash, or one of S3's words. */
  readonly payloadHash: string
}

export interface Signed {
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly signature: string
  readonly signingKey: Buffer
  readonly timestamp: string
  readonly date: string
}

const region = 'us-east-1'

export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

export function encodeStrictly(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

export function sign(request: Unsigned, keys: Keys, nowMs: number): Signed {
  const timestamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const date = timestamp.slice(0, 8)
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': request.payloadHash,
  }
  const names = Object.keys(headers).sort()
  const canonicalHeaders = names.map(
    (name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`,
  )
  const query = request.query
    .map(([name, value]) => [encodeStrictly(name), encodeStrictly(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const path =
    request.service === 's3' ? request.path : request.path.split('/').map(encodeStrictly).join('/')
  const canonical = [
    request.method,
    path,
    query,
    canonicalHeaders.join(''),
    names.join(';'),
    request.payloadHash,
  ].join('\n')
  const scope = `${date}/${region}/${request.service}/aws4_request`
  const signingKey = [region, request.service, 'aws4_request'].reduce(
    hmac,
    hmac(`AWS4${keys.secretAccessKey}`, date),
  )
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scope, sha256Hex(canonical)].join('\n')
  const signature = hmac(signingKey, toSign).toString('hex')
  return {
    target: query === '' ? request.path : `${request.path}?${query}`,
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
    signature,
    signingKey,
    timestamp,
    date,
  }
}
