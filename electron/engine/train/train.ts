/** Fine-tuning: the loop over steps, with evaluation, checkpoints and the best weights kept. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { PromptTemplate } from '../../../shared/promptTemplate.ts'
import { readModelConfig, readModelWeightsInto, writeModelFolder } from '../model/modelFolder.ts'
import { epochBatches, evaluationBatches, toLossBatch, tokenCount } from './batches.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { type ExampleTokenizer, type TokenizedExample, readExamples } from './examples.ts'
import { TrainableModel } from './model.ts'
import { scheduleFactor } from './schedule.ts'
import { TrainingError, type TrainingEvent, type TrainingTask } from './trainingTask.ts'

const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
const checkpointIntervalMs = 15_000

const stateSchema = z.object({
  /** Steps done. */
  step: z.number().int().nonnegative(),
  /** Whether the evaluation after `step` is still to be made. */
  evaluationDue: z.boolean(),
  trainLoss: z.number().nullable(),
  best: z.object({ step: z.number(), loss: z.number(), bitsPerByte: z.number() }).nullable(),
})
type TrainingState = z.infer<typeof stateSchema>

export interface TrainingSurroundings {
  readonly tokenizer: ExampleTokenizer
  readonly template: PromptTemplate
  /** Content of tokenizer.json, template.json and README.md for the output folder. */
  readonly files: ReadonlyMap<string, Uint8Array | string>
  readonly report: (event: TrainingEvent) => void
  /** Asked between steps and between evaluation batches. */
  readonly stopRequested: () => boolean
  /** Asked once stopped; absent means no. */
  readonly keepsBestOnStop?: () => boolean
  /** Returns once everything reported so far is safe. */
  readonly beforeCheckpoint?: () => void
}

/**
 * Runs or resumes a task up to 'completed' or 'stopped', which it reports. Throws TrainingError and ModelFileError.
 */
