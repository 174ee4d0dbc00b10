/**
 * Runs tasks in threads, one at a time in each, with progress and an end at any moment. A thread whose task is done waits
 * a while for the next one, since starting a thread takes longer than many a task.
 */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { AppError, appErrorDataSchema } from '../../../shared/errors.ts'
import type { ThreadRequest } from './answerTasks.ts'

const answerSchema = z.union([
  z.object({ progress: z.unknown() }),
  z.object({ error: appErrorDataSchema }),
  z.object({ result: z.unknown() }),
])

export interface ThreadOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: unknown) => void
  /** How long an aborted task may tidy up before its thread is ended; 0 when it has nothing to tidy up. */
  readonly graceMs?: number
}

const idleMs = 60_000
/**
 * What the threads make they let go of at once, or keep for the whole task. The usual 48 MB for what is young would lie
 * there in each of them, full of what nobody needs.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 12 }
/** Threads without a task, by their code. */
const waiting = new Map<string, Worker>()

/** @throws AppError of the task; Cancelled when the signal was aborted; what `onProgress` throws */
export function runThread(
  url: URL,
  task: unknown,
  { signal, onProgress, graceMs = 0 }: ThreadOptions = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled())
    const worker = takeThread(url)
    const send = (request: ThreadRequest) => worker.postMessage(request)
    let timer: NodeJS.Timeout | undefined
    let isOver = false
    const end = (finish: () => void, isReusable = false) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      silence(worker)
      if (isReusable) {
        keepThread(url, worker)
        finish()
      } else {
        // The thread has to be gone before anybody removes what it was writing.
        void worker.terminate().then(finish, finish)
      }
    }
    const abort = () => {
      if (graceMs === 0) return end(() => reject(cancelled()))
      send({ kind: 'abort' })
      timer = setTimeout(() => end(() => reject(cancelled())), graceMs)
    }
    signal?.addEventListener('abort', abort)
    worker.on('message', (received: unknown) => {
      try {
        const answer = answerSchema.parse(received)
        if ('progress' in answer) onProgress?.(answer.progress)
        else if ('error' in answer) end(() => reject(AppError.fromData(answer.error)), true)
        else end(() => resolve(answer.result), true)
      } catch (error) {
        // Whoever takes the progress may fail at it, on a full disk for one: that is the end of the task.
        end(() => reject(error))
      }
    })
    worker.on('error', (error) => end(() => reject(error)))
    worker.on('exit', (code) => {
      end(() => reject(new AppError('Internal', `The thread ended with code ${code}`)))
    })
    send({ kind: 'run', task })
  })
}

function takeThread(url: URL): Worker {
  const idle = waiting.get(url.href)
  waiting.delete(url.href)
  if (idle) silence(idle)
  const worker = idle ?? new Worker(url, { resourceLimits })
  worker.ref()
  return worker
}

/** It doesn't keep the process alive. */
function keepThread(url: URL, worker: Worker): void {
  if (waiting.has(url.href)) {
    void worker.terminate()
    return
  }
  waiting.set(url.href, worker)
  worker.unref()
  const forget = () => waiting.get(url.href) === worker && waiting.delete(url.href)
  worker.once('exit', forget)
  worker.once('error', forget)
  setTimeout(() => {
    if (forget()) void worker.terminate()
  }, idleMs).unref()
}

/** Of our listeners only: Node has some of its own, without which a thread says nothing any more. */
function silence(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event)
}

function cancelled(): AppError {
  return new AppError('Cancelled', 'The work on the rows was cancelled')
}
