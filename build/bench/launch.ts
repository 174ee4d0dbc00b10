/** From the start of the process to a page that answers, and the memory then; beside a bare window on the same Electron. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { _electron, type Page } from '@playwright/test'
import { bundleAll } from '../bundleAll.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import { hasDisplay, startVirtualDisplay } from '../runtime/display.ts'
import { ensureRuntime } from '../runtime/runtime.ts'
import { ensureSystemLibraries } from '../runtime/systemLibraries.ts'
import { median, type BenchOptions, type BenchResult } from './result.ts'

interface Launch {
  readonly ms: number
  readonly megabytes: number
}

const bareMain = `
import { app, BrowserWindow } from 'electron'
app.whenReady().then(() => new BrowserWindow().loadURL('data:text/html,<nav>bare</nav>'))
`

export async function benchLaunch({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  await bundleAll()
  const runtime = await ensureRuntime(say)
  ensureSystemLibraries(runtime.executable, say)
  const display = hasDisplay() ? null : await startVirtualDisplay()
  const work = mkdtempSync(path.join(os.tmpdir(), 'timbre-bench-'))
  const bare = path.join(work, 'bare')
  const environment = { ...process.env, ...runtime.environment, ...display?.environment }
  try {
    writeBareApp(bare)
    const launch = (app: string, index: number) =>
      launchOnce(runtime.executable, app, path.join(work, `data-${index}`), environment)
    // The first of each warms the file cache and is not counted.
    await launch(repositoryRoot, 0)
    await launch(bare, 0)
    const runs = quick ? 3 : 9
    const ours: Launch[] = []
    const peers: Launch[] = []
    for (let index = 1; index <= runs; index += 1) {
      ours.push(await launch(repositoryRoot, index))
      peers.push(await launch(bare, -index))
      say(`run ${index} of ${runs}`)
    }
    const result = (metric: string, unit: string, of: (one: Launch) => number): BenchResult => {
      const value = median(ours.map(of))
      const peerValue = median(peers.map(of))
      return {
        suite: 'launch',
        case: 'empty',
        metric,
        value,
        unit,
        peer: `bare window, Electron ${runtime.version}`,
        peerValue,
        ratio: peerValue / value,
        n: runs,
      }
    }
    return [
      result('launch to interactive', 'ms', (one) => one.ms),
      result('memory of all processes', 'MB', (one) => one.megabytes),
    ]
  } finally {
    display?.close()
    rmSync(work, { recursive: true, force: true })
  }
}

function writeBareApp(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirAndWrite(folder, 'package.json', '{"name":"bare","main":"main.mjs","version":"1.0.0"}')
  mkdirAndWrite(folder, 'main.mjs', bareMain)
}

function mkdirAndWrite(folder: string, name: string, content: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, name), content)
}

async function launchOnce(
  executablePath: string,
  app: string,
  dataDirectory: string,
  environment: NodeJS.ProcessEnv,
): Promise<Launch> {
  const isRoot = process.getuid?.() === 0
  const startedAt = performance.now()
  const launched = await _electron.launch({
    executablePath,
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      app,
      `--data-dir=${dataDirectory}`,
      `--user-data-dir=${dataDirectory}`,
    ],
    env: Object.fromEntries(
      Object.entries(environment).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  })
  const page: Page = await launched.firstWindow()
  await page.locator('nav').first().waitFor()
  const ms = performance.now() - startedAt
  const megabytes = memoryOfTree(launched.process().pid ?? 0)
  await launched.close()
  return { ms, megabytes }
}

/** Proportional set size of a process and all it started, from /proc: shared pages are counted once. */
function memoryOfTree(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  const own = Number(
    /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0,
  )
  return children
    .split(' ')
    .filter((child) => child !== '')
    .reduce((sum, child) => sum + memoryOfTree(Number(child)), own / 1024)
}
