import { notifications, type NotificationData } from '@mantine/notifications'
import i18next from 'i18next'

/** A message in the corner. It is read and not used, so clicks go through to what lies below; only its close button takes them. */
export function showMessage(message: NotificationData): void {
  notifications.show({
    color: 'accent',
    role: 'status',
    styles: { root: { pointerEvents: 'none' }, closeButton: { pointerEvents: 'auto' } },
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
    ...message,
  })
}
