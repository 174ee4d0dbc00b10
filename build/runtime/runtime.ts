/** The Electron to run on: the real one where its binary can be had, otherwise a fallback for development and tests. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { repositoryRoot } from '../repositoryRoot.ts'
import { ensureFallback } from './fallback.ts'
import type { Runtime } from './runtimeFacts.ts'

const electronFolder = path.join(repositoryRoot, 'node_modules', 'electron')
const downloadMs = 180_000

export async function ensureRuntime(say: (line: string) => void = console.log): Promise<Runtime> {
  return findElectron() ?? downloadElectron(say) ?? (await ensureFallback(say))
}

function findElectron(): Runtime | null {
  const pathFile = path.join(electronFolder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const executable = path.join(electronFolder, 'dist', readFileSync(pathFile, 'utf8').trim())
  if (!existsSync(executable)) return null
  const version = readFileSync(path.join(electronFolder, 'dist', 'version'), 'utf8').trim()
  return { executable, version, isFallback: false, environment: {} }
}

function downloadElectron(say: (line: string) => void): Runtime | null {
  say('Getting Electron ...')
  const environment: NodeJS.ProcessEnv = { ...process.env }
  delete environment['ELECTRON_SKIP_BINARY_DOWNLOAD']
  try {
    execFileSync(process.execPath, [path.join(electronFolder, 'install.js')], {
      stdio: 'pipe',
      timeout: downloadMs,
      env: environment,
    })
    return findElectron()
  } catch {
    say("Electron's own binary is out of reach from here.")
    return null
  }
}
