/**
 * Stands between the app and an endpoint and does what networks and AWS do on a bad day, by a seed: late answers, bursts of
 * throttling, errors of the server, connections that end before, after and in the middle of an answer, cut JSON, a session
 * that is over, a clock that is off.
 */
import {
  createServer,
  request as forwardRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { signedServiceOf } from './wireRequest.ts'

export const faults = [
  'latency',
  'throttling',
  'serverError',
  'resetBefore',
  /** The request is done, and its answer lost. */
  'resetAfter',
  'resetInBody',
  'cutBody',
  'expiredToken',
  'skewedClock',
] as const
export type Fault = (typeof faults)[number]

export interface FaultyProxy {
  readonly url: string
  /** How often each came. */
  readonly counts: Readonly<Record<Fault, number>>
  readonly requests: number
  /** From now on everything goes through. */
  heal(): void
  close(): Promise<void>
}

export interface FaultyProxyOptions {
  readonly target: string
  readonly seed: number
  /** Of a fault, for each request. */
  readonly probability: number
}

export async function startFaultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  const target = new URL(options.target)
  const random = createRandom(options.seed)
  const counts: Record<Fault, number> = {
    latency: 0,
    throttling: 0,
    serverError: 0,
    resetBefore: 0,
    resetAfter: 0,
    resetInBody: 0,
    cutBody: 0,
    expiredToken: 0,
    skewedClock: 0,
  }
  let requests = 0
  let healed = false
  /** Faults that last for some requests. */
  let burst: { fault: Fault; left: number } | null = null

  function nextFault(): Fault | null {
    if (healed) return null
    if (burst && burst.left > 0) {
      burst.left -= 1
      return burst.fault
    }
    if (random() >= options.probability) return null
    const fault = faults[Math.floor(random() * faults.length)] ?? 'latency'
    if (fault === 'throttling') burst = { fault, left: Math.floor(random() * 5) }
    if (fault === 'expiredToken') burst = { fault, left: Math.floor(random() * 8) }
    return fault
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    requests += 1
    const fault = nextFault()
    if (fault) counts[fault] += 1
    const body = await readAll(incoming)
    if (fault === 'latency') await wait(random() * 40)
    if (fault === 'resetBefore') return void outgoing.socket?.destroy()
    if (
      fault === 'throttling' ||
      fault === 'serverError' ||
      fault === 'expiredToken' ||
      fault === 'skewedClock'
    )
      return refuse(incoming, outgoing, fault, random)
    const { status, headers, content } = await forward(target, incoming, body)
    if (fault === 'resetAfter') return void outgoing.socket?.destroy()
    if (fault === 'resetInBody' && content.length > 1) {
      outgoing.writeHead(status, { ...headers, 'content-length': content.length })
      outgoing.write(content.subarray(0, content.length >> 1), () => outgoing.socket?.destroy())
      return
    }
    const sent =
      fault === 'cutBody' && isJson(headers) ? content.subarray(0, content.length >> 1) : content
    outgoing.writeHead(
      status,
      incoming.method === 'HEAD' ? headers : { ...headers, 'content-length': sent.length },
    )
    outgoing.end(incoming.method === 'HEAD' ? undefined : sent)
  }

  const server = createServer((incoming, outgoing) => {
    // The client went away, or the endpoint is gone.
    answer(incoming, outgoing).catch(() => outgoing.socket?.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    get requests() {
      return requests
    },
    heal() {
      healed = true
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** In the form of the service that was called. */
function refuse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Fault,
  random: () => number,
): void {
  const service = signedServiceOf({ authorization: incoming.headers.authorization ?? '' })
  const isS3 = service === 's3'
  const isForm = service === 'sts' || service === 'iam'
  const [status, code] = ((): [number, string] => {
    if (fault === 'throttling') return isS3 ? [503, 'SlowDown'] : [400, 'ThrottlingException']
    if (fault === 'expiredToken')
      return [isS3 ? 400 : 403, isS3 || isForm ? 'ExpiredToken' : 'ExpiredTokenException']
    if (fault === 'skewedClock')
      return [403, isS3 ? 'RequestTimeTooSkewed' : 'InvalidSignatureException']
    return random() < 0.5 ? [500, 'InternalFailure'] : [503, 'ServiceUnavailable']
  })()
  const message =
    fault === 'skewedClock' ? 'Signature expired: the clock of the client is off' : 'A bad day'
  // AWS's clock, by which the SDK sets its own right.
  const date = new Date(Date.now() + (fault === 'skewedClock' ? 400_000 : 0)).toUTCString()
  const headers = { date, 'x-amzn-requestid': 'faulty-proxy' }
  if (isS3) {
    outgoing.writeHead(status, { ...headers, 'content-type': 'application/xml' })
    outgoing.end(
      incoming.method === 'HEAD'
        ? undefined
        : `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    )
  } else if (isForm) {
    outgoing.writeHead(status, { ...headers, 'content-type': 'text/xml' })
    outgoing.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    )
  } else {
    outgoing.writeHead(status, {
      ...headers,
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-errortype': code,
    })
    outgoing.end(JSON.stringify({ __type: code, message }))
  }
}

function forward(target: URL, incoming: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; headers: Record<string, string>; content: Buffer }>(
    (resolve, reject) => {
      const outgoing = forwardRequest(
        {
          host: target.hostname,
          port: target.port,
          method: incoming.method,
          path: incoming.url,
          headers: { ...incoming.headers, 'content-length': body.length },
        },
        (response) => {
          readAll(response).then(
            (content) =>
              resolve({
                status: response.statusCode ?? 502,
                headers: Object.fromEntries(
                  Object.entries(response.headers)
                    .filter(
                      ([name]) => !['connection', 'transfer-encoding', 'keep-alive'].includes(name),
                    )
                    .map(([name, value]) => [name, String(value)]),
                ),
                content,
              }),
            reject,
          )
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    },
  )
}

async function readAll(source: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function isJson(headers: Readonly<Record<string, string>>): boolean {
  return (headers['content-type'] ?? '').includes('json')
}

/** Mulberry32: small, and the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
