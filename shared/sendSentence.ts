/** On the button that sends a question: what it starts, and what that and the answers cost. */
import { roundedCost } from './answerCost.ts'
import { formatSmallMoney } from './cost.ts'
import type { Sentence } from './evaluationSentences.ts'

interface Sending {
  /** Endpoints that it starts. */
  readonly count: number
  /** Of all of them together, in words; null: not known. */
  readonly perHour: string | null
  /** US dollars at most, where Bedrock answers by the token; null: it is not asked. */
  readonly tokenCost: number | null
}

export function sendSentence({ count, perHour, tokenCost }: Sending, language: string): Sentence {
  const tokens =
    tokenCost === null ? null : { cost: formatSmallMoney(roundedCost(tokenCost), 'USD', language) }
  if (count === 0)
    return tokens
      ? { key: 'ship:playground.sendForTokens', values: tokens }
      : { key: 'ship:playground.send', values: {} }
  const started = perHour === null ? 'sendUnpriced' : 'sendPriced'
  return {
    key: `ship:playground.${started}${tokens ? 'ForTokens' : ''}`,
    values: { count, ...(perHour !== null && { price: perHour }), ...tokens },
  }
}
