/** BERTScore's matching: each token with the nearest of the other text. */

export interface Match {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** One row a token, one after another; the first and the last token are special ones. */
export interface TokenRows {
  readonly values: Float32Array
  readonly width: number
}

/**
 * Greedy cosine matching (T. Zhang et al., "BERTScore", 2020, section 3, without importance weighting). As in the authors'
 * package special tokens may be matched, but are not averaged over.
 *
 * @returns zeros where a text has no tokens of its own
 */
export function matchTokens(answer: TokenRows, reference: TokenRows): Match {
  const own = unitRows(answer)
  const other = unitRows(reference)
  const precision = meanOfBest(own, other)
  const recall = meanOfBest(other, own)
  if (precision === null || recall === null) return { precision: 0, recall: 0, f1: 0 }
  const sum = precision + recall
  return { precision, recall, f1: sum === 0 ? 0 : (2 * precision * recall) / sum }
}

/** Of every token between the special ones, the cosine with its nearest. */
function meanOfBest(from: readonly Float64Array[], to: readonly Float64Array[]): number | null {
  const inner = from.slice(1, -1)
  if (inner.length === 0) return null
  const best = inner.map((row) => to.reduce((most, one) => Math.max(most, dot(row, one)), -1))
  return best.reduce((sum, one) => sum + one, 0) / best.length
}

function unitRows({ values, width }: TokenRows): Float64Array[] {
  return Array.from({ length: values.length / width }, (_, row) => {
    const own = Float64Array.from(values.subarray(row * width, (row + 1) * width))
    const norm = Math.sqrt(dot(own, own)) || 1
    return own.map((value) => value / norm)
  })
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0)
  return sum
}
