/** How likely a model finds each token of a text, after those before it. */
import type { WeighedToken } from './generation.ts'
import type { LanguageModel } from './languageModel.ts'
import { logProbability } from './sampling.ts'

/** Logits of so many tokens are held at a time. */
const chunkTokens = 64

/** The last tokens that fit the context; null before the first of them. */
export async function weighTokens(
  model: LanguageModel,
  tokens: readonly Omit<WeighedToken, 'logprob'>[],
): Promise<WeighedToken[]> {
  const kept = tokens.slice(-model.config.maxPositions)
  const sequence = model.startSequence()
  const weighed: WeighedToken[] = kept.slice(0, 1).map((token) => ({ ...token, logprob: null }))
  for (let at = 0; at + 1 < kept.length; at += chunkTokens) {
    // The last token is nobody's past.
    const chunk = kept.slice(at, Math.min(at + chunkTokens, kept.length - 1))
    const logits = await sequence.appendWithAllLogits(chunk.map(({ id }) => id))
    const width = logits.length / chunk.length
    chunk.forEach((_, index) => {
      const next = kept[at + index + 1]
      if (!next) return
      const row = logits.subarray(index * width, (index + 1) * width)
      weighed.push({ ...next, logprob: logProbability(row, next.id) })
    })
  }
  return weighed
}
