/** Runs one training worker in a process of its own, events as JSON lines on stdout, so that a test can kill it. */
import { readFileSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { TrainingTask } from '../../electron/engine/train/trainingTask.ts'
import { workerUrl } from '../../electron/engine/workerUrl.ts'

const taskFile = process.argv[2]
if (!taskFile) throw new Error('The path of a task is needed.')
const task = JSON.parse(readFileSync(taskFile, 'utf8')) as TrainingTask
const taken = new Int32Array(new SharedArrayBuffer(4))
const workerData: TrainingTask = { ...task, eventsTaken: taken.buffer }
const worker = new Worker(workerUrl('trainingWorker'), { workerData })
worker.on('message', (event) => {
  // As the engine does: no checkpoint before what led to it is written, so that a kill loses no line in between.
  writeSync(process.stdout.fd, `${JSON.stringify(event)}\n`)
  Atomics.add(taken, 0, 1)
  Atomics.notify(taken, 0)
})
