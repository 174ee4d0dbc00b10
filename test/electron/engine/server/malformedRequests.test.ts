/** Requests that no client would send, over real sockets: the engine answers each or hangs up, and stays as it was. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { ListModelsCommand } from '@aws-sdk/client-sagemaker'
import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../../../support/engine.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  await engine.clients.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }))
  await engine.clients.s3.send(
    new PutObjectCommand({ Bucket: 'bucket', Key: 'precious', Body: 'untouched' }),
  )
})
afterAll(() => engine.stop())

const seed = 20_261_123
const answerWithinMs = 10_000

/** Sends bytes and resolves with what came back until either side hung up. */
function exchange(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(engine.engine.connection.port, '127.0.0.1')
    let heard = ''
    socket.setTimeout(answerWithinMs, () => {
      socket.destroy()
      reject(new Error('The engine neither answered nor hung up.'))
    })
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')))
    socket.on('error', () => resolve(heard)) // hung up while we were still sending
    socket.on('close', () => resolve(heard))
    socket.end(bytes)
  })
}

/** 0 when there was no answer. */
function statusOf(answer: string): number {
  const final = answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  return Number(/^HTTP\/1\.1 (\d+)/.exec(final)?.[1] ?? 0)
}

async function expectUnharmed(): Promise<void> {
  const object = await engine.clients.s3.send(
    new GetObjectCommand({ Bucket: 'bucket', Key: 'precious' }),
  )
  expect(await object.Body?.transformToString()).toBe('untouched')
  expect((await engine.clients.sageMaker.send(new ListModelsCommand({}))).Models).toEqual([])
  const s3 = path.join(engine.dataDirectory, 'engine', 's3')
  expect(await readdir(path.join(s3, 'incoming'))).toEqual([])
}

const word = fc.oneof(
  fc.constantFrom('/', '/bucket', '/bucket/precious', '/endpoints/a/invocations', '/%', '/%00'),
  fc.string({ maxLength: 30 }).map((text) => `/${text}`),
)
const header = fc.oneof(
  fc.constantFrom(
    'Host: 127.0.0.1',
    'Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=host, Signature=0',
    'X-Amz-Target: SageMaker.CreateTrainingJob',
    'X-Amz-Target: __proto__.constructor',
    'Transfer-Encoding: chunked',
    'Content-Length: -1',
    'Content-Length: 99999999999',
    'Expect: 100-continue',
    'Range: bytes=9-1',
    'X-Amz-Content-Sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  ),
  fc.string({ maxLength: 40 }),
)

test('unsigned and malformed requests are refused, none with a 5xx, and harm nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'FOO', ''),
      word,
      fc.array(header, { maxLength: 6 }),
      fc.uint8Array({ maxLength: 200 }),
      fc.boolean(),
      async (method, target, headers, body, isOwnHost) => {
        const host = isOwnHost ? [`Host: 127.0.0.1:${engine.engine.connection.port}`] : []
        const lines = [`${method} ${target} HTTP/1.1`, ...host, ...headers, 'Connection: close']
        const head = lines.join('\r\n')
        const status = statusOf(
          await exchange(Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body])),
        )
        expect(status === 0 || (status >= 400 && status < 500)).toBe(true)
      },
    ),
    { numRuns: 600, seed },
  )
  await expectUnharmed()
})

const nasty = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 80 }),
  fc.constantFrom('../..', 's3://', 's3://bucket/../../x', 'a'.repeat(5000), 'precious', '\u0000'),
  fc.object({ maxDepth: 2 }),
)

async function sendSigned(service: string, request: ConstructorParameters<typeof HttpRequest>[0]) {
  const { connection } = engine.engine
  const signer = new SignatureV4({
    credentials: connection,
    region: connection.region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  })
  const signed = await signer.sign(
    new HttpRequest({
      protocol: 'http:',
      hostname: '127.0.0.1',
      ...request,
      headers: { ...request.headers, host: `127.0.0.1:${connection.port}` },
    }),
  )
  const query = new URLSearchParams(signed.query as Record<string, string>).toString()
  return fetch(`${connection.endpoint}${signed.path}${query ? `?${query}` : ''}`, {
    method: signed.method,
    headers: Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== 'host')),
    ...(signed.body === undefined ? {} : { body: signed.body as string }),
  })
}

