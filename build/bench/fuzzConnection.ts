/** One connection of a fuzz run: sends bytes as they are, and reads answers without a client's good manners. */
import { connect, type Socket } from 'node:net'
import type { FuzzRequest } from './fuzzRequests.ts'

export interface FuzzEngine {
  readonly port: number
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface Answer {
  /** 0: none came before the other side hung up. */
  readonly status: number
  readonly text: string
}

export interface FuzzConnection {
  /** @throws Error when the engine neither answers nor hangs up */
  exchange(request: FuzzRequest): Promise<Answer | 'left'>
  close(): void
}

const answerWithinMs = 20_000

export function openFuzzConnection(port: number): FuzzConnection {
  let socket: Socket | null = null

  function take(): Socket {
    const taken = socket ?? connect(port, '127.0.0.1')
    socket = null
    taken.setNoDelay(true)
    return taken
  }

  return {
    exchange(request) {
      const used = take()
      return new Promise((resolve, reject) => {
        let heard = Buffer.alloc(0)
        const finish = (result: () => void, canGoOn = false) => {
          used.removeAllListeners()
          used.setTimeout(0)
          used.on('error', () => undefined)
          if (canGoOn) socket = used
          // A reset leaves no TIME_WAIT behind, of which there would soon be too many.
          else used.resetAndDestroy()
          result()
        }
        used.setTimeout(answerWithinMs, () =>
          finish(() => reject(new Error('The engine neither answered nor hung up.'))),
        )
        used.on('data', (chunk) => {
          heard = Buffer.concat([heard, chunk])
          const answer = parseAnswer(heard, request.method)
          if (!answer) return
          finish(
            () => resolve({ status: answer.status, text: heard.toString('latin1') }),
            request.isWhole && answer.isKeptAlive && answer.length === heard.length,
          )
        })
        const hungUp = () =>
          finish(() =>
            resolve({
              status: Number(/^HTTP\/1\.1 (\d+)/.exec(heard.toString('latin1'))?.[1] ?? 0),
              text: heard.toString('latin1'),
            }),
          )
        used.on('error', hungUp)
        used.on('close', hungUp)
        if (request.leaves) {
          used.write(request.bytes, () => finish(() => resolve('left')))
        } else if (request.isWhole) {
          used.write(request.bytes)
        } else {
          used.end(request.bytes) // no more will come, so that the engine need not wait
        }
      })
    },
    close() {
      socket?.destroy()
      socket = null
    },
  }
}

interface ParsedAnswer {
  readonly status: number
  /** Bytes of the whole answer. */
  readonly length: number
  readonly isKeptAlive: boolean
}

/** Null while more has to come. */
export function parseAnswer(heard: Buffer, method: string): ParsedAnswer | null {
  const headEnd = heard.indexOf('\r\n\r\n')
  if (headEnd < 0) return null
  const head = heard.toString('latin1', 0, headEnd)
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0)
  if (status === 100) return parseAfterContinue(heard, headEnd + 4, method)
  const isKeptAlive = !/^connection: *close/im.test(head)
  const start = headEnd + 4
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304
  if (!hasBody) return { status, length: start, isKeptAlive }
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const length = endOfChunks(heard, start)
    return length === null ? null : { status, length, isKeptAlive }
  }
  const announced = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (announced === undefined) return null // until the other side hangs up
  const length = start + Number(announced)
  return heard.length >= length ? { status, length, isKeptAlive } : null
}

function parseAfterContinue(heard: Buffer, start: number, method: string): ParsedAnswer | null {
  const rest = parseAnswer(heard.subarray(start), method)
  return rest && { ...rest, length: rest.length + start }
}

function endOfChunks(heard: Buffer, start: number): number | null {
  let at = start
  for (;;) {
    const lineEnd = heard.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(heard.toString('latin1', at, lineEnd), 16)
    if (!(size >= 0)) throw new Error('The engine wrote a malformed chunk.')
    at = lineEnd + 2 + size + 2
    if (size === 0) return heard.length >= at ? at : null
  }
}
