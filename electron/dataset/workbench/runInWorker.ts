/** Runs a task over rows in a thread of its own; an aborted one ends at once. */
import { runThread } from '../threads/runThread.ts'
import { threadUrl } from '../threads/threadUrl.ts'
import type { RowTask } from './rowTask.ts'

export interface RunOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (fraction: number) => void
}

export type RunRowTask = (task: RowTask, options?: RunOptions) => Promise<unknown>

/** @throws AppError of the task; Cancelled when the signal was aborted */
export const runInWorker: RunRowTask = (task, { signal, onProgress } = {}) =>
  runThread(threadUrl(import.meta.url, 'rowWorker'), task, {
    signal,
    onProgress: (progress) => onProgress?.(Number(progress)),
  })
