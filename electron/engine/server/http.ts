/** Listens on loopback and turns sockets into requests and answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { EngineRequest, EngineResponse } from './exchange.ts'

const loopback = '127.0.0.1'

export interface ListeningServer {
  readonly port: number
  readonly endpoint: string
  close(): Promise<void>
}

export async function listen(
  port: number,
  handle: (request: EngineRequest, ownHosts: readonly string[]) => Promise<EngineResponse>,
): Promise<ListeningServer> {
  const server = createServer({ keepAliveTimeout: 30_000, maxHeaderSize: 32 * 1024 })
  // Large uploads may take longer than Node's default five minutes.
  server.requestTimeout = 0
  server.listen(port, loopback)
  await once(server, 'listening')
  const { port: boundPort } = server.address() as AddressInfo // a TCP server has one
  const ownHosts = [`${loopback}:${boundPort}`, `localhost:${boundPort}`]
  server.on('request', (message, response) => {
    void answer(message, response, (request) => handle(request, ownHosts))
  })
  // A client that says it will wait for permission gets it; checks come when the body does.
  server.on('checkContinue', (message, response) => {
    response.writeContinue()
    void answer(message, response, (request) => handle(request, ownHosts))
  })
  return {
    port: boundPort,
    endpoint: `http://${loopback}:${boundPort}`,
    close: () => closeServer(server),
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  handle: (request: EngineRequest) => Promise<EngineResponse>,
): Promise<void> {
  const aborter = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) aborter.abort()
  })
  const target = message.url ?? '/'
  const queryAt = target.indexOf('?')
  try {
    const result = await handle({
      method: message.method ?? 'GET',
      rawPath: queryAt < 0 ? target : target.slice(0, queryAt),
      query: new URLSearchParams(queryAt < 0 ? '' : target.slice(queryAt + 1)),
      headers: joinHeaders(message),
      body: message,
      signal: aborter.signal,
    })
    response.writeHead(result.status, result.headers)
    if (result.body === null || typeof result.body === 'string' || isBytes(result.body)) {
      response.end(result.body ?? undefined)
    } else {
      await pipeline(Readable.from(result.body), response)
    }
  } catch {
    // The head may be out already: cutting the connection is the one honest answer left.
    response.destroy()
  } finally {
    // An unread body would be taken for the next request of a kept-alive connection.
    if (!message.complete) message.resume()
  }
}

function isBytes(body: Uint8Array | AsyncIterable<Uint8Array>): body is Uint8Array {
  return body instanceof Uint8Array
}

function joinHeaders(message: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  )
}
