/** Examples -> batches of similar length, in an order that only the seed and the epoch decide. */
import { mulberry32, shuffledIndices } from '../random.ts'
import type { TokenizedExample } from './examples.ts'
import { rowsPerPass } from './memory.ts'
import type { LossBatch } from './model.ts'

/** Padded lengths: a session is made for each that occurs, so there are few. */
const bucketLengths = [
  16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096,
]

/** Tokens the model reads of an example: all but the last, which is only predicted. */
function inputLength(example: TokenizedExample): number {
  return example.ids.length - 1
}

export function longestInput(examples: readonly TokenizedExample[]): number {
  return examples.reduce((longest, example) => Math.max(longest, inputLength(example)), 0)
}

function bucketLength(example: TokenizedExample, maxLength: number): number {
  const length = inputLength(example)
  const bucket = bucketLengths.find((candidate) => candidate >= length) ?? maxLength
  return Math.max(length, Math.min(bucket, maxLength))
}

/**
 * One epoch's batches. Each holds `batchSize` examples of one length bucket; what is left over in the buckets makes the
 * last ones, so there are always ceil(examples / batchSize).
 */
export function epochBatches(
  examples: readonly TokenizedExample[],
  batchSize: number,
  maxLength: number,
  seed: number,
  epoch: number,
): TokenizedExample[][] {
  const random = mulberry32(Math.imul(seed + 1, 0x9e3779b1) ^ epoch)
  const open = new Map<number, TokenizedExample[]>()
  const batches: TokenizedExample[][] = []
  for (const index of shuffledIndices(examples.length, random)) {
    const example = examples[index] as TokenizedExample
    const bucket = bucketLength(example, maxLength)
    const batch = open.get(bucket) ?? []
    batch.push(example)
    open.set(bucket, batch)
    if (batch.length === batchSize) {
      batches.push(batch)
      open.delete(bucket)
    }
  }
  const leftOver = [...open.entries()].sort(([a], [b]) => a - b).flatMap(([, batch]) => batch)
  batches.push(...inBatches(leftOver, batchSize))
  return Array.from(
    shuffledIndices(batches.length, random),
    (index) => batches[index] as TokenizedExample[],
  )
}

/** Batches for evaluation: shortest examples first, so that little padding is computed. */
export function evaluationBatches(
  examples: readonly TokenizedExample[],
  batchSize: number,
): TokenizedExample[][] {
  return inBatches(
    examples.toSorted((a, b) => inputLength(a) - inputLength(b)),
    batchSize,
  )
}

/** Positions that predict an answer token. */
export function answerTokenCount(examples: readonly TokenizedExample[]): number {
  return examples.reduce((sum, { ids, answerStart }) => sum + ids.length - answerStart, 0)
}

/** Examples that go through the model together, padded to `rows` of them. */
export interface Pass {
  readonly examples: readonly TokenizedExample[]
  readonly rows: number
}

/** A batch in the parts that fit into `tokensPerPass`; their gradients add up to those of the whole. */
export function passesOf(
  batch: readonly TokenizedExample[],
  batchSize: number,
  maxLength: number,
  tokensPerPass: number,
): Pass[] {
  const rows = rowsPerPass(batchSize, paddedLength(batch, maxLength), tokensPerPass)
  return inBatches(batch, rows).map((examples) => ({ examples, rows }))
}

function paddedLength(examples: readonly TokenizedExample[], maxLength: number): number {
  return Math.max(...examples.map((example) => bucketLength(example, maxLength)))
}

/**
 * Pads a pass's examples to its rows, all of one length. The loss takes the positions that predict an answer token, each
 * weighted 1 / `total`: the mean in nats per answer token where `total` is their number.
 */
export function toLossBatch(
  { examples, rows: rowCount }: Pass,
  maxLength: number,
  total = answerTokenCount(examples),
): LossBatch {
  const length = paddedLength(examples, maxLength)
  // Padding follows every real token and attention is causal, so its content does not matter.
  const ids = new BigInt64Array(rowCount * length)
  const rows: bigint[] = []
  const labels: bigint[] = []
  examples.forEach((example, index) => {
    for (let position = 0; position < inputLength(example); position += 1) {
      const row = index * length + position
      ids[row] = BigInt(example.ids[position] as number)
      if (position + 1 < example.answerStart) continue
      rows.push(BigInt(row))
      labels.push(BigInt(example.ids[position + 1] as number))
    }
  })
  return {
    batch: rowCount,
    length,
    ids,
    rows: BigInt64Array.from(rows),
    labels: BigInt64Array.from(labels),
    rowWeights: new Float32Array(rows.length).fill(1 / total),
  }
}

/** Tokens the model really reads in a batch, padding excluded. */
export function tokenCount(examples: readonly TokenizedExample[]): number {
  return examples.reduce((sum, example) => sum + inputLength(example), 0)
}

function inBatches<Item>(items: readonly Item[], size: number): Item[][] {
  const batches: Item[][] = []
  for (let begin = 0; begin < items.length; begin += size)
    batches.push(items.slice(begin, begin + size))
  return batches
}
