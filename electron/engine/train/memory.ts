/** What a training run takes of the computer's memory, reckoned from the model's shape before anything is loaded. */
import type { ModelConfig } from '../model/config.ts'
import { type LoraOptions, loraSpecs } from '../model/lora.ts'
import { type ParameterSpec, parameterSpecs } from '../model/parameters.ts'

export interface MemoryQuestion {
  readonly config: ModelConfig
  readonly lora: LoraOptions | null
  readonly batchSize: number
  /** Tokens per sequence. */
  readonly length: number
  /** Padded tokens that go through the model at once; a batch that has more takes several passes. */
  readonly tokensPerPass?: number
  /** Activations are computed a second time instead of being kept. */
  readonly recomputes?: boolean
}

const float = 4
/** More makes a step no faster on a processor, and takes more memory. */
export const mostTokensPerPass = 1024
/** The program itself with ONNX Runtime and a tokenizer. */
const programBytes = 150e6

/**
 * Of the activations, what stays in memory although each layer is computed twice: 1,114 MB against 1,347 for SmolLM2-135M's
 * shape with LoRA at 4 x 128 tokens, 2,070 against 3,185 at 4 x 384.
 */
const heldAnyway = 0.3

/**
 * Rows of one pass: as many as `tokensPerPass` padded tokens allow, at least one, and evenly many in each pass of a full
 * batch.
 */
export function rowsPerPass(batchSize: number, length: number, tokensPerPass: number): number {
  const most = Math.max(1, Math.floor(tokensPerPass / length))
  return Math.ceil(batchSize / Math.ceil(batchSize / most))
}

function elements(specs: readonly ParameterSpec[]): number {
  return specs.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  )
}

/** Bytes of the whole model in f32. */
export function modelBytes(config: ModelConfig): number {
  return float * elements(parameterSpecs(config))
}

/**
 * Bytes of the copies that sample prompts are answered from: 2,193 MB instead of 1,396 for a run of SmolLM2-135M's shape, whose
 * weights are 538.
 */
export function copiesBytes(config: ModelConfig): number {
  return 1.5 * modelBytes(config)
}

/** Bytes of what is trained: the adapter's weights, or the model's. */
export function trainedBytes(config: ModelConfig, lora: LoraOptions | null): number {
  return lora ? float * elements(loraSpecs(config, lora)) : modelBytes(config)
}

/**
 * Bytes that stay for the whole run: the weights, and for each trained one its gradient, two moments and the best value
 * so far.
 */
export function residentBytes({ config, lora }: Pick<MemoryQuestion, 'config' | 'lora'>): number {
  const weights = elements(parameterSpecs(config))
  const trained = lora ? elements(loraSpecs(config, lora)) + weights / 10 : weights
  return float * (weights + (lora ? 5 : 4) * trained)
}

/**
 * Bytes of one step's activations, counted from the tensors that the backward pass of transformer.ts needs: per token and
 * layer the residuals, norms, queries, keys, values, attention probabilities and the feed-forward's gates; at the end
 * three times the logits. At most every position has a logit; in questions and answers about half have.
 */
export function stepBytes(question: MemoryQuestion): number {
  const { config, lora, recomputes = false } = question
  const { hiddenSize, intermediateSize, heads, headSize, keyValueHeads, layers } = config
  const queries = heads * headSize
  const tokens = passTokens(question)
  const perToken =
    3 * hiddenSize +
    2 * queries +
    2 * keyValueHeads * headSize +
    heads * question.length +
    (lora ? 3 : 4) * intermediateSize +
    (lora ? 0 : hiddenSize)
  const logits = (tokens / 2) * config.vocabularySize * 3
  const kept = perToken * layers
  const activations = recomputes ? hiddenSize * layers + perToken + heldAnyway * kept : kept
  return float * (tokens * activations + logits)
}

/** All of it, in bytes. */
export function trainingBytes(question: MemoryQuestion): number {
  return programBytes + residentBytes(question) + stepBytes(question)
}

function passTokens({
  batchSize,
  length,
  tokensPerPass = mostTokensPerPass,
}: MemoryQuestion): number {
  return rowsPerPass(batchSize, length, tokensPerPass) * length
}

export interface PlanQuestion extends Omit<MemoryQuestion, 'tokensPerPass' | 'recomputes'> {
  /** Whether prompts are answered on the way. */
  readonly answersSamples: boolean
}

/** How a run uses the memory that there is. */
export interface MemoryPlan {
  readonly tokensPerPass: number
  /** Activations are computed a second time instead of being kept. */
  readonly recomputes: boolean
  /** Tokens of all shapes of batch whose memory may be held for the next batch of that shape. */
  readonly heldTokens: number
  /** Sample prompts are answered from copies of the weights, which is faster; see LanguageModel.copying. */
  readonly copiesForAnswers: boolean
  /** Bytes that the run takes, what is held for other shapes of batch aside. */
  readonly bytes: number
}

export interface MemoryShortage {
  /** Bytes. */
  readonly needed: number
  readonly available: number
  /** The mildest change that fits; the last resort is a smaller model. */
  readonly advice:
    | { readonly kind: 'length'; readonly length: number }
    | { readonly kind: 'lora' }
    | { readonly kind: 'smallerModel' }
}

/**
 * The fastest way that fits: smaller passes cost least, then one example at a time whose layers are computed twice. None
 * of them changes what is learned.
 *
 * @param available bytes that are free for this process
 * @returns what is short when no way fits
 */
export function planMemory(
  question: PlanQuestion,
  available: number,
): { readonly plan: MemoryPlan } | { readonly shortage: MemoryShortage } {
  const { length } = question
  const planned = (tokensPerPass: number, recomputes: boolean): MemoryPlan | null => {
    const wanted = { ...question, tokensPerPass, recomputes }
    const bytes = trainingBytes(wanted)
    if (bytes > available) return null
    const withCopies = bytes + copiesBytes(question.config)
    const copiesForAnswers = question.answersSamples && withCopies <= available
    const most = copiesForAnswers ? withCopies : bytes
    const perToken = stepBytes(wanted) / passTokens(wanted)
    const heldTokens = Math.floor(passTokens(wanted) + (available - most) / perToken)
    return { tokensPerPass, recomputes, heldTokens, copiesForAnswers, bytes: most }
  }
  for (let tokens = mostTokensPerPass; ; tokens = Math.floor(tokens / 2)) {
    const plan = planned(tokens, false)
    if (plan) return { plan }
    if (tokens < 2 * length) break
  }
  const plan = planned(length, false) ?? planned(length, true)
  if (plan) return { plan }
  const least = (wanted: typeof question) =>
    trainingBytes({ ...wanted, batchSize: 1, recomputes: true })
  const half = Math.floor(length / 2)
  const shortage = (advice: MemoryShortage['advice']) => ({
    shortage: { needed: least(question), available, advice },
  })
  if (half >= 32 && least({ ...question, length: half }) <= available)
    return shortage({ kind: 'length', length: half })
  return shortage({ kind: question.lora === null ? 'lora' : 'smallerModel' })
}

/** One sentence: what it needs, what there is, and what would fit. */
export function describeShortage({ needed, available, advice }: MemoryShortage): string {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const needs = `Training needs about ${gigabytes(needed)} of memory and ${gigabytes(available)} are free`
  switch (advice.kind) {
    case 'length':
      return `${needs}: at most ${advice.length} tokens per example fit.`
    case 'lora':
      return `${needs}: train it with LoRA (peft_type lora), or choose a smaller base model.`
    case 'smallerModel':
      return `${needs}: choose a smaller base model, or close other programs.`
  }
}
