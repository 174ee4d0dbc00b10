/**
 * How long a run will take and what it needs, from steps that are really made: each kind of work is timed once or twice
 * on this computer, with this model and these examples, and multiplied by how often the run does it.
 */
import { mkdir, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { PromptTemplate } from '../../../shared/promptTemplate.ts'
import { writeFileAtomically } from '../model/atomicFile.ts'
import { readModelConfig, readModelWeightsInto } from '../model/modelFolder.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import {
  answerTokenCount,
  epochBatches,
  evaluationBatches,
  longestInput,
  passesOf,
  toLossBatch,
} from './batches.ts'
import { type TokenizedExample, readExamples } from './examples.ts'
import { type MemoryShortage, modelBytes, planMemory, trainedBytes } from './memory.ts'
import { type LossBatch, TrainableModel } from './model.ts'
import { answerSamples, longestSample, readSamplePrompts } from './samplePrompts.ts'
import { checkpointIntervalMs, optimizer } from './train.ts'
import type { ThreadFailure } from './trainingFailure.ts'
import type { TrainingTask } from './trainingTask.ts'

export interface RunEstimate {
  readonly steps: number
  /** From the start of training to a checked artifact. Null: nothing was measured. */
  readonly seconds: { readonly low: number; readonly high: number } | null
  readonly memoryBytes: number
  readonly freeMemoryBytes: number
  /** At its largest: checkpoint, trained model, its archive, and the copy that is checked. */
  readonly diskBytes: number
  readonly freeDiskBytes: number
  /** Examples that are longer than the limit and will be cut. */
  readonly shortenedExamples: number
  readonly shortage: MemoryShortage | null
}

/** Lengths beyond these are interpolated. */
const mostLengths = 4
/** Steps are made until this much time was spent on them, at least one per length after its first. */
const measuringMs = 12_000
const updatingMs = 500
const sliceBytes = 8 << 20
const sampledTokens = 16
/** Beside the computing: queueing, copying the examples, the first look at the log. */
const overheadSeconds = 0.5
/** What a run was seen to differ from its measured parts. */
const spread = { low: 0.9, high: 1.15 }

/** @throws TrainingError, ModelFileError as the run itself would */
export async function estimateRun(
  task: TrainingTask,
  { tokenizer, template, measures }: EstimateSurroundings,
): Promise<RunEstimate> {
  const { hyperparameters, threads } = task
  const { batchSize, accumulatedBatches, epochs, seed, lora, patience } = hyperparameters
  const config = await readModelConfig(task.baseModelDirectory)
  const maxLength = Math.min(hyperparameters.maxSequenceLength, config.maxPositions)
  const read = (file: string, name: 'training' | 'validation') =>
    readExamples(file, name, tokenizer, template, maxLength)
  const training = await read(task.trainingPath, 'training')
  const validation = task.validationPath ? await read(task.validationPath, 'validation') : null
  const prompts = await readSamplePrompts(task.promptsPath)

  const length = longestInput([...training.examples, ...(validation?.examples ?? [])])
  const freeMemoryBytes = process.availableMemory()
  const answersSamples = validation !== null && prompts.length > 0
  const memory = planMemory({ config, lora, batchSize, length, answersSamples }, freeMemoryBytes)
  const stepsPerEpoch = Math.ceil(
    Math.ceil(training.examples.length / batchSize) / accumulatedBatches,
  )
  const steps = stepsPerEpoch * epochs
  await mkdir(task.checkpointDirectory, { recursive: true })
  const { bavail, bsize } = await statfs(task.checkpointDirectory)
  const weightBytes = modelBytes(config)
  const checkpointBytes = 4 * trainedBytes(config, lora)
  const facts = {
    steps,
    memoryBytes: 'plan' in memory ? memory.plan.bytes : memory.shortage.needed,
    freeMemoryBytes,
    diskBytes: checkpointBytes + 3 * weightBytes,
    freeDiskBytes: bavail * bsize,
    shortenedExamples: training.truncated + (validation?.truncated ?? 0),
    shortage: 'plan' in memory ? null : memory.shortage,
  }
  if ('shortage' in memory || !measures) return { ...facts, seconds: null }

  const { plan } = memory
  const model = new TrainableModel(config, threads, lora, seed, task.provider, plan)
  try {
    const loading = await timed(() => readModelWeightsInto(task.baseModelDirectory, model.weights))
    const sampling =
      validation && prompts.length > 0
        ? await timeSamples(model, prompts, { tokenizer, template, threads }, training.examples)
        : 0
    const epoch = epochBatches(training.examples, batchSize, maxLength, seed, 0)
    const passes = (examples: readonly TokenizedExample[]) =>
      passesOf(examples, batchSize, maxLength, plan.tokensPerPass).map((pass) =>
        toLossBatch(pass, maxLength),
      )
    const stepping = await timeBatches(epoch.flatMap(passes), (batch) => model.backward(batch))
    // The first update compiles AdamW's module and touches its moments for the first time.
    const update = () =>
      Promise.resolve(
        model.update(1, 0, hyperparameters.maxGradientNorm, { ...optimizer, weightDecay: 0 }),
      )
    await update()
    const updating = await timedOften(update, updatingMs)
    const evaluating = validation
      ? await timeBatches(
          evaluationBatches(validation.examples, batchSize).flatMap(passes),
          (batch) => model.evaluate(batch),
        )
      : null
    const bytes = Buffer.from(model.weights.flat.buffer, 0, Math.min(weightBytes, sliceBytes))
    const disk = await timeFiles(bytes, task.checkpointDirectory)

    const evaluations = evaluating ? evaluationCount(steps, hyperparameters.evaluationInterval) : 0
    const evaluation = (evaluating?.once ?? 0) + sampling
    const stepSeconds = epochs * stepping.once + steps * updating + stepping.first
    const computing = (share: number) =>
      share * (stepSeconds + evaluations * evaluation) + (evaluating?.first ?? 0)
    const saving = (computed: number) =>
      (evaluations + (1000 * computed) / checkpointIntervalMs) * checkpointBytes * disk.write
    const publishing =
      weightBytes * (3 * disk.write + disk.pack + disk.unpack) + loading + sampling / 3
    const total = (share: number) =>
      overheadSeconds + loading + computing(share) + saving(computing(share)) + publishing
    // A run with patience may end as soon as that many evaluations after the first got no better.
    const earliest =
      patience > 0 ? Math.min(1, ((patience + 1) * hyperparameters.evaluationInterval) / steps) : 1
    const seconds = { low: spread.low * total(earliest), high: spread.high * total(1) }
    return { ...facts, seconds }
  } finally {
    await model.close()
    await rm(task.checkpointDirectory, { recursive: true, force: true })
  }
}

