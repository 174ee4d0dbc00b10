/** The thread's entry: one task, its progress, and its result. */
import { parentPort, workerData } from 'node:worker_threads'
import { toAppError } from '../../../shared/errors.ts'
import { rowTaskSchema, runRowTask } from './rowTask.ts'

/** Telling every row would be slower than the work. */
const progressEveryMs = 100
let toldAt = 0

function tellProgress(fraction: number): void {
  const now = Date.now()
  if (now - toldAt < progressEveryMs) return
  toldAt = now
  parentPort?.postMessage({ progress: fraction })
}

try {
  const result = await runRowTask(rowTaskSchema.parse(workerData), tellProgress)
  const transfer = result instanceof Uint32Array ? [result.buffer as ArrayBuffer] : [] // made here, so no shared memory
  parentPort?.postMessage({ result }, transfer)
} catch (error) {
  parentPort?.postMessage({ error: toAppError(error).toData() })
}
