/**
 * Trains a base model from scratch on a tokenised corpus (build/corpus.ts) and writes its model folder:
 *   npm run pretrain -- --config build/pretrain/timbre-pico-en.json --minutes 60 [--threads 2] [--resume]
 * The learning rate follows the clock, so that it has decayed fully when the minutes are over. The published weights were
 * made with the same configuration on a GPU (build/pretrain/pretrain_cuda.py);
 *   npm run pretrain -- --config build/pretrain/timbre-pico-en.json --import DIRECTORY
 * writes the model folder from what that script wrote, after checking that the engine gives the same held-out loss.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { parseModelConfig } from '../electron/engine/model/config.ts'
import { initializeWeights } from '../electron/engine/model/initialization.ts'
import { readModelWeights, writeModelFolder } from '../electron/engine/model/modelFolder.ts'
import { mulberry32, shuffledIndices } from '../electron/engine/random.ts'
import { readCheckpoint, writeCheckpoint } from '../electron/engine/train/checkpoint.ts'
import { type LossBatch, TrainableModel } from '../electron/engine/train/model.ts'
import { scheduleFactor } from '../electron/engine/train/schedule.ts'

const pretrainConfigSchema = z.strictObject({
  /** Directory with train.bin, validation.bin (uint16 token ids, little endian) and tokenizer.json. */
  corpus: z.string(),
  /** Model folder to write; template.json, model.json and README.md already in it are kept. */
  output: z.string(),
  /** Directory of the checkpoint. */
  checkpoint: z.string(),
  dtype: z.enum(['F16', 'F32']).default('F16'),
  model: z.unknown().transform(parseModelConfig),
  /** Rows per step. */
  batch: z.number().int().positive(),
  /** Tokens per row. */
  length: z.number().int().positive(),
  /** Peak. */
  learningRate: z.number().positive(),
  /** Share of the time for the warm-up. */
  warmup: z.number().min(0).max(1).default(0.01),
  weightDecay: z.number().min(0).default(0.1),
  maxGradientNorm: z.number().min(0).default(1),
  seed: z.number().int().default(1),
  /** Rows of the validation file that the held-out loss is taken over. */
  validationRows: z.number().int().positive().default(64),
  validationEveryMinutes: z.number().positive().default(2),
  /** What is different on a GPU; read by pretrain_cuda.py alone. */
  cuda: z
    .strictObject({
      batch: z.number().int().positive(),
      length: z.number().int().positive(),
      learningRate: z.number().positive(),
      warmup: z.number().min(0).max(1),
      weightDecay: z.number().min(0),
    })
    .optional(),
})

/** What pretrain_cuda.py measured over the rows that `validate` takes. */
const reportSchema = z.object({ validation_loss: z.number().positive() })
/** PyTorch's arithmetic differs in the last bits. */
const lossTolerance = 1e-4
const stateSchema = z.object({ step: z.number(), elapsedMs: z.number() })
const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8 }
const checkpointEveryMs = 60_000
const logEveryMs = 10_000

/** Rows of a token file, each epoch in a new order and cut at a new phase. */
class TokenRows {
  readonly #tokens: Uint16Array
  readonly #length: number
  readonly #seed: number
  readonly rowsPerEpoch: number
  #epoch = -1
  #order: Uint32Array = new Uint32Array()
  #phase = 0

  constructor(tokens: Uint16Array, length: number, seed: number) {
    this.#tokens = tokens
    this.#length = length
    this.#seed = seed
    this.rowsPerEpoch = Math.floor((tokens.length - 1) / length) - 1
    if (this.rowsPerEpoch < 1) throw new Error('The token file is shorter than two rows.')
  }