/** The estimate worker's workerData. */
export interface EstimateTask {
  readonly task: TrainingTask
  readonly measures: boolean
}

/** What it posts. */
export type EstimateAnswer =
  { readonly estimate: RunEstimate } | { readonly failure: ThreadFailure }

export interface EstimateSurroundings {
  readonly tokenizer: Tokenizer
  readonly template: PromptTemplate
  /** False while the device is busy: what is timed then says nothing. */
  readonly measures: boolean
}

/** The one before the first step, one after every `interval` steps, and one at the end. */
function evaluationCount(steps: number, interval: number): number {
  return 1 + Math.ceil(steps / interval)
}

/** Of all prompts at one evaluation: a tuned model's answers are about as long as those it learns from. */
async function timeSamples(
  model: TrainableModel,
  prompts: readonly string[],
  settings: Omit<EstimateSurroundings, 'measures'> & { readonly threads: number },
  examples: readonly TokenizedExample[],
): Promise<number> {
  const ask = (maxNewTokens: number) =>
    timed(() =>
      answerSamples(model, prompts.slice(0, 1), { ...settings, maxNewTokens }, () => false),
    )
  const short = await ask(1)
  const perToken = Math.max(0, (await ask(1 + sampledTokens)) - short) / sampledTokens
  const expected = Math.min(longestSample, answerTokenCount(examples) / examples.length)
  return short + prompts.length * expected * perToken
}

interface BatchSeconds {
  /** All batches once. */
  readonly once: number
  /** What the first batch of each length takes on top: its session is made then. */
  readonly first: number
}

/** Times batches of up to four lengths, the others in between. */
async function timeBatches(
  batches: readonly LossBatch[],
  run: (batch: LossBatch) => Promise<unknown>,
): Promise<BatchSeconds> {
  const byLength = new Map<number, LossBatch>()
  for (const batch of batches) if (!byLength.has(batch.length)) byLength.set(batch.length, batch)
  const lengths = [...byLength.keys()].toSorted((a, b) => a - b)
  const measured: { readonly length: number; readonly seconds: number }[] = []
  const tokens = (batch: LossBatch) => batch.batch * batch.length
  let first = 0
  for (const length of spreadOver(lengths, mostLengths)) {
    const batch = byLength.get(length)
    if (!batch) continue
    const warm = await timed(() => run(batch))
    const seconds = await timedOften(() => run(batch), measuringMs / mostLengths / 2)
    first += Math.max(0, warm - seconds)
    measured.push({ length, seconds: seconds / tokens(batch) })
  }
  const scale = measured.length === 0 ? 0 : lengths.length / measured.length
  return {
    once: batches.reduce(
      (sum, batch) => sum + tokens(batch) * interpolate(measured, batch.length),
      0,
    ),
    first: first * scale,
  }
}

/** First, last, and what lies evenly between; `lengths` ascend. */
function spreadOver(lengths: readonly number[], most: number): number[] {
  if (lengths.length <= most) return [...lengths]
  const picked = Array.from({ length: most }, (_, index) =>
    Math.round((index * (lengths.length - 1)) / (most - 1)),
  )
  return picked.flatMap((index) => lengths[index] ?? [])
}

/** Between the two neighbours on a straight line. `points` ascend and span `length`. */
export function interpolate(
  points: readonly { readonly length: number; readonly seconds: number }[],
  length: number,
): number {
  const above = points.find((point) => point.length >= length)
  const below = points.findLast((point) => point.length <= length)
  if (!above || !below) return (above ?? below)?.seconds ?? 0
  if (above.length === below.length) return above.seconds
  const share = (length - below.length) / (above.length - below.length)
  return below.seconds + share * (above.seconds - below.seconds)
}

/** Seconds per byte, measured on a slice of the weights. */
async function timeFiles(bytes: Buffer, directory: string) {
  const file = path.join(directory, 'measured')
  const write = await timed(() => writeFileAtomically(file, [bytes]))
  let packed = Buffer.alloc(0)
  const pack = await timed(async () => (packed = await promisify(gzip)(bytes, { level: 1 })))
  const unpack = await timed(() => promisify(gunzip)(packed))
  return {
    write: write / bytes.length,
    pack: pack / bytes.length,
    unpack: unpack / bytes.length,
  }
}

/** Middle of up to five times, fewer once they took `forMs`: another program's moment must not count for the whole run. */
async function timedOften(work: () => Promise<unknown>, forMs: number): Promise<number> {
  const times: number[] = []
  const startedAt = performance.now()
  do {
    times.push(await timed(work))
  } while (times.length < 5 && performance.now() - startedAt < forMs)
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}
