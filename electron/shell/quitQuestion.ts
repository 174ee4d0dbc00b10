/** Before Timbre ends: what goes on running, and what it costs. */
import { dialog } from 'electron'
import { formatPrices, isBillable, type Endpoint } from '../../shared/endpoint.ts'
import type { Language } from '../../shared/settings.ts'
import type { Translate } from '../translate.ts'

/** @returns whether to quit; nothing is asked while nothing costs */
export function mayQuit(t: Translate, language: Language, endpoints: readonly Endpoint[]): boolean {
  const words = quitWords(t, language, endpoints)
  if (words === null) return true
  const answer = dialog.showMessageBoxSync({
    type: 'warning',
    message: t('native:quit.title'),
    detail: words,
    buttons: [t('native:quit.stay'), t('native:quit.quit')],
    defaultId: 0,
    cancelId: 0,
  })
  return answer === 1
}

/** Null while nothing costs. */
function quitWords(
  t: Translate,
  language: Language,
  endpoints: readonly Endpoint[],
): string | null {
  const billable = endpoints.filter(isBillable)
  if (billable.length === 0) return null
  const endsByItself = billable.every(({ isGuarded }) => isGuarded)
  const end = t(endsByItself ? 'native:quit.ends' : 'native:quit.doesNotEnd')
  const prices = billable.flatMap(({ price }) => price ?? [])
  if (prices.length < billable.length)
    return t('native:quit.detailUnknown', { count: billable.length, end })
  const perHour = formatPrices(prices, language)
  return t('native:quit.detail', { count: billable.length, perHour, end })
}
