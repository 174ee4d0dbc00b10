/** What Bedrock asks for answers of a model that it trained: on demand, by the token, as for the model's base. */
import { judgeModels } from './judge.ts'

export interface AnswerTokens {
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface AnswerCost {
  /** US dollars. */
  readonly cost: number
  /** No price of this model is known: it is the dearest of those that are. */
  readonly isSimilar: boolean
}

/** Never nothing: to a tenth of a cent. */
export function roundedCost(cost: number): number {
  return Math.ceil(cost * 1000) / 1000
}

/** @param modelName as in the catalogue, with the context's length behind it: amazon.nova-lite-v1:0:300k */
export function answerCost(
  modelName: string,
  { inputTokens, outputTokens }: AnswerTokens,
): AnswerCost {
  const known = judgeModels.find(({ id }) => modelName === id || modelName.startsWith(`${id}:`))
  const dearest = (which: 'inputPrice' | 'outputPrice') =>
    known?.[which] ?? Math.max(...judgeModels.map((model) => model[which]))
  return {
    cost: (inputTokens * dearest('inputPrice') + outputTokens * dearest('outputPrice')) / 1_000_000,
    isSimilar: known === undefined,
  }
}
