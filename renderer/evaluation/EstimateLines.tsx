import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { roundedCost } from '../../shared/answerCost.ts'
import { asReckoned, formatMoney, formatSmallMoney } from '../../shared/cost.ts'
import type { EvaluationEstimate, Range } from '../../shared/evaluationEstimate.ts'
import { formatMonth } from '../../shared/formats.ts'
import { judgePricesAsOf } from '../../shared/judge.ts'
import { reckoningOfEstimate } from '../../shared/reckonedPriceSentences.ts'
import { PriceNotes } from '../endpoints/PriceNotes.tsx'

/** What a report takes, in sentences: answers, minutes, machines and money. */
export function EstimateLines({ estimate }: { estimate: EvaluationEstimate }) {
  const { t, i18n } = useTranslation()
  const {
    bedrock,
    isAddition,
    answers,
    minutes,
    isMeasured,
    startMinutes,
    machines,
    cost,
    currency,
  } = estimate
  const say = (key: string, values?: Record<string, string | number>) =>
    t(`analysis:estimate.${key}`, values ?? {})
  const money = (amount: number) =>
    asReckoned(formatMoney(amount, currency, i18n.language), estimate.reckonedIn !== null)
  const idle = estimate.idleMinutes ?? 0
  const minutesLine = (of: Range) => {
    const low = Math.max(1, Math.round(of.low))
    const high = Math.max(1, Math.ceil(of.high))
    if (!isMeasured) return say('minutesAssumed', { answers, low, high })
    if (low >= high) return say('minutesAtMost', { answers, count: high })
    return say('minutes', { answers, low, high })
  }
  const lines = [
    ...(isAddition ? [say('addition')] : []),
    ...(answers > 0 ? [minutes ? minutesLine(minutes) : say('answers', { answers })] : []),
    ...(startMinutes ? [say('start')] : []),
    ...machines.map(({ side, instanceType, pricePerHour }) =>
      say(pricePerHour === null ? 'machineUnpriced' : 'machine', {
        side: t(`analysis:evaluation.${side}`),
        instanceType,
        price: pricePerHour === null ? '' : money(pricePerHour),
      }),
    ),
    ...(cost ? [say('cost', { low: money(cost.low), high: money(cost.high), idle })] : []),
    ...(machines.length > 0 && !cost ? [say('costUnknown', { idle })] : []),
    ...(bedrock
      ? [
          say(bedrock.isSimilar ? 'bedrockSimilar' : 'bedrock', {
            input: bedrock.inputTokens,
            output: bedrock.outputTokens,
            cost: formatSmallMoney(roundedCost(bedrock.cost), 'USD', i18n.language),
            month: formatMonth(judgePricesAsOf, i18n.language),
          }),
        ]
      : []),
  ]
  return (
    <section aria-label={say('title')}>
      {lines.map((line) => (
        <Text key={line} size="sm" c="dimmed">
          {line}
        </Text>
      ))}
      <PriceNotes notes={reckoningOfEstimate(estimate, i18n.language)} />
    </section>
  )
}
