import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { build, type InlineConfig } from 'vite'
import { engineBundle, mainBundle, pageBundle, preloadBundle } from './bundles.ts'
import { repositoryRoot } from './repositoryRoot.ts'

const sources = ['electron', 'renderer', 'shared', 'build/bundles.ts', 'package-lock.json']
const stampFile = path.join(repositoryRoot, 'dist', '.sources')

/**
 * Bundles page, preload, main and engine.
 *
 * @returns seconds it took, or null when the bundles were made from these very sources
 */
export async function bundleAll(options: { force?: boolean } = {}): Promise<number | null> {
  const stamp = await fingerprint()
  if (!options.force && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) {
    return null
  }
  const startedAtMs = Date.now()
  rmSync(stampFile, { force: true })
  await Promise.all([pageBundle, preloadBundle, mainBundle, engineBundle].map(bundle))
  writeFileSync(stampFile, stamp)
  return (Date.now() - startedAtMs) / 1000
}

async function bundle(config: InlineConfig): Promise<void> {
  await build({ ...config, logLevel: 'warn' })
}

/** Names, sizes and change times of every source file. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256')
  for (const source of sources) {
    for (const file of await filesBelow(path.join(repositoryRoot, source))) {
      const { size, mtimeMs } = await stat(file)
      hash.update(`${file}\0${size}\0${mtimeMs}\n`)
    }
  }
  return hash.digest('hex')
}

async function filesBelow(fileOrFolder: string): Promise<string[]> {
  if (!existsSync(fileOrFolder)) return []
  if (!(await stat(fileOrFolder)).isDirectory()) return [fileOrFolder]
  const entries = await readdir(fileOrFolder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}
