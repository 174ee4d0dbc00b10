/** Thread entry: runs the TrainingTask given as workerData and posts TrainingEvents. */
import path from 'node:path'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { readTaskFiles } from './taskFiles.ts'
import { train } from './train.ts'
import { failureOf } from './trainingFailure.ts'
import type { StopRequest, TrainingEvent, TrainingTask } from './trainingTask.ts'

if (!parentPort) throw new Error('trainingWorker runs as a worker thread.')
const port = parentPort

/** A parent that is this late has other troubles. */
const longestWaitMs = 10_000

let eventsReported = 0
function report(event: TrainingEvent): void {
  eventsReported += 1
  port.postMessage(event)
}

/** Blocks until the parent has dealt with everything reported so far. */
function waitUntilTaken(eventsTaken: SharedArrayBuffer): void {
  const taken = new Int32Array(eventsTaken)
  for (;;) {
    const count = Atomics.load(taken, 0)
    if (count >= eventsReported) return
    if (Atomics.wait(taken, 0, count, longestWaitMs) === 'timed-out') return
  }
}

let stopping = false
let keepsBest = false
/** Looks into the mailbox itself: a step blocks this thread, so a listener would hear too late. */
function stopRequested(): boolean {
  for (;;) {
    const received = receiveMessageOnPort(port) as { message: StopRequest } | undefined
    if (!received) return stopping
    stopping = true
    keepsBest ||= received.message.keepBest === true
  }
}

async function run(task: TrainingTask): Promise<void> {
  const { tokenizer, template, texts } = await readTaskFiles(task)
  const files = new Map([...texts, ['README.md', card(task)]])
  const keepsBestOnStop = () => keepsBest
  const { eventsTaken } = task
  await train(task, {
    tokenizer,
    template,
    files,
    report,
    stopRequested,
    keepsBestOnStop,
    ...(eventsTaken ? { beforeCheckpoint: () => waitUntilTaken(eventsTaken) } : {}),
  })
}

function card({ baseModelDirectory, hyperparameters }: TrainingTask): string {
  const settings = Object.entries(hyperparameters).map(
    ([name, value]) => `- ${name}: ${JSON.stringify(value)}`,
  )
  return [
    `# Fine-tuned from ${path.basename(baseModelDirectory)}`,
    '',
    `${hyperparameters.lora ? 'An adapter was' : 'All weights were'} trained on questions and answers; the loss took the answers only.`,
    '',
    ...settings,
    '',
  ].join('\n')
}

try {
  await run(workerData as TrainingTask)
} catch (error) {
  report({ type: 'failed', ...failureOf(error) })
}