export async function train(task: TrainingTask, surroundings: TrainingSurroundings): Promise<void> {
  const { hyperparameters } = task
  const { report, stopRequested, tokenizer, template } = surroundings
  const { batchSize, epochs, seed } = hyperparameters
  const log = (line: string, step?: number) => report({ type: 'log', line, step })

  const config = await readModelConfig(task.baseModelDirectory)
  const maxLength = Math.min(hyperparameters.maxSequenceLength, config.maxPositions)
  const readSet = async (file: string, name: 'training' | 'validation') => {
    const { examples, truncated } = await readExamples(file, name, tokenizer, template, maxLength)
    log(`Read ${examples.length} ${name} examples.`)
    if (truncated > 0)
      log(`${truncated} ${name} examples were longer than ${maxLength} tokens and were shortened.`)
    return examples
  }
  const training = await readSet(task.trainingPath, 'training')
  const validation = task.validationPath ? await readSet(task.validationPath, 'validation') : null
  const stepsPerEpoch = Math.ceil(training.length / batchSize)
  const totalSteps = stepsPerEpoch * epochs

  await mkdir(task.checkpointDirectory, { recursive: true })
  const checkpointFile = path.join(task.checkpointDirectory, 'checkpoint.safetensors')
  const model = new TrainableModel(config, task.threads)
  const bestWeights = new Float32Array(model.weights.flat.length)
  const arrays = { weights: model.weights.flat, ...model.moments, bestWeights }
  const resumed = await readCheckpoint(checkpointFile, arrays, stateSchema)
  if (!resumed) await readModelWeightsInto(task.baseModelDirectory, model.weights)
  const state: TrainingState = resumed ?? {
    step: 0,
    evaluationDue: validation !== null,
    trainLoss: null,
    best: null,
  }
  log(
    resumed
      ? `Resuming after step ${state.step} of ${totalSteps}.`
      : `Training ${model.weights.flat.length} weights for ${totalSteps} steps.`,
  )
  let savedAt = performance.now()
  const save = async () => {
    surroundings.beforeCheckpoint?.()
    await writeCheckpoint(checkpointFile, arrays, state)
    savedAt = performance.now()
  }

  let batches: TokenizedExample[][] = []
  let batchesEpoch = -1
  let secondsPerStep = 0
  let isStopped = false
  try {
    for (;;) {
      const epochsDone = (state.step / stepsPerEpoch).toFixed(3)

      if (validation && state.evaluationDue) {
        const evaluation = await evaluate(model, validation, batchSize, maxLength, stopRequested)
        if (evaluation) {
          log(
            `step=${state.step} epoch=${epochsDone} eval_loss=${evaluation.loss.toFixed(6)} ` +
              `eval_bits_per_byte=${evaluation.bitsPerByte.toFixed(6)} eval_tokens=${evaluation.tokens}`,
            state.step,
          )
          requireFinite(evaluation.loss, state.step)
          if (!state.best || evaluation.loss < state.best.loss) {
            const { loss, bitsPerByte } = evaluation
            state.best = { step: state.step, loss, bitsPerByte }
            bestWeights.set(model.weights.flat)
          }
          state.evaluationDue = false
          await save()
        }
      }
      if (stopRequested()) {
        await save()
        isStopped = true
        break
      }
      if (state.step === totalSteps) break

      const startedAt = performance.now()
      const epoch = Math.floor(state.step / stepsPerEpoch)
      if (epoch !== batchesEpoch) {
        batches = epochBatches(training, batchSize, maxLength, seed, epoch)
        batchesEpoch = epoch
      }
      // There are exactly stepsPerEpoch batches.
      const examples = batches[state.step % stepsPerEpoch] as TokenizedExample[]
      const { loss } = await model.backward(toLossBatch(examples, batchSize, maxLength))
      const learningRate =
        hyperparameters.learningRate *
        scheduleFactor(
          hyperparameters.schedule,
          state.step + 1,
          hyperparameters.warmupSteps,
          // One more, so that the last step still moves.
          totalSteps + 1,
        )
      const norm = model.update(state.step + 1, learningRate, hyperparameters.maxGradientNorm, {
        ...optimizer,
        weightDecay: hyperparameters.weightDecay,
      })
      state.step += 1
      requireFinite(loss + norm, state.step)
      state.trainLoss = loss
      state.evaluationDue =
        validation !== null &&
        (state.step % hyperparameters.evaluationInterval === 0 || state.step === totalSteps)

      const seconds = (performance.now() - startedAt) / 1000
      secondsPerStep = secondsPerStep === 0 ? seconds : 0.9 * secondsPerStep + 0.1 * seconds
      const epochNow = state.step / stepsPerEpoch
      log(
        `step=${state.step} epoch=${epochNow.toFixed(3)} train_loss=${loss.toFixed(6)} ` +
          `learning_rate=${learningRate.toFixed(9)} tokens=${tokenCount(examples)}`,
        state.step,
      )
      report({ type: 'progress', step: state.step, totalSteps, epoch: epochNow, secondsPerStep })
      if (performance.now() - savedAt >= checkpointIntervalMs) await save()
    }
  } finally {
    await model.close()
  }

  const hasLearned = state.best !== null && state.best.step > 0
  if (isStopped && !(hasLearned && surroundings.keepsBestOnStop?.())) {
    report({ type: 'stopped' })
    return
  }
  if (state.best) {
    model.weights.flat.set(bestWeights)
    log(`Keeping the weights after step ${state.best.step}, which have the lowest eval_loss.`)
  }
  const { weights } = model
  const { files } = surroundings
  await writeModelFolder(task.outputDirectory, { config, weights, dtype: 'F32', files })
  report({ type: isStopped ? 'stopped' : 'completed', finalMetrics: finalMetrics(state) })
}

interface Evaluation {
  /** Nats per answer token. */
  readonly loss: number
  /** Bits of the whole answers, their end-of-text included, per byte of their text. */
  readonly bitsPerByte: number
  readonly tokens: number
}

/** Null when asked to stop. */
async function evaluate(
  model: TrainableModel,
  examples: readonly TokenizedExample[],
  batchSize: number,
  maxLength: number,
  stopRequested: () => boolean,
): Promise<Evaluation | null> {
  let nats = 0
  let tokens = 0
  for (const batch of evaluationBatches(examples, batchSize)) {
    if (stopRequested()) return null
    const { rowLosses } = await model.evaluate(toLossBatch(batch, batchSize, maxLength))
    for (const rowLoss of rowLosses) nats += rowLoss
    tokens += rowLosses.length
  }
  const bytes = examples.reduce((sum, example) => sum + example.answerBytes, 0)
  return { loss: nats / tokens, bitsPerByte: nats / Math.LN2 / Math.max(1, bytes), tokens }
}

function requireFinite(value: number, step: number): void {
  if (!Number.isFinite(value))
    throw new TrainingError(
      'AlgorithmError',
      `The loss is not a number any more at step ${step}: lower the learning rate.`,
    )
}

function finalMetrics({ trainLoss, best }: TrainingState): Record<string, number> {
  return {
    ...(trainLoss === null ? {} : { 'timbre:train-loss': trainLoss }),
    ...(best === null
      ? {}
      : { 'timbre:eval-loss': best.loss, 'timbre:eval-bits-per-byte': best.bitsPerByte }),
  }
}
