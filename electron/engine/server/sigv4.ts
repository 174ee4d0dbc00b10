/**
 * Checks AWS Signature Version 4 with this launch's key, in the Authorization header or in a presigned query.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { ServiceError } from './serviceError.ts'

export interface KeyPair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface SignedRequest {
  readonly method: string
  /** As it came, percent-encoded. */
  readonly rawPath: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface SignatureScope {
  readonly service: string
  readonly region: string
  readonly date: string
  /** The value of x-amz-content-sha256, or the payload's hash that was signed over. */
  readonly payloadHash: string
  /** First link of the chain of a chunk-signed body. */
  readonly signature: string
  readonly signingKey: Buffer
  readonly timestamp: string
}

/** AWS allows a clock to be off by fifteen minutes. */
const allowedSkewMs = 15 * 60 * 1000
const longestPresignedSeconds = 7 * 24 * 3600
const algorithm = 'AWS4-HMAC-SHA256'

interface Claim {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly timestamp: string
  readonly presigned: boolean
}

/**
 * @param bodyHash hex SHA-256 of the body where the request names no x-amz-content-sha256 (all services but S3)
 * @throws ServiceError MissingAuthenticationToken, IncompleteSignature, InvalidClientTokenId, SignatureDoesNotMatch,
 *   RequestTimeTooSkewed or InvalidSignatureException (clock), AccessDenied (an expired presigned address)
 */
