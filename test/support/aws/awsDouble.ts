/**
 * An account at AWS on this computer: it speaks AWS's wire protocols, holds every request against AWS's published service
 * models, and replays how jobs go on and fail. Whatever a model does not accept is noted in `problems` and refused.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import { autoScalingDouble } from './autoScalingDouble.ts'
import { bedrockDouble } from './bedrockDouble.ts'
import { createBedrockRuntimeDouble } from './bedrockRuntimeDouble.ts'
import { bedrockDeploymentDouble, bedrockRuntimeDouble } from './bedrockServingDouble.ts'
import { cloudWatchDouble } from './cloudWatchDouble.ts'
import { decodeRequest, type DecodedRequest } from './decodeRequest.ts'
import type { DoubleContext, DoubleLimits, ServiceDouble } from './doubleContext.ts'
import { encodeAnswer, encodeFailure, type WireAnswer } from './encodeAnswer.ts'
import { createFailures, type Failures } from './failures.ts'
import { createHostingStore, type HostingStore } from './hostingStore.ts'
import { buildCatalog, publishCatalog } from './hubCatalog.ts'
import { createJobStore, type JobStore } from './jobStore.ts'
import { logsDouble } from './logsDouble.ts'
import { answerMlflow } from './mlflowDouble.ts'
import { createObjectStore, type ObjectStore } from './objectStore.ts'
import { runtimeDouble } from './runtimeDouble.ts'
import { createSageMakerDouble } from './sageMakerDouble.ts'
import { schedulerDouble } from './schedulerDouble.ts'
import { shapeOf } from './serviceModel.ts'
import { s3Double } from './s3Double.ts'
import { ServiceFailure } from './serviceFailure.ts'
import { pricingDouble, serviceQuotasDouble, simulationDouble, stsDouble } from './smallDoubles.ts'
import { validateRequest } from './validateRequest.ts'
import { validateValue } from './validateValue.ts'
import { queryOf, signedServiceOf, type WireRequest } from './wireRequest.ts'

export interface AwsDouble {
  readonly url: string
  readonly account: string
  readonly region: string
  readonly objects: ObjectStore
  readonly jobs: JobStore
  readonly hosting: HostingStore
  readonly failures: Failures
  readonly limits: DoubleLimits
  /** Every call that arrived, in order. */
  readonly calls: readonly DoubleCall[]
  /** What AWS would have refused of the requests, and what the doubles themselves got wrong. */
  readonly problems: readonly string[]
  now(): number
  /** The double's time goes on at once. */
  advance(ms: number): void
  close(): Promise<void>
}

export interface DoubleCall {
  readonly service: string
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
  /** The refusal's code; null when it was answered. */
  readonly failure: string | null
}

export interface AwsDoubleOptions {
  readonly region?: string
  /** How much faster its time runs than the world's. */
  readonly speed?: number
  /** Services that tests answer in another way. */
  readonly services?: Readonly<Record<string, ServiceDouble>>
  readonly port?: number
}

const account = '123456789012'

