/** Desktop notifications: what happened while nobody looked. */
import { Notification } from 'electron'
import type { Candidate, Model } from '../shared/model.ts'
import type { Translate } from './translate.ts'

/** A click on one that was collected as garbage is lost, and people click hours later. */
const shown = new Set<Notification>()

function show(title: string, body: string, onClick: () => void): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({ title, body })
  shown.add(notification)
  notification.on('click', () => {
    shown.delete(notification)
    notification.close()
    onClick()
  })
  notification.show()
}

export function notifyEnded(
  t: Translate,
  candidate: Candidate,
  model: Model,
  onClick: () => void,
): void {
  const title = t(`native:ended.${candidate.status}`, { model: model.name })
  show(title, t('native:ended.body', { base: candidate.baseModelName }), onClick)
}

/** Where its window went. */
export function notifyHidden(t: Translate, platform: NodeJS.Platform, onClick: () => void): void {
  const body = t(platform === 'darwin' ? 'native:hidden.bodyDock' : 'native:hidden.body')
  show(t('native:hidden.title'), body, onClick)
}

/** Jobs in AWS go on without it; what is missing is the view of them. */
export function notifySignInNeeded(t: Translate, workspace: string, onClick: () => void): void {
  const title = t('native:signInNeeded.title', { workspace })
  show(title, t('native:signInNeeded.body'), onClick)
}

/** An endpoint that took its time can be asked now. */
export function notifyEndpointReady(t: Translate, title: string, onClick: () => void): void {
  show(t('native:endpointReady.title', { title }), t('native:endpointReady.body'), onClick)
}
