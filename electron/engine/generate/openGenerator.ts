/** Loads a model folder into a worker of its own, so that generating never blocks the caller's thread. */
import { Worker } from 'node:worker_threads'
import { ModelFileError } from '../model/modelFileError.ts'
import { workerUrl } from '../workerUrl.ts'
import type { GeneratedToken, GenerationParameters, Generator, WeighedToken } from './generation.ts'
import type {
  GenerationRequest,
  GenerationResponse,
  GenerationWorkerData,
} from './generationMessages.ts'

export type { FinishReason, GeneratedToken, GenerationParameters, Generator } from './generation.ts'

export class GenerationError extends Error {
  override readonly name = 'GenerationError'
}

/** Tokens of one generation on their way from the worker to the reader. */
class TokenQueue {
  #tokens: GeneratedToken[] = []
  #failure: { readonly error: unknown } | null = null
  #wake: (() => void) | null = null

  push(token: GeneratedToken): void {
    this.#tokens.push(token)
    this.#wake?.()
  }

  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake?.()
  }

  async next(): Promise<GeneratedToken> {
    for (;;) {
      // A failure, such as an abort, goes before what is still waiting to be read.
      if (this.#failure) throw this.#failure.error
      const token = this.#tokens.shift()
      if (token) return token
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** Throws ModelFileError when the folder does not hold a model that can run. */
export async function openGenerator(
  modelDirectory: string,
  { threads }: { threads: number },
): Promise<Generator> {
  const workerData: GenerationWorkerData = { modelDirectory, threads }
  const worker = new Worker(workerUrl('generationWorker'), { workerData })
  const queues = new Map<number, TokenQueue>()
  const readings = new Map<number, PromiseWithResolvers<readonly WeighedToken[]>>()
  let closed: GenerationError | null = null
  let nextId = 1

  const send = (request: GenerationRequest) => worker.postMessage(request)
  const endAll = (error: GenerationError) => {
    closed ??= error
    for (const queue of queues.values()) queue.fail(closed)
    for (const reading of readings.values()) reading.reject(closed)
  }

  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (response: GenerationResponse) => {
      if (response.type === 'ready') resolve()
      else if (response.type === 'unusable') reject(new ModelFileError(response.message))
      else if (response.type === 'token') queues.get(response.id)?.push(response.token)
      else if (response.type === 'tokenized') readings.get(response.id)?.resolve(response.tokens)
      else if (readings.has(response.id))
        readings.get(response.id)?.reject(new GenerationError(response.message))
      else queues.get(response.id)?.fail(new GenerationError(response.message))
    })
    worker.on('error', (cause) => {
      const error = new GenerationError('The generation thread failed.', { cause })
      endAll(error)
      reject(error)
    })
    worker.on('exit', () => {
      const error = new GenerationError('The generation thread has ended.')
      endAll(error)
      reject(error)
    })
  })

  async function* run(
    prompt: string,
    parameters: GenerationParameters,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<GeneratedToken> {
    signal?.throwIfAborted()
    if (closed) throw closed
    const id = nextId
    nextId += 1
    const queue = new TokenQueue()
    const abort = () => queue.fail(signal?.reason)
    queues.set(id, queue)
    signal?.addEventListener('abort', abort)
    try {
      send({ type: 'generate', id, prompt, parameters })
      for (;;) {
        const token = await queue.next()
        yield token
        if (token.finishReason) return
      }
    } finally {
      // Also reached when the reader leaves early; the worker ignores ids that it has finished.
      signal?.removeEventListener('abort', abort)
      queues.delete(id)
      send({ type: 'cancel', id })
    }
  }

  async function read(text: string, weigh: boolean): Promise<readonly WeighedToken[]> {
    if (closed) throw closed
    const id = nextId
    nextId += 1
    const reading = Promise.withResolvers<readonly WeighedToken[]>()
    readings.set(id, reading)
    try {
      send({ type: 'tokenize', id, text, weigh })
      return await reading.promise
    } finally {
      readings.delete(id)
    }
  }

  return {
    tokenize: (text) => read(text, false),
    weigh: (text) => read(text, true),
    generate: (prompt, parameters, signal) => run(prompt, parameters, signal),
    close: async () => {
      endAll(new GenerationError('The generator is closed.'))
      // Not terminate(): ONNX Runtime's binding ends the whole process when its thread is stopped within a call.
      send({ type: 'close' })
      await exited
    },
  }
}
