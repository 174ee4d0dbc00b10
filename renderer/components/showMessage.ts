import { notifications, type NotificationData } from '@mantine/notifications'
import i18next from 'i18next'

/** A message in the corner; its close button has a name. */
export function showMessage(message: NotificationData): void {
  notifications.show({
    color: 'accent',
    role: 'status',
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
    ...message,
  })
}
