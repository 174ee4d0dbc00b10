/**
 * Whether questions ask for facts that fine-tuning does not teach. It changes how a model says things more than what it
 * knows; for facts, and above all for those that change, looking them up (retrieval) or continued pretraining serve better.
 */

export type PromptAdvice = 'facts' | 'fresh' | 'documents'

interface Sign {
  readonly advice: PromptAdvice
  readonly pattern: RegExp
}

const signs: readonly Sign[] = [
  {
    advice: 'fresh',
    pattern:
      /\b(today|tomorrow|tonight|yesterday|currently|right now|this (week|month|year)|latest|newest|up[- ]to[- ]date|in stock|status of (my|the) (order|ticket))\b/i,
  },
  {
    advice: 'fresh',
    pattern: /今天|明天|昨天|目前|当前|现在的|最新|本周|本月|今年|有货|库存|订单状态/u,
  },
  {
    advice: 'documents',
    pattern:
      /\b(according to|in the (document|manual|contract|policy|report|handbook|file)|page \d+|section \d+|§ ?\d+|clause \d+|summari[sz]e (the|this|our) (document|report|contract))\b/i,
  },
  {
    advice: 'documents',
    pattern: /根据.{0,12}(文件|手册|合同|政策|报告|条款)|第\s*\d+\s*(页|条|章|节)/u,
  },
  {
    advice: 'facts',
    pattern:
      /\b(who (is|was|are|founded|invented|wrote)|when (was|did|is)|what year|how (many|much|tall|old|far|big)|what is the (price|cost|capital|population|phone|address|serial|version|number|name)|which (country|city|version|model number))\b/i,
  },
  {
    advice: 'facts',
    pattern:
      /谁(是|发明|创立|写)|什么时候|哪一年|多少(钱|个|人|公里)|价格是|电话(号码)?是|地址是|版本号|人口/u,
  },
]

/** Fewer questions than this say nothing about what someone is after. */
const leastQuestions = 3
const enoughShare = 0.6

/** @param prompts the newest last; null: nothing to say */
export function adviseOnPrompts(prompts: readonly string[]): PromptAdvice | null {
  const recent = prompts.slice(-8)
  if (recent.length < leastQuestions) return null
  const found = recent.flatMap((prompt) => signs.find(({ pattern }) => pattern.test(prompt)) ?? [])
  if (found.length / recent.length < enoughShare) return null
  const counts = new Map<PromptAdvice, number>()
  for (const { advice } of found) counts.set(advice, (counts.get(advice) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null
}
