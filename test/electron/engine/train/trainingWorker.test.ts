import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TrainingEvent, TrainingTask } from '../../../../electron/engine/train/trainingTask.ts'
import { workerUrl } from '../../../../electron/engine/workerUrl.ts'
import { trainingHyperparametersSchema } from '../../../../shared/hyperparameters.ts'
import { writeExamples, writeTinyModelFolder } from '../../../support/tinyModelFolder.ts'

let directory: string
let task: TrainingTask

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'timbre-worker-'))
  const examples = Array.from({ length: 24 }, (_, index) => ({
    prompt: `Größe ${index}?`,
    completion: index % 2 ? '一' : 'zwei',
  }))
  task = {
    baseModelDirectory: await writeTinyModelFolder(directory),
    trainingPath: await writeExamples(directory, 'train.jsonl', examples),
    validationPath: await writeExamples(directory, 'validation.jsonl', examples.slice(0, 4)),
    templatePath: null,
    promptsPath: null,
    checkpointDirectory: path.join(directory, 'checkpoint'),
    outputDirectory: path.join(directory, 'output'),
    hyperparameters: trainingHyperparametersSchema.parse({
      epoch: '4',
      per_device_train_batch_size: '4',
      eval_steps: '5',
    }),
    threads: 1,
  }
})
afterAll(() => rm(directory, { recursive: true }))

const at = (name: string): TrainingTask => ({
  ...task,
  checkpointDirectory: path.join(directory, `${name}-checkpoint`),
  outputDirectory: path.join(directory, `${name}-output`),
})

/** Runs until the worker ends by itself, or until `leave` has dealt with an event. */
async function runWorker(
  workerData: TrainingTask,
  leave?: (event: TrainingEvent, worker: Worker) => void,
): Promise<TrainingEvent[]> {
  const worker = new Worker(workerUrl('trainingWorker'), { workerData })
  const events: TrainingEvent[] = []
  worker.on('message', (event: TrainingEvent) => {
    events.push(event)
    leave?.(event, worker)
  })
  await once(worker, 'exit')
  return events
}

/** Runs in another process and kills that once it reports the step. */
async function runUntilKilled(workerData: TrainingTask, step: number) {
  const taskFile = path.join(directory, 'task.json')
  await writeFile(taskFile, JSON.stringify(workerData))
  const script = path.join(import.meta.dirname, '../../../support/trainingProcess.ts')
  const child = spawn(process.execPath, [script, taskFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: cleanEnvironment(),
  })
  const events: TrainingEvent[] = []
  for await (const line of createInterface(child.stdout)) {
    const event = JSON.parse(line) as TrainingEvent
    events.push(event)
    if (event.type === 'progress' && event.step === step) child.kill('SIGKILL')
  }
  return { events, pid: child.pid }
}

/** Without the variables that switch the runtime's telemetry off by themselves. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const suppressing = /^(ORT_.*|CI|GITHUB_ACTIONS|TF_BUILD)$/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !suppressing.test(name)))
}

function stepOf(line: string): string {
  const kind = line.includes(' rows=') ? 'rows' : line.includes('eval') ? 'eval' : 'train'
  return `${line.split(' ')[0]} ${kind}`
}

function metricLines(events: readonly TrainingEvent[]): Map<string, string> {
  return new Map(
    events.flatMap((event) =>
      event.type === 'log' && event.step !== undefined ? [[stepOf(event.line), event.line]] : [],
    ),
  )
}

test('a run killed mid-way and started again gives the metrics of an uninterrupted one', async () => {
  const whole = await runWorker(at('whole'))
  expect(whole.at(-1)?.type).toBe('completed')
  const expected = metricLines(whole)
  const ofKind = (kind: string) => [...expected.keys()].filter((key) => key.endsWith(kind)).length
  expect([ofKind('train'), ofKind('eval')]).toEqual([24, 6])
  expect(ofKind('rows')).toBeGreaterThan(0)

  const { events: killed, pid } = await runUntilKilled(at('killed'), 13)
  // The runtime's telemetry writes this file as soon as it starts.
  await expect(access(path.join(tmpdir(), `mat-debug-${pid}.log`))).rejects.toThrow()
  expect(killed.some((event) => event.type === 'completed' || event.type === 'stopped')).toBe(false)
  await expect(access(at('killed').outputDirectory)).rejects.toThrow()
  const resumed = await runWorker(at('killed'))
  expect(resumed.at(-1)).toEqual(whole.at(-1))

  const first = metricLines(killed)
  const second = metricLines(resumed)
  // It went on from a checkpoint, not from the start.
  expect(second.has('step=0 eval')).toBe(false)
  for (const [key, line] of [...first, ...second]) expect(line).toBe(expected.get(key))
  expect(new Set([...first.keys(), ...second.keys()])).toEqual(new Set(expected.keys()))
})

test('a stop request is answered within one step, with a checkpoint to go on from', async () => {
  const stopped = await runWorker(at('stopped'), (event, worker) => {
    if (event.type === 'progress' && event.step === 3) worker.postMessage({ type: 'stop' })
  })
  expect(stopped.at(-1)).toEqual({ type: 'stopped' })
  const steps = stopped.filter((event) => event.type === 'progress').length
  expect(steps).toBeLessThan(24)
  const resumed = await runWorker(at('stopped'))
  const remaining = resumed.filter((event) => event.type === 'progress').length
  expect(steps + remaining).toBe(24)
})

test('a base model that is missing is the client’s error', async () => {
  const events = await runWorker({ ...at('missing'), baseModelDirectory: '/nonexistent' })
  expect(events).toEqual([
    { type: 'failed', code: 'ClientError', message: expect.stringContaining('template.json') },
  ])
})
