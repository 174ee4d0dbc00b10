import { useTranslation } from 'react-i18next'
import type { StartCost, StartPrices } from '../../shared/startCost.ts'
import { startSentence } from '../../shared/startCostSentences.ts'

interface StartAtPriceProps {
  readonly prices: StartPrices
  readonly cost: StartCost
}

/** What is on the button: nothing that is billed starts without a number. */
export function StartAtPrice({ prices, cost }: StartAtPriceProps) {
  const { t, i18n } = useTranslation()
  const { key, values } = startSentence(cost, prices.currency, i18n.language)
  return t(key, values)
}