export function verifySignature(
  request: SignedRequest,
  keys: KeyPair,
  nowMs: number,
  bodyHash: () => string,
): SignatureScope {
  const claim = readClaim(request)
  const signedAtMs = parseTimestamp(claim.timestamp)
  if (claim.presigned) {
    const seconds = Number(request.query.get('X-Amz-Expires'))
    if (!(seconds >= 1 && seconds <= longestPresignedSeconds)) {
      throw new ServiceError('AuthorizationQueryParametersError', 'X-Amz-Expires is out of range')
    }
    if (nowMs > signedAtMs + seconds * 1000) {
      throw new ServiceError('AccessDenied', 'Request has expired', 403)
    }
  }
  if (!claim.presigned && Math.abs(nowMs - signedAtMs) > allowedSkewMs) {
    throw skewed(claim, nowMs)
  }
  if (claim.accessKeyId !== keys.accessKeyId) {
    throw claim.service === 's3'
      ? new ServiceError('InvalidAccessKeyId', 'The access key does not exist in our records.', 403)
      : new ServiceError(
          'UnrecognizedClientException',
          'The security token included in the request is invalid.',
          403,
        )
  }
  if (!claim.signedHeaders.includes('host')) {
    throw new ServiceError('SignatureDoesNotMatch', 'The host header must be signed.', 403)
  }

  const payloadHash = claim.presigned
    ? 'UNSIGNED-PAYLOAD'
    : (request.headers['x-amz-content-sha256'] ?? bodyHash())
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`
  const canonical = canonicalRequest(request, claim, payloadHash)
  const toSign = [algorithm, claim.timestamp, scope, sha256Hex(canonical)].join('\n')
  const signingKey = deriveSigningKey(keys.secretAccessKey, claim)
  const expected = createHmac('sha256', signingKey).update(toSign).digest('hex')
  if (!equalInConstantTime(expected, claim.signature)) {
    throw new ServiceError(
      claim.service === 's3' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
      403,
    )
  }
  return {
    service: claim.service,
    region: claim.region,
    date: claim.date,
    payloadHash,
    signature: claim.signature,
    signingKey,
    timestamp: claim.timestamp,
  }
}

/** Hex HMAC of a chunk's string to sign, for aws-chunked bodies. */
export function chunkSignature(
  scope: SignatureScope,
  previousSignature: string,
  kind: 'PAYLOAD' | 'TRAILER',
  contentHash: string,
): string {
  const credentialScope = `${scope.date}/${scope.region}/${scope.service}/aws4_request`
  const lines = [`${algorithm}-${kind}`, scope.timestamp, credentialScope, previousSignature]
  if (kind === 'PAYLOAD') lines.push(sha256Hex(''))
  lines.push(contentHash)
  return createHmac('sha256', scope.signingKey).update(lines.join('\n')).digest('hex')
}

export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

export function equalInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** S3 has a name of its own for it; SDKs correct their clock on either. */
function skewed(claim: Claim, nowMs: number): ServiceError {
  if (claim.service === 's3') {
    return new ServiceError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
    )
  }
  const now = toTimestamp(nowMs)
  const age = claim.timestamp < now ? 'expired' : 'not yet current'
  return new ServiceError(
    'InvalidSignatureException',
    `Signature ${age}: ${claim.timestamp} is more than 15 minutes from ${now}.`,
    403,
  )
}

function readClaim(request: SignedRequest): Claim {
  const presigned = request.query.has('X-Amz-Signature')
  const authorization = request.headers['authorization']
  if (!presigned && !authorization) {
    throw new ServiceError('MissingAuthenticationToken', 'Missing Authentication Token', 403)
  }
  const field = (name: string): string => {
    const value = presigned
      ? request.query.get(`X-Amz-${name}`)
      : new RegExp(`(?:^|[ ,])${name}=([^,\\s]+)`).exec(authorization ?? '')?.[1]
    if (!value) throw new ServiceError('IncompleteSignature', `The signature lacks ${name}.`, 403)
    return value
  }
  const declared = presigned ? request.query.get('X-Amz-Algorithm') : authorization?.split(' ')[0]
  if (declared !== algorithm) {
    throw new ServiceError('IncompleteSignature', `Only ${algorithm} is supported.`, 403)
  }
  const [accessKeyId, date, region, service, end, ...rest] = field('Credential').split('/')
  if (!accessKeyId || !date || !region || !service || end !== 'aws4_request' || rest.length > 0) {
    throw new ServiceError('IncompleteSignature', 'The credential scope is malformed.', 403)
  }
  const timestamp = presigned
    ? request.query.get('X-Amz-Date')
    : (request.headers['x-amz-date'] ?? httpDateToTimestamp(request.headers['date']))
  if (!timestamp?.startsWith(date)) {
    throw new ServiceError('IncompleteSignature', 'The date and the credential differ.', 403)
  }
  return {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: field('SignedHeaders').toLowerCase().split(';'),
    signature: field('Signature'),
    timestamp,
    presigned,
  }
}

function canonicalRequest(request: SignedRequest, claim: Claim, payloadHash: string): string {
  // S3 signs the path as sent; every other service encodes it once more.
  const path =
    claim.service === 's3'
      ? request.rawPath
      : request.rawPath
          .split('/')
          .map((segment) => encodeStrictly(segment))
          .join('/')
  const query = [...request.query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodeStrictly(name), encodeStrictly(value)] as const)
    // By name first: sorting the joined pairs would put "a-b=" before "a=".
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const headers = claim.signedHeaders
    .map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`)
    .join('')
  return [
    request.method,
    path || '/',
    query,
    headers,
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n')
}

function deriveSigningKey(secret: string, claim: Claim): Buffer {
  const steps = [claim.date, claim.region, claim.service, 'aws4_request']
  return steps.reduce<Buffer>(
    (key, step) => createHmac('sha256', key).update(step).digest(),
    Buffer.from(`AWS4${secret}`),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** `20261123T195900Z` -> milliseconds; NaN-free. */
function parseTimestamp(timestamp: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp)
  if (!parts) throw new ServiceError('IncompleteSignature', 'The date is malformed.', 403)
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ] // six groups, all digits
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function httpDateToTimestamp(date: string | undefined): string | undefined {
  const ms = Date.parse(date ?? '')
  if (Number.isNaN(ms)) return undefined
  return toTimestamp(ms)
}

function toTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
}
