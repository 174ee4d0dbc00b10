/** Downloads and unpacks the packages that the pretraining text comes from. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Source } from './sources.ts'

/** Once for each package, under `cache`. Needs apt-get and dpkg, or pip and python3. Nothing is installed. */
export function fetchSource(
  source: Source,
  cache: string,
): { readonly directory: string; readonly version: string } {
  const download = path.join(cache, 'packages', source.package)
  const directory = path.join(cache, 'unpacked', source.package)
  mkdirSync(download, { recursive: true })
  if (readdirSync(download).length === 0) {
    if (source.kind === 'debian') {
      execFileSync('apt-get', ['download', source.package], { cwd: download, stdio: 'inherit' })
    } else {
      execFileSync('pip', ['download', '--no-deps', '--quiet', source.package], { cwd: download })
    }
  }
  const file = readdirSync(download)[0] ?? ''
  if (!existsSync(directory)) {
    mkdirSync(directory, { recursive: true })
    const archive = path.join(download, file)
    if (source.kind === 'debian') execFileSync('dpkg', ['-x', archive, directory])
    else execFileSync('python3', ['-m', 'zipfile', '-e', archive, directory])
  }
  const version = file.split(source.kind === 'debian' ? '_' : '-')[1] ?? ''
  return { directory, version: decodeURIComponent(version) }
}
