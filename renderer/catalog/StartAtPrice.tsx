import { useTranslation } from 'react-i18next'
import { formatMoney } from '../../shared/cost.ts'
import { formatCompact } from '../format.ts'
import type { HourlyPrices } from './catalogFilter.ts'

interface StartAtPriceProps {
  readonly prices: HourlyPrices
  /** Of all machines together; null: none is rented, or no price is known. */
  readonly hourly: number | null
  /** That are billed one by one; null: not known yet. */
  readonly tokens: number | null
}

/** What is on the button: nothing that is billed starts without a number. */
export function StartAtPrice({ prices, hourly, tokens }: StartAtPriceProps) {
  const { t, i18n } = useTranslation('catalog')
  const price = hourly === null ? '' : formatMoney(hourly, prices.currency, i18n.language)
  const shown = formatCompact(tokens ?? 0, i18n.language)
  if (hourly !== null)
    return tokens ? t('review.startBoth', { price, tokens: shown }) : t('review.start', { price })
  return tokens ? t('review.startTokens', { tokens: shown }) : t('app:wizard.start')
}
