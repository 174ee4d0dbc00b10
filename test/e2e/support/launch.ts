/** The built app in real Electron, with a data folder of its own. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'

const root = path.resolve(import.meta.dirname, '../../..')

export interface LaunchedApp {
  readonly app: ElectronApplication
  readonly page: Page
  readonly dataDirectory: string
  /** What main has written to its console until now. */
  output(): string
  /** The renderer, main and engine: everything at once, as when the power fails. */
  kill(): Promise<void>
}

export async function makeDataDirectory(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'timbre-e2e-'))
}

/** @param variables of its environment, besides the test's own */
export async function launchApp(
  dataDirectory: string,
  locale = 'en-US',
  variables: Readonly<Record<string, string>> = {},
): Promise<LaunchedApp> {
  const executablePath = process.env['TIMBRE_RUNTIME']
  if (!executablePath) throw new Error('TIMBRE_RUNTIME is not set; run the tests with `npm test`.')
  const isRoot = process.getuid?.() === 0
  const app = await _electron.launch({
    executablePath,
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      `--lang=${locale}`,
      root,
      `--data-dir=${dataDirectory}`,
    ],
    env: { ...stringEnvironment(), LANG: locale, LC_ALL: '', ...variables },
  })
  const output: string[] = []
  for (const stream of [app.process().stdout, app.process().stderr])
    stream?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  const page = await app.firstWindow()
  await page.getByRole('navigation').waitFor()
  // There is nobody to answer whether to quit while something is under way.
  await answerQuestions({ app }, 1)
  return {
    app,
    page,
    dataDirectory,
    output: () => output.join(''),
    async kill() {
      const child = app.process()
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
}

function stringEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
}

/** A small dataset that trains within seconds, with faults that the scan has to find. */
export async function writeSmallCsv(directory: string, rows = 40): Promise<string> {
  const file = path.join(directory, 'small.csv')
  const lines = Array.from(
    { length: rows },
    (_, index) =>
      `How do I return item ${index}?,"Happy to help! Send item ${index} back within 30 days. Warmly, Juno"`,
  )
  lines.splice(5, 0, 'Where is my order?,', ',')
  lines.splice(9, 0, lines[0] ?? '')
  await writeFile(file, `\ufeffquestion,answer\n${lines.join('\n')}\n\n`)
  return file
}

/** Drops a file of this computer on the window, as a person would. */
export async function dropFile(page: Page, ...files: readonly string[]): Promise<void> {
  // The page may not name paths, so the file comes in through an input made for the purpose.
  await page.evaluate(() => {
    const input = document.createElement('input')
    input.type = 'file'
    input.multiple = true
    input.id = 'test-file'
    document.body.append(input)
  })
  await page.locator('#test-file').setInputFiles([...files])
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('#test-file')
    if (!input?.files?.length) throw new Error('No file to drop.')
    const transfer = new DataTransfer()
    for (const dropped of input.files) transfer.items.add(dropped)
    for (const type of ['dragenter', 'dragover', 'drop']) {
      window.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, cancelable: true }))
    }
    input.remove()
  })
}

/** The system's open dialog answers with this path from now on: there is nobody to click in it. */
export async function answerDialog({ app }: LaunchedApp, chosen: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [filePath] })
  }, chosen)
}

/** What the system says of its power from now on. */
export async function setOnBattery({ app }: LaunchedApp, onBattery: boolean): Promise<void> {
  await app.evaluate(({ powerMonitor }, answer) => {
    powerMonitor.isOnBatteryPower = () => answer
  }, onBattery)
}

/** The same for the save dialog. */
export async function answerSaveDialog({ app }: LaunchedApp, chosen: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath })
  }, chosen)
}

/** Questions of the system's own are answered so from now on: 0 stays, 1 quits. */
export async function answerQuestions(
  { app }: Pick<LaunchedApp, 'app'>,
  response: number,
): Promise<void> {
  await app.evaluate(({ dialog }, answer) => {
    const asked: unknown[] = []
    Object.assign(globalThis, { questionsAsked: asked })
    dialog.showMessageBox = async (...given: unknown[]) => {
      asked.push(given.at(-1))
      return { response: answer, checkboxChecked: false }
    }
  }, response)
}
