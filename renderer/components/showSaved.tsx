import type { TFunction } from 'i18next'
import { showMessage } from './showMessage.ts'

/** Says where a file was written; nothing when its dialog was closed. */
export function showSaved(t: TFunction, saved: { path: string } | null): void {
  if (!saved) return
  showMessage({ message: t('report.saved', saved) })
}
