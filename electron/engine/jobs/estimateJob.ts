/** An estimate of a training job, as a processing job's work: a few of its steps are made in a thread of their own. */
import { rm } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import type { EstimateAnswer, EstimateTask, RunEstimate } from '../train/estimate.ts'
import { workerUrl } from '../workerUrl.ts'
import { workerFailure } from './jobFailure.ts'
import { type PreparationOptions, prepareTask, type TaskSource } from './prepareTask.ts'
import type { TrainingDevice } from './trainingDevice.ts'

/**
 * @param directory made and removed
 * @param measures false: nothing is timed, since the device is busy
 * @throws JobFailure, ModelUnavailableError
 */
export async function estimateJob(
  source: TaskSource,
  directory: string,
  options: PreparationOptions & {
    readonly measures: boolean
    readonly device: () => Promise<TrainingDevice>
  },
): Promise<RunEstimate> {
  await rm(directory, { recursive: true, force: true })
  try {
    const task = await prepareTask(source, directory, options)
    const { provider } = await options.device()
    const workerData: EstimateTask = { task: { ...task, provider }, measures: options.measures }
    const answer = await answerOf(new Worker(workerUrl('estimateWorker'), { workerData }))
    if ('failure' in answer) throw workerFailure(answer.failure.code, answer.failure.message)
    return answer.estimate
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Once the thread is gone, and its memory with it. */
function answerOf(worker: Worker): Promise<EstimateAnswer> {
  return new Promise((resolve, reject) => {
    let answer: EstimateAnswer | null = null
    worker.once('message', (message: EstimateAnswer) => (answer = message))
    worker.once('error', reject)
    worker.once('exit', () => {
      if (answer) resolve(answer)
      else reject(new Error('The estimate ended without a result.'))
    })
  })
}
