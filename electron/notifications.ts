/** Desktop notifications: a training has ended. */
import { Notification } from 'electron'
import type { Candidate, Model } from '../shared/model.ts'
import type { Translate } from './translate.ts'

export function notifyEnded(
  t: Translate,
  candidate: Candidate,
  model: Model,
  onClick: () => void,
): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({
    title: t(`native:ended.${candidate.status}`, { model: model.name }),
    body: t('native:ended.body', { base: candidate.baseModelName }),
  })
  notification.on('click', onClick)
  notification.show()
}

/** Where its window went. */
export function notifyHidden(t: Translate, platform: NodeJS.Platform, onClick: () => void): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({
    title: t('native:hidden.title'),
    body: t(platform === 'darwin' ? 'native:hidden.bodyDock' : 'native:hidden.body'),
  })
  notification.on('click', onClick)
  notification.show()
}

/** Jobs in AWS go on without it; what is missing is the view of them. */
export function notifySignInNeeded(t: Translate, workspace: string, onClick: () => void): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({
    title: t('native:signInNeeded.title', { workspace }),
    body: t('native:signInNeeded.body'),
  })
  notification.on('click', onClick)
  notification.show()
}

/** An endpoint that took its time can be asked now. */
export function notifyEndpointReady(t: Translate, title: string, onClick: () => void): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({
    title: t('native:endpointReady.title', { title }),
    body: t('native:endpointReady.body'),
  })
  notification.on('click', onClick)
  notification.show()
}
