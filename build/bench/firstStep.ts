/**
 * Measures the way of a training job from its start to the end of its first step, in a process of its own: the worker
 * thread, data, weights from the disk, the graph, its session, and the step.
 */
import path from 'node:path'
import { trainingHyperparametersSchema } from '../../shared/hyperparameters.ts'
import { startTrainingThread } from '../../electron/engine/jobs/trainingThread.ts'
import { openLogStream } from '../../electron/engine/store/logStream.ts'

export interface FirstStepTask {
  readonly modelDirectory: string
  readonly trainingPath: string
  readonly workDirectory: string
  readonly threads: number
}

const task = JSON.parse(process.argv[2] ?? '') as FirstStepTask
const startedAt = performance.now()
const { promise: firstStep, resolve } = Promise.withResolvers<number>()
const thread = startTrainingThread(
  {
    baseModelDirectory: task.modelDirectory,
    trainingPath: task.trainingPath,
    validationPath: null,
    templatePath: null,
    promptsPath: null,
    checkpointDirectory: path.join(task.workDirectory, 'checkpoint'),
    outputDirectory: path.join(task.workDirectory, 'output'),
    hyperparameters: trainingHyperparametersSchema.parse({
      epoch: '1000',
      per_device_train_batch_size: '4',
      max_input_length: '128',
      peft_type: 'lora',
      lora_dropout: '0',
    }),
    threads: task.threads,
  },
  openLogStream(path.join(task.workDirectory, 'log.jsonl')),
  { onProgress: () => resolve((performance.now() - startedAt) / 1000) },
)
const seconds = await Promise.race([firstStep, thread.ended.then(() => Number.NaN)])
console.log(JSON.stringify({ seconds }))
thread.stop({ keepBest: false })
await thread.ended
