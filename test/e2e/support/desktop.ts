/** What the desktop around the app sees and does: notifications, questions, the tray, and the window's close button. */
import type { LaunchedApp } from './launch.ts'

/** Since `answerQuestions`. */
export async function questionsAsked({ app }: LaunchedApp): Promise<Electron.MessageBoxOptions[]> {
  return app.evaluate(
    () =>
      (globalThis as unknown as { questionsAsked: Electron.MessageBoxOptions[] }).questionsAsked,
  )
}

/** Keeps the menu of the tray from now on: there is no desktop that shows it. */
export async function watchTray({ app }: LaunchedApp): Promise<void> {
  await app.evaluate(({ Tray }) => {
    Tray.prototype.setContextMenu = (menu) => void Object.assign(globalThis, { trayMenu: menu })
  })
}

export async function trayLabels({ app }: LaunchedApp): Promise<string[]> {
  return app.evaluate(() =>
    (globalThis as unknown as { trayMenu: Electron.Menu }).trayMenu.items.flatMap(
      ({ type, label }) => (type === 'separator' ? [] : label),
    ),
  )
}

export async function clickInTray({ app }: LaunchedApp, label: string): Promise<void> {
  await app.evaluate((_, wanted) => {
    const { items } = (globalThis as unknown as { trayMenu: Electron.Menu }).trayMenu
    items.find((item) => item.label === wanted)?.click()
  }, label)
}

/** Collects notifications from now on: there is no desktop that shows them, and nobody to click on them. */
export async function watchNotifications({ app }: LaunchedApp): Promise<void> {
  await app.evaluate(({ Notification }) => {
    const shown: Electron.Notification[] = []
    Object.assign(globalThis, { shownNotifications: shown })
    Notification.isSupported = () => true
    Notification.prototype.show = function show(this: Electron.Notification) {
      shown.push(this)
    }
  })
}

export async function notificationTitles({ app }: LaunchedApp): Promise<string[]> {
  return app.evaluate(() => {
    const { shownNotifications } = globalThis as unknown as {
      shownNotifications: Electron.Notification[]
    }
    return shownNotifications.map((notification) => notification.title)
  })
}

export async function clickNotification({ app }: LaunchedApp, title: string): Promise<void> {
  await app.evaluate((_, wanted) => {
    const { shownNotifications } = globalThis as unknown as {
      shownNotifications: Electron.Notification[]
    }
    shownNotifications.find((notification) => notification.title === wanted)?.emit('click')
  }, title)
}

/** The cross in the window's corner. */
export async function closeWindow({ app }: LaunchedApp): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
}

/** The app's icon is clicked once more. */
export async function openAgain({ app }: LaunchedApp): Promise<void> {
  await app.evaluate(({ app: electron }) => electron.emit('second-instance'))
}

export async function isWindowVisible({ app }: LaunchedApp): Promise<boolean> {
  return app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().some((window) => window.isVisible()),
  )
}
