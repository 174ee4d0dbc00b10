/** Before Timbre ends: what goes on running, and what it costs. */
import { dialog } from 'electron'
import { formatPrices } from '../../shared/endpoint.ts'
import { paidWords, type RunningCost } from '../../shared/runningCost.ts'
import type { Language } from '../../shared/settings.ts'
import type { Translate } from '../translate.ts'

/** @returns whether to quit; nothing is asked while nothing costs */
export function mayQuit(t: Translate, language: Language, cost: RunningCost | null): boolean {
  if (cost === null) return true
  const answer = dialog.showMessageBoxSync({
    type: 'warning',
    message: t('native:quit.title'),
    detail: quitWords(t, language, cost),
    buttons: [t('native:quit.stay'), t('native:quit.quit')],
    defaultId: 0,
    cancelId: 0,
  })
  return answer === 1
}

export function quitWords(t: Translate, language: Language, cost: RunningCost): string {
  const { prices, isKnown, endsByItself } = cost
  const what = paidWords(cost, (kind, count) => t(`analysis:paid.${kind}`, { count }), language)
  const end = t(endsByItself ? 'native:quit.ends' : 'native:quit.doesNotEnd')
  return isKnown && prices.some(({ perHour }) => perHour > 0)
    ? t('native:quit.detail', { what, perHour: formatPrices(prices, language), end })
    : t('native:quit.detailUnknown', { what, end })
}
