/** Starts and stops the parts in order; the one place where they meet Electron. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  app,
  clipboard,
  dialog,
  Menu,
  nativeImage,
  powerMonitor,
  type BrowserWindow,
} from 'electron'
import { runningCostOf } from '../shared/runningCost.ts'
import { localWorkspaceId } from '../shared/workspace.ts'
import { getSettings } from './db/settings.ts'
import { dataDirectory } from './dataDirectory.ts'
import { createHandlers } from './handlers.ts'
import { answerCalls, sendEvent } from './ipc.ts'
import {
  notifyEnded,
  notifyEndpointReady,
  notifyHidden,
  notifySignInNeeded,
} from './notifications.ts'
import { declareScheme, servePage } from './protocol.ts'
import { resourcesDirectory } from './resourcesDirectory.ts'
import { createServices, type Services } from './services.ts'
import { openInBrowser } from './shell/openInBrowser.ts'
import { namedList } from './shell/namedList.ts'
import { mayQuit } from './shell/quitQuestion.ts'
import { openTray, type TrayIcon } from './shell/tray.ts'
import { openTrainings } from './training/openTrainings.ts'
import { paidJobs } from './training/paidJobs.ts'
import { systemKeyStore } from './shell/keyStore.ts'
import { printPdf } from './shell/printPdf.ts'
import { createTranslate } from './translate.ts'
import { launchUtilityEngine } from './utilityEngine.ts'
import { openWindow, refusePermissions } from './window.ts'

const here = path.dirname(fileURLToPath(import.meta.url))
const directory = dataDirectory(app.commandLine.getSwitchValue('data-dir') || undefined)

const resources = resourcesDirectory(app.isPackaged ? process.resourcesPath : undefined)

let window: BrowserWindow | null = null
let tray: TrayIcon | null = null
let services: Services | null = null
let quitting = false
/** False once the system wants to end: nobody is there to answer. */
let mayAsk = true
let isAsking = false

declareScheme()
app.setName('Timbre')
app.setPath('userData', directory)

// A second launch shows the first one's window: two would share one folder.
if (!app.requestSingleInstanceLock()) app.exit(0)
else void app.whenReady().then(start)

function start(): void {
  const running = createServices({
    dataDirectory: directory,
    resourcesDirectory: resources,
    launchEngine: launchUtilityEngine,
    systemLocale: app.getLocale(),
    keyStore: systemKeyStore,
    openBrowser: openInBrowser,
    onSignInNeeded: (workspaceId) => {
      const workspace = running.workspaces.get(workspaceId)
      if (workspace.kind !== 'aws') return
      notifySignInNeeded(translate(), workspace.name, showWindow)
    },
    publish(event, payload) {
      sendEvent(window, event, payload)
      if (event === 'version.changed') tray?.refresh()
    },
    onEndpointReady: (endpoint) => {
      // On this computer it is up in seconds: nobody has to be called back.
      if (endpoint.workspaceId === localWorkspaceId) return
      if (!getSettings(running.db).notifications) return
      notifyEndpointReady(translate(), endpoint.title, () => {
        showWindow()
        sendEvent(window, 'navigation.requested', { page: 'endpoints' })
      })
    },
    onEnded: (candidate, version, model) => {
      if (!getSettings(running.db).notifications) return
      notifyEnded(translate(), candidate, model, () => {
        showWindow()
        sendEvent(window, 'navigation.requested', { modelId: model.id, versionId: version.id })
      })
    },
  })
  services = running
  const translate = () => createTranslate(running.language())

  async function chooseTables(
    properties: ('openFile' | 'multiSelections')[],
  ): Promise<readonly string[]> {
    const t = translate()
    const packed = ['gz', 'zip']
    const extensions = [
      'csv',
      'tsv',
      'txt',
      'xlsx',
      'json',
      'jsonl',
      'ndjson',
      'parquet',
      ...packed,
    ]
    const chosen = await dialog.showOpenDialog({
      title: t('native:open.title'),
      filters: [
        { name: t('native:open.tables'), extensions },
        { name: t('native:open.all'), extensions: ['*'] },
      ],
      properties,
    })
    return chosen.filePaths
  }

  refusePermissions()
  servePage(path.join(here, '..', 'renderer'))
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  )
  answerCalls(
    createHandlers(
      running,
      {
        chooseFile: async () => (await chooseTables(['openFile']))[0] ?? null,
        chooseFiles: () => chooseTables(['openFile', 'multiSelections']),
        chooseModel: async (kind) => {
          const t = translate()
          const chosen = await dialog.showOpenDialog({
            title: t('native:open.model'),
            filters: kind === 'file' ? [{ name: t('native:open.gguf'), extensions: ['gguf'] }] : [],
            properties: [kind === 'file' ? 'openFile' : 'openDirectory'],
          })
          return chosen.filePaths[0] ?? null
        },
        chooseFolder: async () => {
          const chosen = await dialog.showOpenDialog({
            title: translate()('native:open.folder'),
            properties: ['openDirectory', 'createDirectory'],
          })
          return chosen.filePaths[0] ?? null
        },
        chooseBundle: async () => {
          const t = translate()
          const chosen = await dialog.showOpenDialog({
            title: t('native:open.bundle'),
            filters: [{ name: t('native:open.bundleFile'), extensions: ['timbre'] }],
            properties: ['openFile'],
          })
          return chosen.filePaths[0] ?? null
        },
        copyText: (text) => clipboard.writeText(text),
        chooseSavePath: async (suggestedName) => {
          const chosen = await dialog.showSaveDialog({ defaultPath: suggestedName })
          return chosen.filePath || null
        },
        printPdf,
      },
      {
        version: app.getVersion(),
        runtime: `Electron ${process.versions.electron}`,
        isOnBattery: () => powerMonitor.isOnBatteryPower(),
      },
      (event, settings) => sendEvent(window, event, settings),
    ),
    () => window,
  )
  showWindow()
  void running.uploads.resumeInterrupted()
  void running.engine
    .start()
    .then(() => running.evaluation.evaluator.resumeLeft())
    .catch(() => undefined) // its failure is in the status that the page shows
    .then(() => running.use.endpoints.reconcile())
  running.use.batches.resumeTransforms()

  powerMonitor.on('resume', () => running.watch.hurry())
  powerMonitor.on('shutdown', quitUnasked)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, quitUnasked)
  // While the first one ends, whoever starts it again wants one that stays.
  app.on('second-instance', () => (quitting ? app.relaunch() : showWindow()))
  app.on('activate', showWindow)
}

