/** What ends, pauses or goes on costing when Timbre ends; knows no Electron. */
import { formatPrices } from '../../shared/endpoint.ts'
import { paidWords, type RunningCost } from '../../shared/runningCost.ts'
import type { Language } from '../../shared/settings.ts'
import type { Translate } from '../translate.ts'
import { namedList } from './namedList.ts'

export interface UnderWay {
  /** At AWS, where it goes on. */
  readonly cost: RunningCost | null
  /** Models that this computer trains. */
  readonly training: readonly string[]
  /** Files that are being read. */
  readonly importing: readonly string[]
}

/** @returns null when nothing is to be asked */
export function quitWords(
  t: Translate,
  language: Language,
  { cost, training, importing }: UnderWay,
): { message: string; detail: string } | null {
  const list = (names: readonly string[]) => namedList(t, language, names)
  const parts: { title: string; text: string }[] = []
  if (cost) parts.push({ title: t('native:quit.costTitle'), text: costText(t, language, cost) })
  if (importing.length > 0)
    parts.push({
      title: t('native:quit.importTitle'),
      text: t('native:quit.importing', { files: list(importing) }),
    })
  if (training.length > 0)
    parts.push({
      title: t('native:quit.trainingTitle'),
      text: [
        t('native:quit.training', { models: list(training) }),
        t('native:quit.background'),
      ].join('\n'),
    })
  const [first] = parts
  return first ? { message: first.title, detail: parts.map(({ text }) => text).join('\n\n') } : null
}

function costText(t: Translate, language: Language, cost: RunningCost): string {
  const { prices, isKnown, endsByItself } = cost
  const what = paidWords(cost, (kind, count) => t(`analysis:paid.${kind}`, { count }), language)
  const end = t(endsByItself ? 'native:quit.ends' : 'native:quit.doesNotEnd')
  return isKnown && prices.some(({ perHour }) => perHour > 0)
    ? t('native:quit.detail', { what, perHour: formatPrices(prices, language), end })
    : t('native:quit.detailUnknown', { what, end })
}