export async function startAwsDouble(options: AwsDoubleOptions = {}): Promise<AwsDouble> {
  const region = options.region ?? 'us-east-1'
  const speed = options.speed ?? 1
  const startedAtMs = Date.now()
  let advancedMs = 0
  const now = () => Math.round(startedAtMs + (Date.now() - startedAtMs) * speed + advancedMs)
  const objects = createObjectStore(now)
  const catalog = buildCatalog(region)
  publishCatalog(objects, catalog)
  const context: DoubleContext = {
    account,
    region,
    now,
    objects,
    jobs: createJobStore(),
    failures: createFailures(),
    hosting: createHostingStore(),
    limits: { autoMLJobs: 4, trainingInstances: new Map(), endpointInstances: new Map() },
  }
  const services: Readonly<Record<string, ServiceDouble>> = {
    sagemaker: createSageMakerDouble(region, { catalog, hasMlflowApp: true }),
    s3: s3Double,
    bedrock: { ...bedrockDouble, ...bedrockDeploymentDouble },
    logs: logsDouble,
    sts: stsDouble,
    iam: simulationDouble,
    'service-quotas': serviceQuotasDouble,
    pricing: pricingDouble,
    'sagemaker-runtime': runtimeDouble,
    'bedrock-runtime': { ...createBedrockRuntimeDouble(), ...bedrockRuntimeDouble },
    scheduler: schedulerDouble,
    cloudwatch: cloudWatchDouble,
    'application-autoscaling': autoScalingDouble,
    ...options.services,
  }
  const calls: DoubleCall[] = []
  const problems: string[] = []
  let count = 0

  async function answer(request: WireRequest): Promise<WireAnswer> {
    const requestId = `00000000-0000-4000-8000-${String((count += 1)).padStart(12, '0')}`
    if (request.signedFor === 'sagemaker-mlflow') return mlflow(request, requestId)
    let decoded: DecodedRequest
    try {
      decoded = decodeRequest(request)
    } catch (error) {
      problems.push(String(error))
      return encodeFailure(
        null,
        new ServiceFailure('UnknownOperationException', String(error)),
        requestId,
      )
    }
    const { model, operation, input } = decoded
    const name = `${model.service}.${operation.name}`
    const note = (failure: string | null) =>
      calls.push({
        service: model.service,
        operation: operation.name,
        input: withoutBytes(input),
        failure,
      })
    try {
      const found = validateRequest(decoded)
      problems.push(...found.map((problem) => `${name}: ${problem}`))
      if (found.length > 0) throw new ServiceFailure('ValidationException', found.join('; '))
      // A signature for another moment is what protects an endpoint's end; see electron/endpoints/lifeCycle.ts.
      if (['CreateEndpoint', 'CreateInferenceComponent'].includes(operation.name))
        requireFreshSignature(request, now())
      context.failures.check(operation.name)
      await context.failures.held(operation.name)
      const handler = services[model.service]?.[operation.name]
      if (!handler)
        throw new ServiceFailure('UnknownOperationException', `The double has no ${name}.`)
      const output = await handler(context, input)
      context.failures.checkAnswer(operation.name)
      if (operation.output && !isEventStream(decoded))
        problems.push(
          ...validateValue(model, operation.output.shape, withoutUndefined(output))
            // AWS's own answers are longer than its models say, and leave out what they require.
            .filter(({ message }) => message.startsWith('is not'))
            .map(({ path, message }) => `the double’s answer to ${name}: ${path} ${message}`),
        )
      note(null)
      return encodeAnswer(model, operation, output, requestId)
    } catch (error) {
      const failure =
        error instanceof ServiceFailure
          ? error
          : new ServiceFailure('InternalFailure', String(error), 500)
      if (!(error instanceof ServiceFailure))
        problems.push(`${name}: ${String((error as Error).stack)}`)
      note(failure.code)
      return encodeFailure(model, failure, requestId)
    }
  }

  function mlflow(request: WireRequest, requestId: string): WireAnswer {
    const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId }
    try {
      const body = Buffer.from(JSON.stringify(answerMlflow(context, request)))
      return { status: 200, headers, body }
    } catch (error) {
      const { code, message, status } =
        error instanceof ServiceFailure
          ? error
          : new ServiceFailure('INTERNAL_ERROR', String(error), 500)
      return { status, headers, body: Buffer.from(JSON.stringify({ error_code: code, message })) }
    }
  }

  const server = createServer((incoming, outgoing) => {
    void readRequest(incoming).then(
      async (request) => {
        const { status, headers, body } = await answer(request)
        const isHead = request.method === 'HEAD'
        outgoing.setHeader('date', new Date(now()).toUTCString())
        outgoing.writeHead(status, isHead ? headers : { ...headers, 'content-length': body.length })
        outgoing.end(isHead ? undefined : body)
      },
      // The client went away in the middle of its request.
      () => outgoing.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    account,
    region,
    objects,
    jobs: context.jobs,
    hosting: context.hosting,
    failures: context.failures,
    limits: context.limits,
    calls,
    problems,
    now,
    advance: (ms) => void (advancedMs += ms),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** @throws ServiceFailure for one that is older than five minutes */
function requireFreshSignature({ headers }: WireRequest, nowMs: number): void {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date'] ?? '') ?? []
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (!(nowMs - signedMs <= 5 * 60_000))
    throw new ServiceFailure(
      'InvalidSignatureException',
      `Signature expired: ${headers['x-amz-date']} is now earlier than five minutes ago.`,
      403,
    )
}

/** Its events are encoded by the handler. */
function isEventStream({ model, operation }: DecodedRequest): boolean {
  const shape = operation.output && shapeOf(model, operation.output.shape)
  return Object.values(shape?.members ?? {}).some((one) => shapeOf(model, one.shape).eventstream)
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const [path = '/', search = ''] = (incoming.url ?? '/').split('?')
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
  const raw = Buffer.concat(chunks)
  const unframed = headers['x-amz-content-sha256']?.startsWith('STREAMING-')
    ? withoutChunks(raw)
    : { body: raw, trailers: {} }
  return {
    method: incoming.method ?? 'GET',
    path,
    query: queryOf(search),
    headers: { ...headers, ...unframed.trailers },
    body: unframed.body,
    signedFor: signedServiceOf(headers),
  }
}

/** aws-chunked: `hex-size[;signature]\r\n bytes \r\n ... 0 \r\n trailers`. */
function withoutChunks(raw: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const pieces: Buffer[] = []
  let at = 0
  for (;;) {
    const end = raw.indexOf('\r\n', at)
    if (end < 0) break
    const size = Number.parseInt(raw.subarray(at, end).toString('latin1'), 16)
    at = end + 2
    if (!(size > 0)) break
    pieces.push(raw.subarray(at, at + size))
    at += size + 2
  }
  const trailers = Object.fromEntries(
    raw
      .subarray(at)
      .toString('latin1')
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
      }),
  )
  return { body: Buffer.concat(pieces), trailers }
}

/** The content of objects is kept once, in the store. */
function withoutBytes(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { bytes: value.length, crc32: crc32(value) } : value,
    ]),
  )
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  )
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, entry]) => entry !== undefined)
        .map(([name, entry]) => [name, withoutUndefined(entry)]),
    )
  return value
}
