import { readFile, rm, writeFile } from 'node:fs/promises'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readModelConfig, readModelWeights } from '../../../../electron/engine/model/modelFolder.ts'
import { train } from '../../../../electron/engine/train/train.ts'
import type { TrainingEvent, TrainingTask } from '../../../../electron/engine/train/trainingTask.ts'
import { trainingHyperparametersSchema } from '../../../../shared/hyperparameters.ts'
import { engineMetricDefinitions } from '../../../../shared/metrics.ts'
import {
  endOfTextId,
  tinyTemplate,
  writeExamples,
  writeTinyModelFolder,
} from '../../../support/tinyModelFolder.ts'

const tokenizer = {
  encode: (text: string) => [...Buffer.from(text)],
  decode: (ids: readonly number[]) => Buffer.from(ids).toString(),
  endOfTextId,
}

let directory: string
let base: string
let trainingPath: string
let validationPath: string
let count = 0

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'timbre-train-'))
  base = await writeTinyModelFolder(directory)
  const example = (index: number) => ({
    prompt: `What is ${index}?`.padEnd(12 + (index % 5) * 12, '!'),
    completion: index % 2 === 0 ? 'even' : 'odd',
  })
  const numbers = Array.from({ length: 22 }, (_, index) => index)
  trainingPath = await writeExamples(directory, 'train.jsonl', numbers.map(example))
  validationPath = await writeExamples(
    directory,
    'validation.jsonl',
    [30, 31, 32, 33, 34].map(example),
  )
})
afterAll(() => rm(directory, { recursive: true }))

function newTask(wire: Record<string, string> = {}): TrainingTask {
  count += 1
  return {
    baseModelDirectory: base,
    trainingPath,
    validationPath,
    templatePath: null,
    checkpointDirectory: path.join(directory, `checkpoint-${count}`),
    outputDirectory: path.join(directory, `output-${count}`),
    hyperparameters: trainingHyperparametersSchema.parse({
      epoch: '3',
      per_device_train_batch_size: '4',
      eval_steps: '4',
      warmup_steps: '2',
      learning_rate: '0.01',
      ...wire,
    }),
    threads: 2,
  }
}

async function runTask(task: TrainingTask, stopWhen?: (event: TrainingEvent) => boolean) {
  const events: TrainingEvent[] = []
  let stop = false
  await train(task, {
    tokenizer,
    template: tinyTemplate,
    files: new Map([['template.json', JSON.stringify(tinyTemplate)]]),
    report: (event) => {
      events.push(event)
      if (stopWhen?.(event)) stop = true
    },
    stopRequested: () => stop,
  })
  const lines = events.flatMap((event) => (event.type === 'log' ? [event] : []))
  const metrics = lines.filter((event) => event.step !== undefined).map(({ line }) => line)
  return { events, lines: lines.map(({ line }) => line), metrics }
}

test('a run logs every step and every evaluation in the published form, and learns', async () => {
  const task = newTask({ epoch: '10' })
  const { events, metrics } = await runTask(task)
  const training = metrics.filter((line) => line.includes('train_loss'))
  const evaluations = metrics.filter((line) => line.includes('eval_loss'))
  expect(training).toHaveLength(60)
  expect(evaluations.map((line) => line.split(' ')[0])).toEqual(
    Array.from({ length: 16 }, (_, index) => `step=${index * 4}`),
  )
  expect(training[11]).toMatch(
    /^step=12 epoch=2\.000 train_loss=\d+\.\d{6} learning_rate=0\.\d+ tokens=\d+$/,
  )
  // Five answers of 4 or 3 bytes, each with its end-of-text.
  expect(evaluations[0]).toMatch(
    / eval_loss=\d+\.\d{6} eval_bits_per_byte=\d+\.\d{6} eval_tokens=23$/,
  )
  for (const { name, regex } of engineMetricDefinitions)
    expect(
      metrics.some((line) => new RegExp(regex).test(line)),
      name,
    ).toBe(true)

  const losses = evaluations.map((line) => Number(/ eval_loss=([\d.]+)/.exec(line)?.[1]))
  const last = events.at(-1)
  if (last?.type !== 'completed') return expect.fail('not completed')
  expect(last.finalMetrics['timbre:eval-loss']).toBeCloseTo(Math.min(...losses), 5)
  expect(Math.min(...losses)).toBeLessThan(losses[0]! / 4)
  expect(events.filter((event) => event.type === 'progress').at(-1)).toMatchObject({
    step: 60,
    totalSteps: 60,
    epoch: 10,
  })
  const config = await readModelConfig(task.outputDirectory)
  const trained = await readModelWeights(task.outputDirectory, config)
  expect(trained.flat).not.toEqual((await readModelWeights(base, config)).flat)
  expect(await readFile(path.join(task.outputDirectory, 'template.json'), 'utf8')).toContain('Q: ')
})

