/**
 * Reads a table's stripes in several threads and gives them back in their order. The threads take one stripe after the
 * other and wait when they are far ahead of whoever takes what they found, so that memory stays bounded.
 */
import { availableParallelism } from 'node:os'
import { runThread } from '../threads/runThread.ts'
import { threadUrl } from '../threads/threadUrl.ts'
import type { ProfileTask } from './profileTask.ts'
import type { SampledRow, StripeOptions, StripeRows } from './stripeReader.ts'
import type { StripeTask } from './stripeTask.ts'
import type { FoundTopics } from './topicRows.ts'

/** One core stays free on a machine that has more than two. */
const threadCount = Math.min(4, Math.max(2, availableParallelism() - 1))

export type OnStripe = (rows: StripeRows, index: number) => void

const url = () => threadUrl(import.meta.url, 'stripeWorker')

export async function readStripesInThreads(
  { tokenizer: _, ...task }: ProfileTask,
  run: Pick<StripeOptions, 'tables' | 'seed' | 'sampleEvery'>,
  onStripe: OnStripe,
): Promise<void> {
  const shared = new SharedArrayBuffer(8)
  const progress = new Int32Array(shared)
  const early = new Map<number, StripeRows>()
  const controller = new AbortController()
  const { signal } = controller
  let next = 0
  const take = (told: unknown) => {
    const { index, rows } = told as { index: number; rows: StripeRows } // as stripeTask.ts tells
    early.set(index, rows)
    for (let found = early.get(next); found; found = early.get(next)) {
      onStripe(found, next)
      early.delete(next)
      next += 1
    }
    Atomics.store(progress, 1, next)
    Atomics.notify(progress, 1)
  }
  const wanted: StripeTask = { ...task, ...run, kind: 'stripes', progress: shared }
  const failed = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
  const onProgress = (told: unknown) => {
    if (signal.aborted) return
    try {
      take(told)
    } catch (error) {
      controller.abort(error)
    }
  }
  const threads = Array.from({ length: threadCount }, () =>
    runThread(url(), wanted, { signal, onProgress }),
  )
  try {
    await Promise.race([Promise.all(threads), failed])
  } catch (error) {
    // The others would wait for a stripe that never comes. They are gone when this is over, and so are the files they read.
    controller.abort(error)
    await Promise.allSettled(threads)
    throw error
  }
}

/** @throws AppError Cancelled when the signal was aborted */
export async function findTopicsInThread(
  sample: readonly SampledRow[],
  signal?: AbortSignal,
): Promise<FoundTopics> {
  const task: StripeTask = { kind: 'topics', sample: [...sample] }
  return (await runThread(url(), task, { signal })) as FoundTopics // as stripeTask.ts gives
}
