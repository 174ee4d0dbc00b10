/** Where `models/` and `samples/` lie: handed in by a packaged app, otherwise the repository. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export function resourcesDirectory(
  packaged?: string,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const named = environment['TIMBRE_RESOURCES'] ?? packaged
  if (named && existsSync(path.join(named, 'models'))) return named
  // From source this file lies in electron/, bundled in dist/main/.
  let directory = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(directory, 'models')) && directory !== path.dirname(directory)) {
    directory = path.dirname(directory)
  }
  return directory
}
