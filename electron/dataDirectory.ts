/** Where a person's data lives: the same folder for the window and the command line. */
import os from 'node:os'
import path from 'node:path'

/** What Electron calls userData, without Electron. `--data-dir` and TIMBRE_HOME go before it. */
export function dataDirectory(
  chosen: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const named = chosen ?? environment['TIMBRE_HOME']
  if (named) return path.resolve(named)
  const home = os.homedir()
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Timbre')
  if (platform === 'win32') {
    return path.join(environment['APPDATA'] ?? path.join(home, 'AppData', 'Roaming'), 'Timbre')
  }
  return path.join(environment['XDG_CONFIG_HOME'] ?? path.join(home, '.config'), 'Timbre')
}
