/** Conversions between model files, each in a thread of its own: they keep a core busy for seconds. */
import { Worker } from 'node:worker_threads'
import { ModelFileError } from '../model/modelFileError.ts'
import type { GgufPrecision } from '../model/gguf/quantise.ts'
import { workerUrl } from '../workerUrl.ts'

/** Paths are absolute; folders exist. */
export type ConversionTask =
  | { readonly kind: 'ggufToFolder'; readonly file: string; readonly directory: string }
  | {
      readonly kind: 'folderToGguf'
      readonly directory: string
      readonly file: string
      readonly name: string
      readonly precision: GgufPrecision
    }

/** Null when it went well. */
export type ConversionFailure = { readonly message: string; readonly isModelFault: boolean } | null

/** @throws ModelFileError when the model's files are at fault */
export async function convert(task: ConversionTask): Promise<void> {
  const worker = new Worker(workerUrl('conversionWorker'), { workerData: task })
  const failure = await new Promise<ConversionFailure>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('The conversion thread ended without a result.')))
  })
  if (failure === null) return
  throw failure.isModelFault ? new ModelFileError(failure.message) : new Error(failure.message)
}
