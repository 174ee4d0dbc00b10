import { open, readFile, rm, writeFile } from 'node:fs/promises'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readModelConfig, readModelWeights } from '../../../../electron/engine/model/modelFolder.ts'
import { loraSpecs, mergeLora } from '../../../../electron/engine/model/lora.ts'
import { ParameterBlock } from '../../../../electron/engine/model/parameters.ts'
import {
  readSafetensorsHeader,
  readTensorAsFloat32,
} from '../../../../electron/engine/model/safetensors.ts'
import { loadTokenizer, type Tokenizer } from '../../../../electron/engine/model/tokenizer.ts'
import { train } from '../../../../electron/engine/train/train.ts'
import type { TrainingEvent, TrainingTask } from '../../../../electron/engine/train/trainingTask.ts'
import { trainingHyperparametersSchema } from '../../../../shared/hyperparameters.ts'
import { engineMetricDefinitions } from '../../../../shared/metrics.ts'
import {
  tinyTemplate,
  writeExamples,
  writeTinyModelFolder,
} from '../../../support/tinyModelFolder.ts'

let tokenizer: Tokenizer
let directory: string
let base: string
let trainingPath: string
let validationPath: string
let count = 0

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'timbre-train-'))
  base = await writeTinyModelFolder(directory)
  tokenizer = await loadTokenizer(base)
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
    promptsPath: null,
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
    / eval_loss=\d+\.\d{6} eval_bits_per_byte=\d+\.\d{6} eval_bits_per_byte_error=\d+\.\d{6} eval_tokens=23$/,
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

const lora = { peft_type: 'lora', lora_r: '4', learning_rate: '0.05', target_modules: 'all-linear' }

test('LoRA learns, leaves the base as it is, and writes an adapter that gives the merged weights', async () => {
  const task = newTask({ ...lora, epoch: '6' })
  const { events, metrics, lines } = await runTask(task)
  expect(events.at(-1)).toMatchObject({ type: 'completed' })
  const config = await readModelConfig(base)
  const block = await readModelWeights(base, config)
  const adapterOptions = { ...task.hyperparameters.lora!, dropout: 0 }
  const adapter = new ParameterBlock(loraSpecs(config, adapterOptions))
  expect(lines).toContainEqual(
    expect.stringMatching(
      new RegExp(`^Training ${adapter.flat.length} of ${block.flat.length} weights`),
    ),
  )
  const losses = metrics.flatMap((line) => {
    const match = / eval_loss=([\d.]+)/.exec(line)
    return match ? [Number(match[1])] : []
  })
  // A random base with frozen embeddings can only be bent a little.
  expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.1)

  const file = await open(path.join(task.outputDirectory, 'adapter_model.safetensors'))
  const { tensors } = await readSafetensorsHeader(file)
  for (const { spec, data } of adapter.parameters)
    await readTensorAsFloat32(file, tensors.get(spec.name)!, data)
  await file.close()
  expect(tensors.size).toBe(adapter.parameters.length)
  mergeLora(block, adapter, config, adapterOptions)
  expect(block.flat).toEqual((await readModelWeights(task.outputDirectory, config)).flat)
  const json: unknown = JSON.parse(
    await readFile(path.join(task.outputDirectory, 'adapter_config.json'), 'utf8'),
  )
  expect(json).toMatchObject({ peft_type: 'LORA', r: 4, lora_alpha: 16 })
})

test('a stopped LoRA run with dropout goes on with the losses of an uninterrupted one', async () => {
  const settings = { ...lora, lora_dropout: '0.3' }
  const whole = await runTask(newTask(settings))
  const without = await runTask(newTask({ ...lora, lora_dropout: '0' }))
  expect(without.metrics).not.toEqual(whole.metrics)
  const task = newTask(settings)
  const stopped = await runTask(task, (event) => event.type === 'progress' && event.step === 7)
  const resumed = await runTask(task)
  expect([...stopped.metrics, ...resumed.metrics]).toEqual(whole.metrics)
})

test('two batches of two make the step of one batch of four', async () => {
  const validationPath = null
  const settings = { lr_scheduler_type: 'constant', warmup_steps: '0', epoch: '1' }
  const whole = await runTask({ ...newTask(settings), validationPath })
  const parts = await runTask({
    ...newTask({ ...settings, per_device_train_batch_size: '2', gradient_accumulation_steps: '2' }),
    validationPath,
  })
  expect(parts.metrics).toHaveLength(whole.metrics.length)
  // The same examples in both only where buckets do not split them: the sum of losses is near, the steps are as many.
  const mean = (lines: string[]) =>
    lines.reduce((sum, line) => sum + Number(/ train_loss=([\d.]+)/.exec(line)?.[1]), 0) /
    lines.length
  expect(mean(parts.metrics) / mean(whole.metrics)).toBeCloseTo(1, 1)
})

test('training ends early when the validation loss has not improved for the patience', async () => {
  const settings = {
    lr_scheduler_type: 'constant',
    learning_rate: '0.08',
    eval_steps: '1',
    epoch: '20',
  }
  const { lines, events, metrics } = await runTask(
    newTask({ ...settings, early_stopping_patience: '3' }),
  )
  expect(lines).toContain('Stopping early: 3 evaluations in a row were no better than the best.')
  expect(events.at(-1)).toMatchObject({ type: 'completed' })
  const losses = metrics.flatMap((line) => {
    const match = / eval_loss=([\d.]+)/.exec(line)
    return match ? [Number(match[1])] : []
  })
  expect(losses.length).toBeLessThan(120)
  expect(Math.min(...losses)).toBe(losses.at(-4))
})

test('every evaluation answers the prompts, and an answer is no metric', async () => {
  const promptsPath = path.join(directory, 'prompts.json')
  const prompts = ['What is 3?', 'step=1 eval_loss=0.5']
  await writeFile(promptsPath, JSON.stringify(prompts))
  const { metrics } = await runTask({ ...newTask(), promptsPath })
  const samples = metrics.filter((line) => / sample=\d /.test(line))
  expect(samples).toHaveLength(2 * 6)
  expect(samples[0]).toMatch(/^step=0 sample=1 prompt="What is 3\?" answer=".*"$/)
  expect(samples.at(-1)).toMatch(/^step=18 sample=2 /)
  const quoted = / prompt=("(?:[^"\\]|\\.)*") /.exec(samples[1]!)![1]!
  expect(JSON.parse(quoted)).toBe(prompts[1])
  for (const { name, regex } of engineMetricDefinitions.filter(
    ({ name }) => name !== 'timbre:step',
  ))
    expect(
      samples.some((line) => new RegExp(regex).test(line)),
      name,
    ).toBe(false)

  await writeFile(promptsPath, '["a", "b", "c", "d"]')
  await expect(runTask({ ...newTask(), promptsPath })).rejects.toMatchObject({
    code: 'ClientError',
  })
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
