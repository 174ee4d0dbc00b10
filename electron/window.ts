/** The app's one window: sandboxed, going nowhere, opening nothing. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { BrowserWindow, nativeTheme, session } from 'electron'
import { z } from 'zod'
import { pageAddress } from './protocol.ts'

const boundsSchema = z.object({
  x: z.number().optional(),
  y: z.number().optional(),
  width: z.number().min(880),
  height: z.number().min(600),
})

export function openWindow(options: {
  preload: string
  icon: string
  dataDirectory: string
}): BrowserWindow {
  const boundsFile = path.join(options.dataDirectory, 'window.json')
  const window = new BrowserWindow({
    ...readBounds(boundsFile),
    minWidth: 880,
    minHeight: 600,
    show: false,
    title: 'Timbre',
    icon: options.icon,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#15191e' : '#ffffff',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  window.webContents.on('will-attach-webview', (event) => event.preventDefault())
  window.once('ready-to-show', () => window.show())
  window.on('close', () => writeBounds(boundsFile, window))
  void window.loadURL(pageAddress)
  return window
}

/** The page needs no camera, no place on earth and no clipboard. */
export function refusePermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) =>
    answer(false),
  )
  session.defaultSession.setPermissionCheckHandler(() => false)
}

function readBounds(file: string): z.infer<typeof boundsSchema> {
  try {
    return boundsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { width: 1180, height: 800 } // the first launch, or a file nobody needs
  }
}

function writeBounds(file: string, window: BrowserWindow): void {
  try {
    writeFileSync(file, JSON.stringify(window.getNormalBounds()))
  } catch {
    // The window's place is not worth a message.
  }
}
