/** What lies below a folder, by size. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

/** Bytes by path below the folder, with `/` between its parts. Files that go meanwhile are left out. */
export async function fileSizes(directory: string): Promise<ReadonlyMap<string, number>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const sizes = new Map<string, number>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    const found = await stat(file).catch(() => null)
    if (found) sizes.set(path.relative(directory, file).split(path.sep).join('/'), found.size)
  }
  return sizes
}

/** Of all files below `prefix`, which ends with a slash; the whole folder for ''. */
export function sizeBelow(sizes: ReadonlyMap<string, number>, prefix: string): number {
  let sum = 0
  for (const [name, size] of sizes) if (name.startsWith(prefix)) sum += size
  return sum
}
