/** The fuzz run in small, and the parts that it trusts: its signatures are good, and it sees a defect when there is one. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { mulberry32 } from '../../../electron/engine/random.ts'
import { openFuzzConnection, parseAnswer } from '../../../build/bench/fuzzConnection.ts'
import { checkKept, storeKept } from '../../../build/bench/fuzzKept.ts'
import { createFuzzer } from '../../../build/bench/fuzzRequests.ts'
import { sendMalformed } from '../../../build/bench/fuzz.ts'
import { createDice } from '../../../build/bench/fuzzValues.ts'
import { startTestEngine, type TestEngine } from '../../support/engine.ts'

let engine: TestEngine | null = null
let server: Server | null = null
afterEach(async () => {
  await engine?.stop()
  server?.closeAllConnections()
  server?.close()
  engine = null
  server = null
})

const seed = 7
const keys = { accessKeyId: 'AKIAFUZZ', secretAccessKey: 'secret' }

test('malformed requests are answered or refused, and what was stored is as it was', async () => {
  engine = await startTestEngine()
  const kept = await storeKept(engine.engine.connection)
  const { sent, answers } = await sendMalformed(engine.engine.connection, 600, { seed })
  expect(sent).toBe(600)
  expect(Object.values(answers).reduce((sum, count) => sum + count, 0)).toBe(600)
  // Signatures that were meant to be good are: some of the nonsense is let in, and some is refused.
  expect(answers['2xx']).toBeGreaterThan(10)
  expect(answers['4xx']).toBeGreaterThan(300)
  await checkKept(engine.engine.connection, kept)
})

test('the check says what is missing', async () => {
  engine = await startTestEngine()
  const kept = await storeKept(engine.engine.connection)
  await expect(
    checkKept(engine.engine.connection, { ...kept, model: 'another', 'object gone': 'x' }),
  ).rejects.toThrow(/The run changed model, object gone/)
})

/** A server that answers everything in one way. */
async function answerAlways(status: number): Promise<number> {
  server = createServer((message, response) => {
    message.resume()
    response.writeHead(status).end('x')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // a TCP server has one
}

test.each([500, 502, 503])('an answer %i is a defect, shown with its request', async (status) => {
  const port = await answerAlways(status)
  const target = { port, endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', ...keys }
  await expect(sendMalformed(target, 200, { seed })).rejects.toThrow(
    new RegExp(`HTTP/1.1 ${status}[^]*was the answer to[^]*HTTP/1`),
  )
})

test('what is not offered and a full disk are no defects', async () => {
  for (const status of [501, 507]) {
    const port = await answerAlways(status)
    const target = { port, endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', ...keys }
    expect((await sendMalformed(target, 50, { seed })).sent).toBe(50)
    server?.closeAllConnections()
    server?.close()
  }
})

test('an engine that is gone is a defect', async () => {
  const port = await answerAlways(200)
  server?.close()
  await once(server as Server, 'close') // set by answerAlways
  const target = { port, endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', ...keys }
  await expect(sendMalformed(target, 50, { seed })).rejects.toThrow(/hung up without an answer/)
})

test('the same seed makes the same requests', () => {
  const write = (from: number) => {
    const next = createFuzzer(
      createDice(mulberry32(from)),
      { host: '127.0.0.1:1', keys },
      () => 1_700_000_000_000,
    )
    return Array.from({ length: 300 }, () => next().bytes.toString('latin1'))
  }
  expect(write(seed)).toEqual(write(seed))
  expect(write(seed)).not.toEqual(write(seed + 1))
})

test('reads answers of known length, in chunks, without a body, and after a Continue', () => {
  const parse = (text: string, method = 'GET') => parseAnswer(Buffer.from(text), method)
  const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
  expect(parse(whole)).toEqual({ status: 200, length: whole.length, isKeptAlive: true })
  expect(parse(whole.slice(0, -1))).toBeNull()
  expect(parse('HTTP/1.1 200 OK\r\nContent-Le')).toBeNull()
  const chunked = 'HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'
  expect(parse(chunked)).toMatchObject({ status: 400, length: chunked.length })
  expect(parse(chunked.slice(0, -3))).toBeNull()
  expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'HEAD')).toMatchObject({
    status: 200,
  })
  expect(parse('HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n')).toMatchObject({
    status: 204,
    isKeptAlive: false,
  })
  expect(parse(`HTTP/1.1 100 Continue\r\n\r\n${whole}`)).toMatchObject({ status: 200 })
  expect(() => parse('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')).toThrow(
    'malformed chunk',
  )
})

test('uses a connection again after a whole request alone', async () => {
  const port = await answerAlways(200)
  let opened = 0
  server?.on('connection', () => (opened += 1))
  const connection = openFuzzConnection(port)
  const request = {
    kind: 'test',
    bytes: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    method: 'GET',
    isWhole: true,
    leaves: false,
  }
  for (let count = 0; count < 3; count += 1) {
    expect(await connection.exchange(request)).toMatchObject({ status: 200 })
  }
  expect(opened).toBe(1)
  expect(await connection.exchange({ ...request, isWhole: false })).toMatchObject({ status: 200 })
  expect(await connection.exchange(request)).toMatchObject({ status: 200 })
  expect(opened).toBe(2)
  connection.close()
})
