/** Runs a task in a thread of its own; an aborted one ends at once. */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { AppError, appErrorDataSchema } from '../../../shared/errors.ts'
import type { RowTask } from './rowTask.ts'

const messageSchema = z.union([
  z.object({ progress: z.number() }),
  z.object({ error: appErrorDataSchema }),
  z.object({ result: z.unknown() }),
])

export interface RunOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (fraction: number) => void
}

export type RunRowTask = (task: RowTask, options?: RunOptions) => Promise<unknown>

/** @throws AppError of the task; Cancelled when the signal was aborted */
export const runInWorker: RunRowTask = (task, { signal, onProgress } = {}) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled())
    const worker = new Worker(workerUrl(), { workerData: task })
    const end = (finish: () => void) => {
      signal?.removeEventListener('abort', abort)
      void worker.terminate()
      finish()
    }
    const abort = () => end(() => reject(cancelled()))
    signal?.addEventListener('abort', abort)
    worker.on('message', (received: unknown) => {
      const message = messageSchema.parse(received)
      if ('progress' in message) onProgress?.(message.progress)
      else if ('error' in message) end(() => reject(AppError.fromData(message.error)))
      else end(() => resolve(message.result))
    })
    worker.on('error', (error) => end(() => reject(error)))
    worker.on('exit', (code) => {
      if (code !== 0) reject(new AppError('Internal', `The row worker ended with code ${code}`))
    })
  })

function cancelled(): AppError {
  return new AppError('Cancelled', 'The work on the rows was cancelled')
}

/** From source the .ts file beside this one (Node strips the types); in the bundle all entries lie flat as .js files. */
function workerUrl(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('./rowWorker.ts', import.meta.url)
    : new URL('./rowWorker.js', import.meta.url)
}
