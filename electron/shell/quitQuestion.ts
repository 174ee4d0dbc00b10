/** Before Timbre ends: whether it is to, in view of what is under way. */
import { dialog, type BrowserWindow } from 'electron'
import type { Language } from '../../shared/settings.ts'
import type { Translate } from '../translate.ts'
import { quitWords, type UnderWay } from './quitWords.ts'

/** @returns whether to quit; nothing is asked while nothing is under way */
export async function mayQuit(
  t: Translate,
  language: Language,
  underWay: UnderWay,
  window: BrowserWindow | null,
): Promise<boolean> {
  const words = quitWords(t, language, underWay)
  if (words === null) return true
  const question = {
    type: 'warning' as const,
    title: 'Timbre',
    ...words,
    buttons: [t('native:quit.stay'), t('native:quit.quit')],
    defaultId: 0,
    cancelId: 0,
  }
  const { response } = await (window?.isVisible()
    ? dialog.showMessageBox(window, question)
    : dialog.showMessageBox(question))
  return response === 1
}
