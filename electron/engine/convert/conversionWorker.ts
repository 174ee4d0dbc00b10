/** Thread entry: runs the ConversionTask given as workerData. */
import { parentPort, workerData } from 'node:worker_threads'
import { ggufToModelFolder } from '../model/gguf/ggufToModelFolder.ts'
import { modelFolderToGguf } from '../model/gguf/modelFolderToGguf.ts'
import { ModelFileError } from '../model/modelFileError.ts'
import type { ConversionFailure, ConversionTask } from './conversion.ts'

if (!parentPort) throw new Error('conversionWorker runs as a worker thread.')

async function run(task: ConversionTask): Promise<ConversionFailure> {
  try {
    if (task.kind === 'ggufToFolder') await ggufToModelFolder(task.file, task.directory)
    else await modelFolderToGguf(task.directory, task.file, task)
    return null
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { message, isModelFault: error instanceof ModelFileError }
  }
}

parentPort.postMessage(await run(workerData as ConversionTask))
