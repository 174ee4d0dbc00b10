import { notifications } from '@mantine/notifications'
import type { TFunction } from 'i18next'

/** Says where a file was written; nothing when its dialog was closed. */
export function showSaved(t: TFunction, saved: { path: string } | null): void {
  if (!saved) return
  notifications.show({
    message: t('report.saved', saved),
    color: 'accent',
    closeButtonProps: { 'aria-label': t('action.close') },
  })
}
