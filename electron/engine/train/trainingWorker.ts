/** Thread entry: runs the TrainingTask given as workerData and posts TrainingEvents. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { promptTemplateSchema } from '../../../shared/promptTemplate.ts'
import { ModelFileError } from '../model/modelFileError.ts'
import { readModelConfig, readModelTokenizer } from '../model/modelFolder.ts'
import { train } from './train.ts'
import {
  type StopRequest,
  TrainingError,
  type TrainingEvent,
  type TrainingTask,
} from './trainingTask.ts'

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
  const base = task.baseModelDirectory
  const templateFile = task.templatePath ?? path.join(base, 'template.json')
  const templateText = await readText(templateFile, 'template.json')
  const tokenizer = await readModelTokenizer(base, await readModelConfig(base))
  const files = new Map([
    ['tokenizer.json', await readText(path.join(base, 'tokenizer.json'), 'tokenizer.json')],
    ['template.json', templateText],
    ['README.md', card(task)],
  ])
  const tokenizerConfig = path.join(base, 'tokenizer_config.json')
  if (existsSync(tokenizerConfig))
    files.set('tokenizer_config.json', await readText(tokenizerConfig, 'tokenizer_config.json'))
  const template = parseTemplate(templateText)
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

async function readText(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new TrainingError('ClientError', `${name} cannot be read.`, { cause })
  }
}

function parseTemplate(text: string) {
  try {
    return promptTemplateSchema.parse(JSON.parse(text))
  } catch (cause) {
    const message = 'template.json does not have the texts "prompt" and "completion".'
    throw new TrainingError('ClientError', message, { cause })
  }
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

function failure(error: unknown): TrainingEvent {
  if (error instanceof TrainingError)
    return { type: 'failed', code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof ModelFileError ? 'ClientError' : 'AlgorithmError'
  return { type: 'failed', code, message }
}

try {
  await run(workerData as TrainingTask)
} catch (error) {
  report(failure(error))
}
