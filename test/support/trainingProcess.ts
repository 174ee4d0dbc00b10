/** Runs one training worker in a process of its own, events as JSON lines on stdout, so that a test can kill it. */
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { workerUrl } from '../../electron/engine/workerUrl.ts'

const taskFile = process.argv[2]
if (!taskFile) throw new Error('The path of a task is needed.')
const workerData: unknown = JSON.parse(readFileSync(taskFile, 'utf8'))
const worker = new Worker(workerUrl('trainingWorker'), { workerData })
worker.on('message', (event) => process.stdout.write(`${JSON.stringify(event)}\n`))
