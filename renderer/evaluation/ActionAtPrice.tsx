import { useTranslation } from 'react-i18next'
import { formatHighestCost, type HighestCost } from '../../shared/evaluationEstimate.ts'

interface ActionAtPriceProps {
  readonly action: string
  /** Null: nothing is paid. */
  readonly cost: HighestCost | null
}

/** What is on the button: nothing that is billed starts without a number, or the word that there is none. */
export function ActionAtPrice({ action, cost }: ActionAtPriceProps) {
  const { t, i18n } = useTranslation()
  if (cost === null) return action
  const price = formatHighestCost(cost, i18n.language)
  const key = price === '' ? 'unpriced' : cost.isWhole ? 'priced' : 'pricedPartly'
  return t(`analysis:evaluation.${key}`, { action, price })
}
