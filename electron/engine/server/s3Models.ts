/** The bundled base models as the objects of a read-only bucket. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { modelVersion } from '../store/modelsBucket.ts'
import type { StoredObject } from '../store/objects.ts'
import { compareKeys } from './s3Answers.ts'
import { sha256Hex } from './sigv4.ts'

export async function listModelObjects(directory: string, prefix: string): Promise<StoredObject[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const objects: StoredObject[] = []
  for (const entry of entries) {
    if (!entry.isDirectory()) continue
    for (const file of await readdir(path.join(directory, entry.name))) {
      const key = `${entry.name}/${modelVersion}/${file}`
      const location = path.join(directory, entry.name, file)
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

export async function findModelObject(
  directory: string,
  key: string,
): Promise<StoredObject | null> {
  const objects = await listModelObjects(directory, key)
  return objects.find((object) => object.key === key) ?? null
}
