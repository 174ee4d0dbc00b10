/** What a window needs from a Linux system, and how to get it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const debianPackages = [
  'xvfb',
  'xauth',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libnotify4',
  'dbus',
]

/** Installs what is missing where that is possible without asking. @throws Error that names what is missing and the command */
export function ensureSystemLibraries(executable: string, say: (line: string) => void): void {
  if (process.platform !== 'linux') return
  const before = missing(executable)
  if (before.length === 0) return
  const command = `apt-get install -y ${debianPackages.join(' ')}`
  const isRoot = process.getuid?.() === 0
  if (isRoot && existsSync('/usr/bin/apt-get')) {
    say(`Installing system libraries (${before.join(', ')} missing) ...`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
    // Newer Ubuntu and Debian renamed two of them; the others must not fail for that.
    const known = debianPackages.map((name) => (isKnown(name) ? name : `${name}t64`))
    spawnSync('apt-get', ['install', '-y', '-qq', ...known], { stdio: 'ignore', env })
    const after = missing(executable)
    if (after.length === 0) return
    throw new Error(`Still missing: ${after.join(', ')}. Try: ${command}`)
  }
  throw new Error(
    `A window needs ${before.join(', ')}, which this system lacks. Install with: sudo ${command}`,
  )
}

function isKnown(name: string): boolean {
  return spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0
}

function missing(executable: string): string[] {
  const libraries = execFileSync('ldd', [executable], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('not found'))
    .map((line) => line.trim().split(' ')[0] ?? '')
  const needsServer = !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']
  const hasServer = spawnSync('which', ['Xvfb'], { stdio: 'ignore' }).status === 0
  return [...libraries, ...(needsServer && !hasServer ? ['Xvfb'] : [])]
}
