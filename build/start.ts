/**
 * `npm start`: the app in a window; where there is no display, the same main job in the terminal. `--window` takes a
 * virtual display instead.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { bundleAll } from './bundleAll.ts'
import { repositoryRoot } from './repositoryRoot.ts'
import { hasDisplay, startVirtualDisplay } from './runtime/display.ts'
import { ensureRuntime } from './runtime/runtime.ts'
import { ensureSystemLibraries } from './runtime/systemLibraries.ts'

async function main(): Promise<number> {
  const wantsWindow = process.argv.includes('--window')
  const rest = process.argv.slice(2).filter((argument) => argument !== '--window')
  console.log('Building ...')
  await bundleAll()
  if (!hasDisplay() && !wantsWindow) {
    return run(
      process.execPath,
      [path.join(repositoryRoot, 'dist/main/cli.js'), 'demo', ...rest],
      {},
    )
  }
  const runtime = await ensureRuntime()
  ensureSystemLibraries(runtime.executable, console.log)
  const display = hasDisplay() ? null : await startVirtualDisplay()
  const isRoot = process.getuid?.() === 0
  console.log(`Opening Timbre on Electron ${runtime.version} ...`)
  try {
    return await run(
      runtime.executable,
      // Chromium's sandbox refuses to run as root.
      [...(isRoot ? ['--no-sandbox'] : []), repositoryRoot, ...rest],
      { ...runtime.environment, ...display?.environment },
    )
  } finally {
    display?.close()
  }
}

function run(
  command: string,
  args: string[],
  environment: Record<string, string>,
): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...environment } })
  // Ctrl-C reaches the child as well, which ends in its own order.
  process.on('SIGINT', () => undefined)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

process.exitCode = await main()
