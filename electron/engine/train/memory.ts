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
}

const float = 4
/** The program itself with ONNX Runtime and a tokenizer. */
const programBytes = 150e6

function elements(specs: readonly ParameterSpec[]): number {
  return specs.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  )
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
export function stepBytes({ config, lora, batchSize, length }: MemoryQuestion): number {
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
  return float * (tokens * perToken * layers + logits)
}

/** All of it, in bytes. */
export function trainingBytes(question: MemoryQuestion): number {
  return programBytes + residentBytes(question) + stepBytes(question)
}

/** The largest batch, halving from the one asked for, that fits into `available` bytes; null when not even one does. */
export function fittingBatchSize(question: MemoryQuestion, available: number): number | null {
  for (let batchSize = question.batchSize; batchSize >= 1; batchSize = Math.floor(batchSize / 2))
    if (trainingBytes({ ...question, batchSize }) <= available) return batchSize
  return null
}

/**
 * Null when the run fits; otherwise one sentence that says what it needs, what there is, and what would fit.
 * @param available bytes that are free for this process
 */
export function memoryObjection(question: MemoryQuestion, available: number): string | null {
  if (trainingBytes(question) <= available) return null
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const needs = `Training needs about ${gigabytes(trainingBytes(question))} of memory and ${gigabytes(available)} are free`
  const batchSize = fittingBatchSize(question, available)
  if (batchSize !== null) return `${needs}: a batch size of ${batchSize} fits.`
  const shorter = Math.floor(question.length / 2)
  if (shorter >= 32 && trainingBytes({ ...question, batchSize: 1, length: shorter }) <= available)
    return `${needs}: a batch size of 1 with at most ${shorter} tokens per example fits.`
  if (question.lora === null)
    return `${needs}: train it with LoRA (peft_type lora), or choose a smaller base model.`
  return `${needs}: choose a smaller base model, or close other programs.`
}
