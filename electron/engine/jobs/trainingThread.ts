/** One training worker: its messages become log lines, progress and one ending. */
import { Worker } from 'node:worker_threads'
import type { LogStream } from '../store/logStream.ts'
import type { StopRequest, TrainingEvent, TrainingTask } from '../train/trainingTask.ts'
import { workerUrl } from '../workerUrl.ts'
import { workerFailure } from './jobFailure.ts'
import { lastLoggedSteps, metricKind } from './loggedSteps.ts'

export interface TrainingEnding {
  readonly type: 'completed' | 'stopped'
  /** Absent when no model was written. */
  readonly finalMetrics?: Readonly<Record<string, number>>
}

export interface TrainingThread {
  /** Answered within one step. Never ended from outside: the native library takes the whole process with it. */
  stop(how: { keepBest: boolean }): void
  /** Rejects with JobFailure when training failed, with another error when the thread did. */
  readonly ended: Promise<TrainingEnding>
}

export function startTrainingThread(
  task: TrainingTask,
  log: LogStream,
  options: {
    readonly onProgress: (progress: { step: number; totalSteps: number; epoch: number }) => void
    readonly entry?: URL
  },
): TrainingThread {
  const logged = lastLoggedSteps(log.events())
  const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const workerData: TrainingTask = { ...task, eventsTaken: taken.buffer }
  const worker = new Worker(options.entry ?? workerUrl('trainingWorker'), { workerData })
  const post = (request: StopRequest) => worker.postMessage(request)

  function appendLine(line: string, step: number | undefined): void {
    const kind = metricKind(line)
    if (kind && step !== undefined) {
      // A resumed run repeats the steps since its checkpoint; they are in the log already.
      if (step <= (logged.get(kind) ?? -1)) return
      logged.set(kind, step)
    }
    log.append(line)
  }

  const ended = new Promise<TrainingEnding>((resolve, reject) => {
    let failure: unknown = null
    let ending: TrainingEnding | null = null

    function take(event: TrainingEvent): void {
      switch (event.type) {
        case 'log':
          return appendLine(event.line, event.step)
        case 'progress':
          return options.onProgress(event)
        case 'completed':
        case 'stopped':
          ending = event
          return
        case 'failed':
          failure ??= workerFailure(event.code, event.message)
      }
    }

    worker.on('message', (event: TrainingEvent) => {
      try {
        take(event)
      } catch (error) {
        // The disk took no line: without its log the run is worth nothing.
        failure ??= error
        post({ type: 'stop' })
      } finally {
        Atomics.add(taken, 0, 1)
        Atomics.notify(taken, 0)
      }
    })
    worker.on('error', (cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      failure ??= new Error(`The training thread failed: ${reason}`, { cause })
    })
    // Only now is the model's memory given back.
    worker.on('exit', () => {
      if (failure !== null) reject(failure)
      else if (ending) resolve(ending)
      else reject(new Error('The training thread ended without a result.'))
    })
  })

  return { stop: ({ keepBest }) => post({ type: 'stop', keepBest }), ended }
}
