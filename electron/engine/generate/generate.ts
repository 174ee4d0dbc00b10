/** The generation loop: prompt in, tokens out one by one. */
import { randomInt } from 'node:crypto'
import type { Tokenizer } from '../model/tokenizer.ts'
import { mulberry32 } from '../random.ts'
import type { FinishReason, GeneratedToken, GenerationParameters } from './generation.ts'
import type { LanguageModel } from './languageModel.ts'
import { likeliest, logProbability, penalizeRepetition, sample } from './sampling.ts'

/** The part of the tokenizer that generation needs. */
export type GenerationTokenizer = Pick<
  Tokenizer,
  'encode' | 'createStreamingDecoder' | 'endOfTextId' | 'padId'
>

/** Tokens until the end-of-text token, a stop text, maxNewTokens or the end of the model's context. */
export async function* generate(
  model: LanguageModel,
  tokenizer: GenerationTokenizer,
  prompt: string,
  parameters: GenerationParameters,
): AsyncGenerator<GeneratedToken> {
  const { maxNewTokens, doSample, stop } = parameters
  const random = mulberry32(parameters.seed ?? randomInt(2 ** 32))
  const promptIds = fitPrompt(
    tokenizer.encode(prompt, { allowSpecial: true }),
    tokenizer,
    model,
    parameters,
  )
  const seen = [...promptIds]
  const decoder = tokenizer.createStreamingDecoder()
  const sequence = model.startSequence()
  let text = ''
  let logits = await sequence.append(promptIds)
  for (let count = 1; ; count += 1) {
    const scores = logits.slice()
    penalizeRepetition(scores, seen, parameters.repetitionPenalty)
    const id = doSample ? sample(scores, parameters, random) : likeliest(scores)
    seen.push(id)
    const ended = id === tokenizer.endOfTextId
    const special = ended || id === tokenizer.padId
    let piece = special ? '' : decoder.push(id)
    text += piece

    let finishReason: FinishReason | undefined
    if (ended) finishReason = 'eos_token'
    else if (stop.some((ending) => ending !== '' && text.includes(ending)))
      finishReason = 'stop_sequence'
    else if (count >= maxNewTokens || sequence.length >= model.config.maxPositions)
      finishReason = 'length'
    if (finishReason) piece += decoder.flush()

    const token = { id, text: piece, logprob: logProbability(logits, id), special }
    yield finishReason ? { ...token, finishReason } : token
    if (finishReason) return
    logits = await sequence.append([id])
  }
}

/** Keeps the end of a prompt that leaves no room for the answer; the answer gets at most half of the context so. */
function fitPrompt(
  ids: readonly number[],
  tokenizer: GenerationTokenizer,
  model: LanguageModel,
  { maxNewTokens, truncate }: GenerationParameters,
): number[] {
  const { maxPositions } = model.config
  const reserved = Math.min(maxNewTokens, Math.floor(maxPositions / 2))
  const limit = Math.min(maxPositions - reserved, truncate ?? maxPositions)
  return ids.length === 0 ? [tokenizer.endOfTextId] : ids.slice(-Math.max(1, limit))
}
