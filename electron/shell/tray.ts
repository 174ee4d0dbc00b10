/** The icon in the system tray: the way back while the window is hidden, and the way to end. */
import { Menu, Tray, type NativeImage } from 'electron'

export interface TrayWords {
  /** What is being trained. */
  readonly state: string
  readonly show: string
  readonly quit: string
}

export interface TrayIcon {
  /** Something may have ended. */
  refresh(): void
  close(): void
}

export function openTray(options: {
  readonly icon: NativeImage
  readonly words: () => TrayWords
  readonly onShow: () => void
  readonly onQuit: () => void
}): TrayIcon {
  const tray = new Tray(options.icon)
  let shown = ''

  function refresh(): void {
    const words = options.words()
    // A menu that is open closes when it is set again.
    if (words.state === shown) return
    shown = words.state
    tray.setToolTip(`Timbre: ${words.state}`)
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: words.state, enabled: false },
        { type: 'separator' },
        { label: words.show, click: options.onShow },
        { label: words.quit, click: options.onQuit },
      ]),
    )
  }

  tray.on('click', options.onShow)
  refresh()
  return { refresh, close: () => tray.destroy() }
}
