/** Loads a classifier or an encoder into a thread of its own, so that it never blocks its caller. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { forbidTelemetry } from '../engine/telemetry.ts'
import type { ScoringRequest, ScoringResponse, ScoringWorkerData } from './scoringMessages.ts'

export interface Classifier {
  /** Of a classifier the probability of each label, by name; of an encoder how near the reference is: precision, recall, f1. */
  classify(text: string, reference?: string): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

/** @throws Error that says why the folder holds no such model */
export async function openClassifier(
  modelDirectory: string,
  kind: ScoringWorkerData['kind'] = 'classifier',
  threads = 1,
): Promise<Classifier> {
  forbidTelemetry()
  const workerData: ScoringWorkerData = { modelDirectory, kind, threads }
  const worker = new Worker(workerFile(), { workerData })
  const waiting = new Map<number, PromiseWithResolvers<Readonly<Record<string, number>>>>()
  let nextId = 1
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const endAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (response: ScoringResponse) => {
      if (response.type === 'ready') return resolve()
      if (response.type === 'unusable') return reject(new Error(response.message))
      const answer = waiting.get(response.id)
      waiting.delete(response.id)
      if (response.type === 'scored') answer?.resolve(response.scores)
      else answer?.reject(new Error(response.message))
    })
    worker.on('error', (error) => {
      endAll(error)
      reject(error)
    })
    worker.on('exit', () => {
      const error = new Error('The classifier has ended.')
      endAll(error)
      reject(error)
    })
  })
  const send = (request: ScoringRequest) => worker.postMessage(request)
  return {
    classify(text, reference) {
      const answer = Promise.withResolvers<Readonly<Record<string, number>>>()
      const id = nextId
      nextId += 1
      waiting.set(id, answer)
      send({ id, text, ...(reference === undefined ? {} : { reference }) })
      return answer.promise
    },
    async close() {
      // Not terminate(): ONNX Runtime's binding ends the whole process when its thread is stopped within a call.
      send({ id: 0, text: null })
      await exited
    },
  }
}

/**
 * From source beside this file; from the bundle beside the engine's workers, which an installed app keeps outside its
 * archive.
 */
function workerFile(): string {
  const relative = import.meta.url.endsWith('.ts')
    ? './scoringWorker.ts'
    : '../engine/scoringWorker.js'
  return fileURLToPath(new URL(relative, import.meta.url)).replace(
    /([\\/]app\.asar)([\\/])/,
    '$1.unpacked$2',
  )
}