  /** Row number `index` of the endless sequence of epochs: length + 1 tokens. */
  row(index: number): Uint16Array {
    const epoch = Math.floor(index / this.rowsPerEpoch)
    if (epoch !== this.#epoch) {
      const random = mulberry32(this.#seed + 7919 * epoch)
      this.#epoch = epoch
      this.#phase = Math.floor(random() * this.#length)
      this.#order = shuffledIndices(this.rowsPerEpoch, random)
    }
    const begin = this.#phase + (this.#order[index % this.rowsPerEpoch] as number) * this.#length
    return this.#tokens.subarray(begin, begin + this.#length + 1)
  }
}

function batchOf(rows: readonly Uint16Array[], length: number): LossBatch {
  const count = rows.length * length
  const ids = new BigInt64Array(count)
  const labels = new BigInt64Array(count)
  rows.forEach((row, index) => {
    for (let position = 0; position < length; position += 1) {
      ids[index * length + position] = BigInt(row[position] as number)
      labels[index * length + position] = BigInt(row[position + 1] as number)
    }
  })
  const rowWeights = new Float32Array(count).fill(1 / count)
  return { batch: rows.length, length, ids, rows: null, labels, rowWeights }
}

async function readTokens(file: string, vocabularySize: number): Promise<Uint16Array> {
  const bytes = await readFile(file)
  const tokens = new Uint16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / 2))
  if (tokens.some((token) => token >= vocabularySize))
    throw new Error(`${file} has token ids beyond the vocabulary of ${vocabularySize}.`)
  return tokens
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      minutes: { type: 'string', default: '60' },
      threads: { type: 'string', default: '2' },
      resume: { type: 'boolean', default: false },
      import: { type: 'string' },
    },
  })
  if (!values.config) throw new Error('--config <json> is needed.')
  const config = pretrainConfigSchema.parse(JSON.parse(await readFile(values.config, 'utf8')))
  const budgetMs = Number(values.minutes) * 60_000
  const { batch, length } = config

  const vocabularySize = config.model.vocabularySize
  const trainTokens = await readTokens(path.join(config.corpus, 'train.bin'), vocabularySize)
  const validationTokens = await readTokens(
    path.join(config.corpus, 'validation.bin'),
    vocabularySize,
  )
  const rows = new TokenRows(trainTokens, length, config.seed)
  const validationBatches: LossBatch[] = []
  for (let row = 0; row + batch <= config.validationRows; row += batch) {
    const cut = Array.from({ length: batch }, (_, index) =>
      validationTokens.subarray((row + index) * length, (row + index + 1) * length + 1),
    ).filter((piece) => piece.length === length + 1)
    if (cut.length === batch) validationBatches.push(batchOf(cut, length))
  }
  if (validationBatches.length === 0) throw new Error('The validation file is too short.')

  const model = new TrainableModel(config.model, Number(values.threads))
  const validate = async (): Promise<number> => {
    let sum = 0
    for (const piece of validationBatches) sum += (await model.evaluate(piece)).loss
    return sum / validationBatches.length
  }
  if (values.import) {
    const { validation_loss: reported } = reportSchema.parse(
      JSON.parse(await readFile(path.join(values.import, 'report.json'), 'utf8')),
    )
    const imported = await readModelWeights(values.import, config.model)
    model.weights.flat.set(imported.flat)
    const measured = await validate()
    await model.close()
    console.log(`validation_loss=${measured.toFixed(4)} reported=${reported.toFixed(4)}`)
    if (!(Math.abs(measured - reported) <= lossTolerance * reported))
      throw new Error(
        'The engine gives another held-out loss than the report: nothing was written.',
      )
    await writeModel(config, model)
    return
  }
  const checkpointFile = path.join(config.checkpoint, 'checkpoint.safetensors')
  const arrays = { weights: model.weights.flat, ...model.moments }
  const resumed = values.resume ? await readCheckpoint(checkpointFile, arrays, stateSchema) : null
  if (!resumed) initializeWeights(model.weights, config.model, config.seed)
  await mkdir(config.checkpoint, { recursive: true })

  let step = resumed?.step ?? 0
  const startedAt = performance.now() - (resumed?.elapsedMs ?? 0)
  const elapsedMs = () => performance.now() - startedAt
  const parameterCount = model.weights.flat.length
  console.log(
    `${parameterCount} parameters, ${trainTokens.length} training tokens, ${batch} x ${length} a step`,
  )

  const logValidation = async () =>
    console.log(`step=${step} validation_loss=${(await validate()).toFixed(4)}`)
  const save = () => writeCheckpoint(checkpointFile, arrays, { step, elapsedMs: elapsedMs() })

  let stopping = false
  process.once('SIGINT', () => (stopping = true))
  process.once('SIGTERM', () => (stopping = true))

  let savedAt = elapsedMs()
  let loggedAt = elapsedMs()
  let validatedAt = elapsedMs()
  let loggedStep = step
  let lossSum = 0
  while (!stopping && elapsedMs() < budgetMs) {
    const pieces = Array.from({ length: batch }, (_, index) => rows.row(step * batch + index))
    const { loss } = await model.backward(batchOf(pieces, length))
    if (!Number.isFinite(loss)) throw new Error('The loss is not a number any more.')
    const factor = scheduleFactor('cosine', elapsedMs(), config.warmup * budgetMs, budgetMs)
    step += 1
    const norm = model.update(step, config.learningRate * factor, config.maxGradientNorm, {
      ...optimizer,
      weightDecay: config.weightDecay,
    })
    lossSum += loss

    const now = elapsedMs()
    if (now - loggedAt >= logEveryMs) {
      const steps = step - loggedStep
      const tokensPerSecond = (steps * batch * length * 1000) / (now - loggedAt)
      console.log(
        `step=${step} loss=${(lossSum / steps).toFixed(4)} norm=${norm.toFixed(2)} ` +
          `learning_rate=${(config.learningRate * factor).toExponential(2)} ` +
          `tokens_per_second=${tokensPerSecond.toFixed(0)} ` +
          `tokens=${((step * batch * length) / 1e6).toFixed(2)}M ` +
          `epoch=${((step * batch) / rows.rowsPerEpoch).toFixed(2)} ` +
          `minutes_left=${((budgetMs - now) / 60_000).toFixed(1)}`,
      )
      loggedAt = now
      loggedStep = step
      lossSum = 0
    }
    if (now - validatedAt >= config.validationEveryMinutes * 60_000) {
      await logValidation()
      validatedAt = elapsedMs()
    }
    if (now - savedAt >= checkpointEveryMs) {
      await save()
      savedAt = elapsedMs()
    }
  }

  await save()
  await logValidation()
  await model.close()
  if (stopping) {
    console.log('Stopped; go on with --resume.')
    return
  }
  await writeModel(config, model)
}

/** Beside what is already in the folder. */
async function writeModel(
  config: z.output<typeof pretrainConfigSchema>,
  model: TrainableModel,
): Promise<void> {
  const files = new Map<string, Uint8Array>()
  for (const [name, directory] of [
    ['tokenizer.json', config.corpus],
    ['template.json', config.output],
    ['README.md', config.output],
    ['model.json', config.output],
  ] as const) {
    const file = path.join(directory, name)
    if (existsSync(file)) files.set(name, await readFile(file))
  }
  const { weights } = model
  const content = { config: config.model, weights, dtype: config.dtype, files }
  await writeModelFolder(config.output, content)
  console.log(`Wrote ${config.output}.`)
}

await main()
