/**
 * Writes every request that goes to AWS to a file, one JSON object a line, so that anyone can hold them against AWS's
 * published service models. Secrets are left out: signatures, tokens, keys. Of an object's content there is only size and
 * hash. Requests are seen as they leave: signed, and each attempt for itself.
 */
import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import type { HttpRequest, HttpResponse } from '@smithy/protocol-http'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { redacted } from './echoedSecrets.ts'

/** A line of the file. */
export interface RecordedRequest {
  readonly at: string
  /** The service that the signature names; null where nothing is signed, as when signing in. */
  readonly signedFor: string | null
  readonly method: string
  readonly host: string
  /** As sent, percent-encoded. */
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  /** Null for the content of an object, and for a stream. */
  readonly body: string | null
  readonly bodyBytes: number | null
  readonly bodySha256: string | null
  readonly status: number | null
  readonly requestId: string | null
  /** What was thrown instead of an answer. */
  readonly error: string | null
}

const secretHeaders =
  /^(authorization|proxy-authorization|cookie|x-amz-security-token|x-amz-sso_bearer_token)$|customer-key/i
const secretQuery = /^x-amz-(signature|security-token|credential)$/i
/** Members and form fields that carry a secret; a page's token and an idempotency token are none. */
const secretMember =
  /^(tokencode|webidentitytoken|samlassertion|assertion|secretaccesskey|sessiontoken|clientsecret|refreshtoken|accesstoken|devicecode|code|codeverifier|password)$/i
/** Of a query: what is put is a setting of the bucket, not a user's rows. */
const bucketSettings = ['encryption', 'lifecycle', 'policy', 'publicAccessBlock', 'tagging']

/** A handler as the SDK has it; what it sends is written down where a file is named. */
export function createRecordingHandler(
  options: ConstructorParameters<typeof NodeHttpHandler>[0],
  file: string | undefined = process.env['TIMBRE_RECORD_AWS'],
): NodeHttpHandler {
  return file ? new RecordingHandler(options, file) : new NodeHttpHandler(options)
}

class RecordingHandler extends NodeHttpHandler {
  readonly #file: string

  constructor(options: ConstructorParameters<typeof NodeHttpHandler>[0], file: string) {
    super(options)
    this.#file = file
  }

  override async handle(
    ...[request, options]: Parameters<NodeHttpHandler['handle']>
  ): Promise<{ response: HttpResponse }> {
    const facts = describeRequest(request)
    const write = (end: Pick<RecordedRequest, 'status' | 'requestId' | 'error'>) =>
      appendFileSync(this.#file, `${JSON.stringify({ ...facts, ...end })}\n`, { mode: 0o600 })
    try {
      const answer = await super.handle(request, options)
      const { statusCode, headers } = answer.response
      const requestId = headers['x-amzn-requestid'] ?? headers['x-amz-request-id'] ?? null
      write({ status: statusCode, requestId, error: null })
      return answer
    } catch (error) {
      write({
        status: null,
        requestId: null,
        error: error instanceof Error ? error.name : 'Error',
      })
      throw error
    }
  }
}

export function describeRequest(
  request: HttpRequest,
): Omit<RecordedRequest, 'status' | 'requestId' | 'error'> {
  const { method, hostname, port, path } = request
  const headers = lowerCased(request.headers)
  const query = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one): [string, string] => [name, one]),
  )
  const scope = /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/
  const presigned = query.find(([name]) => name.toLowerCase() === 'x-amz-credential')?.[1]
  const signedFor =
    scope.exec(headers['authorization'] ?? `Credential=${presigned ?? ''}`)?.[1] ?? null
  const isObject =
    signedFor === 's3' &&
    method === 'PUT' &&
    !query.some(([name]) => bucketSettings.includes(name)) &&
    path.split('/').filter((part) => part !== '').length > 1
  const content = contentOf(request.body)
  const isText = /json|x-www-form-urlencoded|xml/.test(headers['content-type'] ?? '')
  const keepsBody = content !== null && !isObject && (isText || content.length === 0)
  return {
    at: new Date().toISOString(),
    signedFor,
    method,
    host: port === undefined ? hostname : `${hostname}:${port}`,
    path,
    query: query.map(([name, value]) => [name, secretQuery.test(name) ? redacted : value]),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        secretHeaders.test(name) ? redacted : value,
      ]),
    ),
    body: keepsBody
      ? withoutSecrets(content.toString('utf8'), headers['content-type'] ?? '')
      : null,
    bodyBytes: content?.length ?? null,
    bodySha256: content && createHash('sha256').update(content).digest('hex'),
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

/** Null for a stream: reading it here would take it from the request. */
function contentOf(body: unknown): Buffer | null {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body === 'string') return Buffer.from(body)
  return body instanceof Uint8Array ? Buffer.from(body) : null
}

function withoutSecrets(text: string, type: string): string {
  if (type.includes('x-www-form-urlencoded')) {
    const form = new URLSearchParams(text)
    for (const name of [...form.keys()])
      if (secretMember.test(name.split('.').at(-1) ?? '')) form.set(name, redacted)
    return form.toString()
  }
  if (!type.includes('json') || text === '') return text
  try {
    return JSON.stringify(
      JSON.parse(text, (name, value: unknown) =>
        secretMember.test(name) && typeof value === 'string' ? redacted : value,
      ),
    )
  } catch {
    // Not what it says it is; what it is instead may be anything.
    return redacted
  }
}
