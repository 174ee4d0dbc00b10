/** The thread's side of runThread: one task after the other, their progress, and their results. */
import { parentPort } from 'node:worker_threads'
import { toAppError } from '../../../shared/errors.ts'

export type ThreadRequest =
  | { readonly kind: 'run'; readonly task: unknown }
  /** Of the task that runs. */
  | { readonly kind: 'abort' }

export interface TaskHooks {
  /** Aborted when the owner asks for an end. */
  readonly signal: AbortSignal
  /** @param transfer buffers that need not be copied */
  readonly tell: (progress: unknown, transfer?: ArrayBuffer[]) => void
}

/** @param transfer buffers of the result that need not be copied */
export function answerTasks<T>(
  work: (task: unknown, hooks: TaskHooks) => Promise<T>,
  transfer: (result: T) => ArrayBuffer[] = () => [],
): void {
  let controller = new AbortController()
  parentPort?.on('message', (request: ThreadRequest) => {
    if (request.kind === 'abort') return controller.abort()
    controller = new AbortController()
    void answer(request.task, controller.signal)
  })

  async function answer(task: unknown, signal: AbortSignal): Promise<void> {
    try {
      const tell: TaskHooks['tell'] = (progress, buffers = []) =>
        parentPort?.postMessage({ progress }, buffers)
      const result = await work(task, { signal, tell })
      parentPort?.postMessage({ result }, transfer(result))
    } catch (error) {
      parentPort?.postMessage({ error: toAppError(error).toData() })
    }
  }
}