function showWindow(): void {
  tray?.close()
  tray = null
  if (window) {
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    return
  }
  const opened = openWindow({
    preload: path.join(here, '..', 'preload', 'preload.cjs'),
    icon: path.join(resources, 'icons', 'timbre.png'),
    dataDirectory: directory,
  })
  window = opened
  opened.on('close', (event) => {
    if (quitting || services === null) return
    // While something is being trained, closing the window only hides it: the training was asked for.
    if (openTrainings(services.db).all.length > 0) {
      event.preventDefault()
      hideWindow(opened, services)
    } else if (process.platform !== 'darwin') {
      // Quitting may be asked about, and whoever stays wants the window to stay.
      event.preventDefault()
      app.quit()
    }
  })
  opened.on('closed', () => (window = null))
}

function hideWindow(opened: BrowserWindow, { db, language }: Services): void {
  const t = createTranslate(language())
  opened.hide()
  // macOS keeps the app in the Dock.
  if (process.platform !== 'darwin')
    tray ??= openTray({
      icon: nativeImage.createFromPath(path.join(resources, 'icons', 'tray.png')),
      words() {
        const { all } = openTrainings(db)
        const models = namedList(t, language(), all)
        const count = all.length
        return {
          state: t(trayKey(count), { models, count }),
          show: t('native:tray.show'),
          quit: t('native:tray.quit'),
        }
      },
      onShow: showWindow,
      onQuit: () => app.quit(),
    })
  if (getSettings(db).notifications) notifyHidden(t, process.platform, showWindow)
}

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})

function trayKey(count: number): string {
  if (count === 0) return 'native:tray.idle'
  return count <= 2 ? 'native:tray.training' : 'native:tray.several'
}

function quitUnasked(): void {
  mayAsk = false
  app.quit()
}

app.on('before-quit', (event) => {
  const running = services
  if (running === null) return
  event.preventDefault()
  if (quitting) return
  if (!mayAsk) end(running)
  else if (!isAsking) void ask(running)
})

async function ask(running: Services): Promise<void> {
  isAsking = true
  const { endpoints } = running.use.endpoints.state()
  const language = running.language()
  const underWay = {
    cost: runningCostOf(endpoints, paidJobs(running.db), Date.now()),
    training: openTrainings(running.db).here,
    importing: running.importer.underWay(),
  }
  const isWanted = await mayQuit(createTranslate(language), language, underWay, window)
  isAsking = false
  if (isWanted && !quitting) end(running)
}

/** The jobs' checkpoints are saved by the engine before it ends; they go on at the next start. */
function end(running: Services): void {
  quitting = true
  window?.hide()
  tray?.close()
  tray = null
  void running.close().finally(() => {
    services = null
    app.quit()
  })
}