const operations = [
  'SageMaker.CreateTrainingJob',
  'SageMaker.DescribeTrainingJob',
  'SageMaker.ListTrainingJobs',
  'SageMaker.StopTrainingJob',
  'SageMaker.DeleteTrainingJob',
  'SageMaker.ListHubContents',
  'SageMaker.DescribeHubContent',
  'SageMaker.DescribeModel',
  'SageMaker.ListModels',
  'SageMaker.DeleteModel',
  'SageMaker.CreateEndpointConfig',
  'SageMaker.CreateEndpoint',
  'SageMaker.DescribeEndpoint',
  'SageMaker.DeleteEndpoint',
  'SageMaker.ListTags',
  'SageMaker.toString',
  'Logs_20140328.DescribeLogStreams',
  'Logs_20140328.GetLogEvents',
  'Logs_20140328.FilterLogEvents',
  '__proto__.x',
  'SageMaker',
]
const members = [
  'TrainingJobName',
  'ModelName',
  'EndpointName',
  'EndpointConfigName',
  'HubName',
  'HubContentType',
  'HubContentName',
  'NextToken',
  'nextToken',
  'MaxResults',
  'ResourceArn',
  'HyperParameters',
  'InputDataConfig',
  'ProductionVariants',
  'logGroupName',
  'logStreamName',
  'limit',
  'SortBy',
]

test('signed requests with senseless input get AWS’s refusals, none a 5xx', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...operations),
      fc.oneof(
        fc.dictionary(fc.constantFrom(...members), nasty, { maxKeys: 6 }).map((input) => {
          return JSON.stringify(input)
        }),
        fc.constantFrom('', 'null', '[]', '{', '"x"', '{"__proto__":{"a":1}}', '1e999'),
      ),
      async (target, body) => {
        const service = target.startsWith('Logs') ? 'logs' : 'sagemaker'
        const response = await sendSigned(service, {
          method: 'POST',
          path: '/',
          headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
          body,
        })
        const answer = (await response.json()) as { __type?: string }
        expect(response.status).toBeLessThan(500)
        if (response.status >= 400) expect(answer.__type).toMatch(/^[A-Z][A-Za-z]+$/)
      },
    ),
    { numRuns: 500, seed },
  )
  await expectUnharmed()
})

test('signed S3 requests with odd paths, queries and headers get S3’s refusals, none an internal error', async () => {
  const query = fc.dictionary(
    fc.constantFrom(
      'uploads',
      'uploadId',
      'partNumber',
      'list-type',
      'max-keys',
      'continuation-token',
      'delete',
      'acl',
      'prefix',
      'delimiter',
      'part-number-marker',
      'max-parts',
    ),
    fc.oneof(fc.string({ maxLength: 10 }), fc.constantFrom('', '0', '-1', '1e9', '2', '../..')),
    { maxKeys: 3 },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
      fc.constantFrom(
        '/',
        '/none',
        '/none/x',
        '/bucket',
        '/bucket/other',
        '/bu..cket/x',
        '/BUCKET',
      ),
      query,
      fc.constantFrom<Record<string, string>>(
        {},
        { range: 'bytes=0-18446744073709551615' },
        { 'content-md5': 'nonsense' },
        { 'x-amz-copy-source': '%' },
        { 'x-amz-copy-source': '/bucket/none' },
        { 'if-none-match': '*' },
        { 'x-amz-checksum-crc32': 'AAAA' },
      ),
      fc.constantFrom(undefined, '', '<', '<Delete></Delete>', '<a>'.repeat(2000)),
      async (method, target, queryOf, headers, body) => {
        // Not the objects and buckets that the tests keep.
        fc.pre(!(method === 'DELETE' && target === '/bucket'))
        const hasBody = method === 'PUT' || method === 'POST'
        const response = await sendSigned('s3', {
          method,
          path: target,
          query: queryOf,
          headers,
          ...(hasBody ? { body: body ?? '' } : {}),
        })
        await response.arrayBuffer()
        expect(response.status === 501 || response.status < 500).toBe(true)
      },
    ),
    { numRuns: 400, seed },
  )
  await expectUnharmed()
})

test('a body that never comes and a client that leaves half-way do not hold the engine up', async () => {
  const { port } = engine.engine.connection
  const head = `PUT /bucket/half HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 1000000\r\n\r\n`
  const leaving = Array.from({ length: 20 }, () =>
    exchange(Buffer.concat([Buffer.from(head), randomBytes(1000)])),
  )
  await Promise.all(leaving)
  await expectUnharmed()
  const connection = path.join(engine.dataDirectory, 'engine', 'connection.json')
  expect(JSON.parse(await readFile(connection, 'utf8'))).toMatchObject({ port })
})
