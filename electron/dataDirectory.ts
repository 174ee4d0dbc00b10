/** Where a person's data lives: the same folder for the window and the command line. */
import { accessSync, constants, mkdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { AppError } from '../shared/errors.ts'

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

/** @throws AppError DataDirectoryUnusable */
export function prepareDataDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
  } catch (error) {
    throw new AppError('DataDirectoryUnusable', `The data folder ${directory} can't be written`, {
      details: { path: directory },
      cause: error,
    })
  }
}
