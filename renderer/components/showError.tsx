import { notifications } from '@mantine/notifications'
import i18next from 'i18next'
import { toAppError } from '../../shared/errors.ts'

/** For what was asked by a click and has no place of its own on the page. */
export function showError(thrown: unknown): void {
  const error = toAppError(thrown)
  if (error.code === 'Cancelled') return
  notifications.show({
    color: 'red',
    title: i18next.t('error.title'),
    message: i18next.t(`errors:${error.code}`, { ...error.details }),
    autoClose: 12_000,
    withCloseButton: true,
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
    role: 'alert',
  })
}
