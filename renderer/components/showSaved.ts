import i18next from 'i18next'
import { showMessage } from './showMessage.ts'

/** Says where a file was written; nothing when its dialog was closed. */
export function showSaved(saved: { path: string } | null): void {
  if (saved) showMessage({ message: i18next.t('report.saved', saved) })
}
