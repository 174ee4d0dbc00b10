/** Where base models lie: those that came with the app, and those that were imported on this computer. */
import { existsSync } from 'node:fs'
import path from 'node:path'

export interface ModelLibrary {
  /** Read only. */
  readonly bundled: string
  readonly imported: string
}

/** What may become a folder's name; the same as SageMaker's pattern for hub contents, in lower case. */
export const baseModelIdPattern = /^[a-z0-9](-*[a-z0-9]){0,62}$/

/** The folder of a base model; null when there is none of this name. */
export function findModelFolder(library: ModelLibrary, id: string): string | null {
  if (!baseModelIdPattern.test(id)) return null
  for (const parent of [library.bundled, library.imported]) {
    const directory = path.join(parent, id)
    if (existsSync(path.join(directory, 'config.json'))) return directory
  }
  return null
}
