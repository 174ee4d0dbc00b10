/** The base models of this computer as the objects of a read-only bucket. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { baseModelIdPattern, findModelFolder, type ModelLibrary } from '../store/modelLibrary.ts'
import { modelVersion } from '../store/modelsBucket.ts'
import type { StoredObject } from '../store/objects.ts'
import { compareKeys } from './s3Answers.ts'
import { sha256Hex } from './sigv4.ts'

export async function listModelObjects(
  library: ModelLibrary,
  prefix: string,
): Promise<StoredObject[]> {
  const ids = new Set(
    (await Promise.all([library.bundled, library.imported].map(folderNames))).flat(),
  )
  const objects: StoredObject[] = []
  for (const id of ids) {
    const directory = findModelFolder(library, id)
    if (!directory) continue
    for (const file of await readdir(directory)) {
      const key = `${id}/${modelVersion}/${file}`
      const location = path.join(directory, file)
      const found = await stat(location)
      if (!key.startsWith(prefix) || !found.isFile()) continue
      objects.push({
        key,
        path: location,
        sizeBytes: found.size,
        // Not the MD5: reading every weight to list a bucket would be slow. It changes when the file does.
        etag: sha256Hex(`${key}/${found.size}/${found.mtimeMs}`).slice(0, 32),
        modifiedAtMs: found.mtimeMs,
        contentType: 'application/octet-stream',
        metadata: {},
        checksums: {},
      })
    }
  }
  return objects.sort((a, b) => compareKeys(a.key, b.key))
}

async function folderNames(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && baseModelIdPattern.test(entry.name))
    .map(({ name }) => name)
}

export async function findModelObject(
  library: ModelLibrary,
  key: string,
): Promise<StoredObject | null> {
  const objects = await listModelObjects(library, key)
  return objects.find((object) => object.key === key) ?? null
}
