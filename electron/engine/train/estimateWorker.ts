/** Thread entry: estimates the EstimateTask given as workerData and posts an EstimateAnswer. */
import { parentPort, workerData } from 'node:worker_threads'
import { type EstimateAnswer, type EstimateTask, estimateRun } from './estimate.ts'
import { readTaskFiles } from './taskFiles.ts'
import { failureOf } from './trainingFailure.ts'

if (!parentPort) throw new Error('estimateWorker runs as a worker thread.')

async function run({ task, measures }: EstimateTask): Promise<EstimateAnswer> {
  try {
    const { tokenizer, template } = await readTaskFiles(task)
    return { estimate: await estimateRun(task, { tokenizer, template, measures }) }
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

parentPort.postMessage(await run(workerData as EstimateTask))