test('the output holds the best weights, not the last', async () => {
  // A constant, far too large rate: validation gets worse after an early best.
  const hyperparameters = { lr_scheduler_type: 'constant', learning_rate: '0.08', eval_steps: '1' }
  const task = newTask(hyperparameters)
  const { metrics, events } = await runTask(task)
  const losses = metrics.flatMap((line) => {
    const match = / eval_loss=([\d.]+)/.exec(line)
    return match ? [Number(match[1])] : []
  })
  expect(losses.at(-1)).toBeGreaterThan(Math.min(...losses))
  expect(events.at(-1)).toMatchObject({ type: 'completed' })

  // Training on from the output starts at the best validation loss.
  const again = await runTask({
    ...newTask({ epoch: '1' }),
    baseModelDirectory: task.outputDirectory,
  })
  const first = Number(/ eval_loss=([\d.]+)/.exec(again.metrics[0]!)?.[1])
  expect(first).toBeCloseTo(Math.min(...losses), 5)
})

test('a stopped run goes on with exactly the losses of an uninterrupted one', async () => {
  const whole = await runTask(newTask())
  const task = newTask()
  const stopped = await runTask(task, (event) => event.type === 'progress' && event.step === 7)
  expect(stopped.events.at(-1)).toEqual({ type: 'stopped' })
  expect(stopped.metrics.at(-1)).toContain('step=7 ')
  const resumed = await runTask(task)
  expect(resumed.lines).toContain('Resuming after step 7 of 18.')
  expect([...stopped.metrics, ...resumed.metrics]).toEqual(whole.metrics)
  expect(resumed.events.at(-1)).toEqual(whole.events.at(-1))
})

test('a stop during an evaluation makes that evaluation first on resuming', async () => {
  const whole = await runTask(newTask({ per_device_train_batch_size: '2' }))
  const task = newTask({ per_device_train_batch_size: '2' })
  const stopped = await runTask(task, (event) => event.type === 'progress' && event.step === 8)
  expect(stopped.metrics.at(-1)).toContain('step=8 epoch=0.727 train_loss')
  const resumed = await runTask(task)
  expect(resumed.metrics[0]).toContain('step=8 epoch=0.727 eval_loss')
  expect([...stopped.metrics, ...resumed.metrics]).toEqual(whole.metrics)
})

test('the same seed repeats a run, another seed does not', async () => {
  const [first, second, other] = [
    await runTask(newTask({ epoch: '1' })),
    await runTask(newTask({ epoch: '1' })),
    await runTask(newTask({ epoch: '1', seed: '11' })),
  ]
  expect(second.metrics).toEqual(first.metrics)
  expect(other.metrics).not.toEqual(first.metrics)
})

test('without validation data the last weights are kept', async () => {
  const { metrics, events } = await runTask({ ...newTask({ epoch: '1' }), validationPath: null })
  expect(metrics).toHaveLength(6)
  const last = events.at(-1)
  expect(last).toEqual({
    type: 'completed',
    finalMetrics: { 'timbre:train-loss': expect.any(Number) },
  })
})

test('examples that are too long are shortened and counted', async () => {
  const { lines, events } = await runTask(newTask({ epoch: '1', max_input_length: '32' }))
  expect(lines).toContain('17 training examples were longer than 32 tokens and were shortened.')
  expect(events.at(-1)?.type).toBe('completed')
})

test('a loss that is not a number ends the run with advice', async () => {
  const task = newTask({ learning_rate: '1', lr_scheduler_type: 'constant', max_grad_norm: '0' })
  const diverging = { ...task.hyperparameters, learningRate: 1e30 }
  await expect(runTask({ ...task, hyperparameters: diverging })).rejects.toMatchObject({
    code: 'AlgorithmError',
    message: expect.stringContaining('lower the learning rate'),
  })
})

test.each([
  ['an empty file', '', 'The training data has no examples.'],
  ['blank lines only', '\n \n', 'The training data has no examples.'],
  ['a broken line', '{"prompt":"a","completion":"b"}\n{"prompt"', 'Line 2 of the training data'],
  ['a missing field', '{"prompt":"a"}\n', 'Line 1 of the training data'],
])('%s is the client’s error', async (_, content, message) => {
  const file = path.join(directory, 'bad.jsonl')
  await writeFile(file, content)
  await expect(runTask({ ...newTask(), trainingPath: file })).rejects.toMatchObject({
    code: 'ClientError',
    message: expect.stringContaining(message),
  })
})

test('a file that is not UTF-8 is the client’s error', async () => {
  const file = path.join(directory, 'latin.jsonl')
  await writeFile(file, Buffer.from([0x22, 0xe4, 0x22, 0x0a]))
  await expect(runTask({ ...newTask(), trainingPath: file })).rejects.toMatchObject({
    code: 'ClientError',
    message: expect.stringContaining('UTF-8'),
  })
})
