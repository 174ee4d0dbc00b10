/** Fine-tuning: the loop over steps, with evaluation, checkpoints and the best weights kept. */
import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { PromptTemplate } from '../../../shared/promptTemplate.ts'
import { ratioError, type Share } from '../../../shared/ratioError.ts'
import { validationRowsLine } from '../../../shared/validationRows.ts'
import { adapterConfigJson } from '../model/lora.ts'
import { readModelConfig, readModelWeightsInto, writeModelFolder } from '../model/modelFolder.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import {
  answerTokenCount,
  epochBatches,
  evaluationBatches,
  longestInput,
  type Pass,
  passesOf,
  toLossBatch,
  tokenCount,
} from './batches.ts'
import { checkpointName, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { type TokenizedExample, readExamples } from './examples.ts'
import { describeShortage, mostTokensPerPass, planMemory } from './memory.ts'
import { TrainableModel } from './model.ts'
import { answerSamples, readSamplePrompts } from './samplePrompts.ts'
import { scheduleFactor } from './schedule.ts'
import { TrainingError, type TrainingEvent, type TrainingTask } from './trainingTask.ts'

export const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
export const checkpointIntervalMs = 15_000

const stateSchema = z.object({
  /** Of settings and data: a checkpoint of another run must not be gone on with. */
  run: z.string(),
  /** Steps done. */
  step: z.number().int().nonnegative(),
  /** Whether the evaluation after `step` is still to be made. */
  evaluationDue: z.boolean(),
  trainLoss: z.number().nullable(),
  best: z.object({ step: z.number(), loss: z.number(), bitsPerByte: z.number() }).nullable(),
  /** Evaluations in a row that were no better than the best. */
  stale: z.number().int().nonnegative(),
  tokensPerPass: z.number().int().positive().default(mostTokensPerPass),
})
type TrainingState = z.infer<typeof stateSchema>

export interface TrainingSurroundings {
  readonly tokenizer: Pick<
    Tokenizer,
    'encode' | 'decode' | 'createStreamingDecoder' | 'endOfTextId' | 'padId'
  >
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
  const { batchSize, accumulatedBatches, epochs, seed, lora, patience } = hyperparameters
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
  const length = longestInput([...training, ...(validation ?? [])])
  const prompts = await readSamplePrompts(task.promptsPath)
  const answersSamples = validation !== null && prompts.length > 0
  const memory = planMemory(
    { config, lora, batchSize, length, answersSamples },
    process.availableMemory(),
  )
  if ('shortage' in memory)
    throw new TrainingError('ClientError', describeShortage(memory.shortage))
  const { plan } = memory
  if (plan.recomputes)
    log('Memory is short: each layer is computed twice, which takes about a third longer.')
  const batchesPerEpoch = Math.ceil(training.length / batchSize)
  const stepsPerEpoch = Math.ceil(batchesPerEpoch / accumulatedBatches)
  const totalSteps = stepsPerEpoch * epochs

  await mkdir(task.checkpointDirectory, { recursive: true })
  const checkpointFile = path.join(task.checkpointDirectory, checkpointName)
  const model = new TrainableModel(config, task.threads, lora, seed, task.provider, plan)
  const { trained } = model
  const bestWeights = new Float32Array(trained.flat.length)
  const arrays = { weights: trained.flat, ...model.moments, bestWeights }
  const run = await fingerprintOf(task)
  const resumed = await readCheckpoint(checkpointFile, arrays, stateSchema)
  if (resumed && resumed.run !== run)
    throw new TrainingError(
      'ClientError',
      'The checkpoint belongs to a training with other settings or other data.',
    )
  // With an adapter the checkpoint holds the adapter alone.
  if (!resumed || lora) await readModelWeightsInto(task.baseModelDirectory, model.weights)
  const state: TrainingState = resumed ?? {
    run,
    step: 0,
    evaluationDue: validation !== null,
    trainLoss: null,
    best: null,
    stale: 0,
    tokensPerPass: plan.tokensPerPass,
  }
  // With less memory than before, the sums of a step are rounded in another order.
  state.tokensPerPass = Math.min(state.tokensPerPass, plan.tokensPerPass)
  const inPasses = (batch: readonly TokenizedExample[]) =>
    passesOf(batch, batchSize, maxLength, state.tokensPerPass)
  log(
    resumed
      ? `Resuming after step ${state.step} of ${totalSteps}.`
      : `Training ${trained.flat.length} of ${model.weights.flat.length} weights for ${totalSteps} steps.`,
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
        const evaluation = await evaluate(
          model,
          evaluationBatches(validation, batchSize).flatMap(inPasses),
          maxLength,
          stopRequested,
        )
        const settings = { tokenizer, template, threads: task.threads }
        const answers = evaluation && (await answerSamples(model, prompts, settings, stopRequested))
        if (answers) {
          log(
            `step=${state.step} epoch=${epochsDone} eval_loss=${evaluation.loss.toFixed(6)} ` +
              `eval_bits_per_byte=${evaluation.bitsPerByte.toFixed(6)} ` +
              `eval_bits_per_byte_error=${evaluation.bitsPerByteError.toFixed(6)} ` +
              `eval_tokens=${evaluation.tokens}`,
            state.step,
          )
          requireFinite(evaluation.loss, state.step)
          for (const [index, answer] of answers.entries())
            log(
              `step=${state.step} sample=${index + 1} ` +
                `prompt=${quoted(prompts[index] ?? '')} answer=${quoted(answer)}`,
              state.step,
            )
          if (!state.best || evaluation.loss < state.best.loss) {
            const { loss, bitsPerByte } = evaluation
            state.best = { step: state.step, loss, bitsPerByte }
            const shares = validation.flatMap((example) => evaluation.shares.get(example) ?? [])
            log(validationRowsLine(state.step, shares), state.step)
            state.stale = 0
            bestWeights.set(trained.flat)
          } else {
            state.stale += 1
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
      if (patience > 0 && state.stale >= patience) {
        log(`Stopping early: ${state.stale} evaluations in a row were no better than the best.`)
        break
      }

      const startedAt = performance.now()
      const epoch = Math.floor(state.step / stepsPerEpoch)
      if (epoch !== batchesEpoch) {
        batches = epochBatches(training, batchSize, maxLength, seed, epoch)
        batchesEpoch = epoch
      }
      const first = (state.step % stepsPerEpoch) * accumulatedBatches
      const stepBatches = batches.slice(first, first + accumulatedBatches)
      const examples = stepBatches.flat()
      const answerTokens = answerTokenCount(examples)
      const loss = await model.backwardOverAll(
        stepBatches.flatMap(inPasses).map((pass) => toLossBatch(pass, maxLength, answerTokens)),
        // Seeds of neighbouring steps must not share the draws of their passes.
        Math.imul(seed + 1, 0x85ebca6b) + state.step * accumulatedBatches * batchSize,
      )
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
    trained.flat.set(bestWeights)
    log(`Keeping the weights after step ${state.best.step}, which have the lowest eval_loss.`)
  }
  const { files } = surroundings
  const adapter = lora && {
    weights: trained,
    config: adapterConfigJson(lora, path.basename(task.baseModelDirectory)),
  }
  await model.withTrainedWeights((weights) =>
    writeModelFolder(task.outputDirectory, { config, weights, dtype: 'F32', files, adapter }),
  )
  report({ type: isStopped ? 'stopped' : 'completed', finalMetrics: finalMetrics(state) })
}

async function fingerprintOf({ hyperparameters, trainingPath }: TrainingTask): Promise<string> {
  return createHash('sha256')
    .update(JSON.stringify(hyperparameters))
    .update(await readFile(trainingPath))
    .digest('hex')
}

interface Evaluation {
  /** Nats per answer token. */
  readonly loss: number
  /** Bits of the whole answers, their end-of-text included, per byte of their text. */
  readonly bitsPerByte: number
  /** Its standard error, the validation rows being a sample. */
  readonly bitsPerByteError: number
  /** Bits and bytes of each example's answer. */
  readonly shares: ReadonlyMap<TokenizedExample, Share>
  readonly tokens: number
}

/** Null when asked to stop. */
async function evaluate(
  model: TrainableModel,
  passes: readonly Pass[],
  maxLength: number,
  stopRequested: () => boolean,
): Promise<Evaluation | null> {
  let nats = 0
  let tokens = 0
  let bytes = 0
  const shares = new Map<TokenizedExample, Share>()
  for (const pass of passes) {
    if (stopRequested()) return null
    const { rowLosses } = await model.evaluate(toLossBatch(pass, maxLength))
    let at = 0
    for (const example of pass.examples) {
      const end = at + answerTokenCount([example])
      let natsOfExample = 0
      for (; at < end; at += 1) natsOfExample += rowLosses[at] ?? 0
      nats += natsOfExample
      bytes += example.answerBytes
      shares.set(example, { amount: natsOfExample / Math.LN2, size: example.answerBytes })
    }
    tokens += rowLosses.length
  }
  return {
    loss: nats / tokens,
    bitsPerByte: nats / Math.LN2 / Math.max(1, bytes),
    bitsPerByteError: ratioError([...shares.values()]),
    shares,
    tokens,
  }
}

/** A JSON string in which no metric's regular expression finds its "name=value". */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('=', '\\u003d')
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
