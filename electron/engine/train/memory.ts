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
  /** Activations are computed a second time instead of being kept. */
  readonly recomputes?: boolean
}

const float = 4
/** The program itself with ONNX Runtime and a tokenizer. */
const programBytes = 150e6

/**
 * Of the activations, what stays in memory although each layer is computed twice: 1,114 MB against 1,347 for SmolLM2-135M's
 * shape with LoRA at 4 x 128 tokens, 2,070 against 3,185 at 4 x 384.
 */
const heldAnyway = 0.3

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
  const { config, lora, batchSize, length, recomputes = false } = question
  const { hiddenSize, intermediateSize, heads, headSize, keyValueHeads, layers } = config
  const queries = heads * headSize
  const perToken =
    3 * hiddenSize +
    2 * queries +
    2 * keyValueHeads * headSize +
    heads * length +
    (lora ? 3 : 4) * intermediateSize +
    (lora ? 0 : hiddenSize)
  const tokens = batchSize * length
  const logits = (tokens / 2) * config.vocabularySize * 3
  const kept = perToken * layers
  const activations = recomputes ? hiddenSize * layers + perToken + heldAnyway * kept : kept
  return float * (tokens * activations + logits)
}

/** All of it, in bytes. */
export function trainingBytes(question: MemoryQuestion): number {
  return programBytes + residentBytes(question) + stepBytes(question)
}

/** The least a run can do with. */
export function leastBytes(question: MemoryQuestion): number {
  return trainingBytes({ ...question, recomputes: true })
}

/** Whether a run fits only when its activations are computed twice. */
export function mustRecompute(question: MemoryQuestion, available: number): boolean {
  return trainingBytes(question) > available && leastBytes(question) <= available
}

/** The largest batch, halving from the one asked for, that fits into `available` bytes; null when not even one does. */
export function fittingBatchSize(question: MemoryQuestion, available: number): number | null {
  for (let batchSize = question.batchSize; batchSize >= 1; batchSize = Math.floor(batchSize / 2))
    if (leastBytes({ ...question, batchSize }) <= available) return batchSize
  return null
}

export interface MemoryShortage {
  /** Bytes. */
  readonly needed: number
  readonly available: number
  /** The mildest change that fits; the last resort is a smaller model. */
  readonly advice:
    | { readonly kind: 'batchSize'; readonly batchSize: number }
    | { readonly kind: 'length'; readonly length: number }
    | { readonly kind: 'lora' }
    | { readonly kind: 'smallerModel' }
}

/**
 * Null when the run fits.
 * @param available bytes that are free for this process
 */
export function memoryShortage(question: MemoryQuestion, available: number): MemoryShortage | null {
  const needed = leastBytes(question)
  if (needed <= available) return null
  const shortage = (advice: MemoryShortage['advice']) => ({ needed, available, advice })
  const batchSize = fittingBatchSize(question, available)
  if (batchSize !== null) return shortage({ kind: 'batchSize', batchSize })
  const length = Math.floor(question.length / 2)
  if (length >= 32 && leastBytes({ ...question, batchSize: 1, length }) <= available)
    return shortage({ kind: 'length', length })
  return shortage({ kind: question.lora === null ? 'lora' : 'smallerModel' })
}

/** One sentence: what it needs, what there is, and what would fit. */
export function describeShortage({ needed, available, advice }: MemoryShortage): string {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const needs = `Training needs about ${gigabytes(needed)} of memory and ${gigabytes(available)} are free`
  switch (advice.kind) {
    case 'batchSize':
      return `${needs}: a batch size of ${advice.batchSize} fits.`
    case 'length':
      return `${needs}: a batch size of 1 with at most ${advice.length} tokens per example fits.`
    case 'lora':
      return `${needs}: train it with LoRA (peft_type lora), or choose a smaller base model.`
    case 'smallerModel':
      return `${needs}: choose a smaller base model, or close other programs.`
  }
}
