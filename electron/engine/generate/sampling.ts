/** Choosing the next token from logits. */
import type { GenerationParameters } from './generation.ts'

/** Natural log-probability of one token under the logits. */
export function logProbability(logits: Float32Array, id: number): number {
  let max = -Infinity
  for (const logit of logits) if (logit > max) max = logit
  let sum = 0
  for (const logit of logits) sum += Math.exp(logit - max)
  return (logits[id] as number) - max - Math.log(sum)
}

/**
 * Keskar et al. 2019, section 4.1, as the reference implementations have it: logits of tokens already in the sequence
 * are divided by the penalty when positive and multiplied by it when negative. Changes `logits`.
 */
export function penalizeRepetition(
  logits: Float32Array,
  seen: Iterable<number>,
  penalty: number,
): void {
  if (penalty === 1) return
  for (const id of new Set(seen)) {
    const logit = logits[id] as number
    logits[id] = logit > 0 ? logit / penalty : logit * penalty
  }
}

/** The first of the largest. */
export function likeliest(logits: Float32Array): number {
  let best = 0
  for (let id = 1; id < logits.length; id += 1)
    if ((logits[id] as number) > (logits[best] as number)) best = id
  return best
}

/** Draws a token after temperature, top-k and top-p (nucleus: Holtzman et al. 2020), in this order. */
export function sample(
  logits: Float32Array,
  { temperature, topK, topP }: Pick<GenerationParameters, 'temperature' | 'topK' | 'topP'>,
  random: () => number,
): number {
  const byLogit = Array.from(logits.keys()).sort(
    (a, b) => (logits[b] as number) - (logits[a] as number) || a - b,
  )
  const candidates = topK > 0 ? byLogit.slice(0, topK) : byLogit
  const max = logits[candidates[0] as number] as number
  const weights = candidates.map((id) => Math.exp(((logits[id] as number) - max) / temperature))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let kept = 0
  let mass = 0
  // The token that reaches topP is kept, so at least one always is.
  while (kept < weights.length && (kept === 0 || mass < topP * total)) {
    mass += weights[kept] as number
    kept += 1
  }
  let point = random() * mass
  for (let index = 0; index < kept; index += 1) {
    point -= weights[index] as number
    if (point < 0) return candidates[index] as number
  }
  return candidates[kept - 1] as number
}
