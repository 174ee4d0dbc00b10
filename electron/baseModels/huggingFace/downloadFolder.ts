/** Where a download lies until its model was added, and what of it has arrived. */
import * as fs from 'node:fs/promises'
import path from 'node:path'
import { withDownloadLock } from './downloadLock.ts'
import { partialSuffix, sizeOf } from './partialFile.ts'
import type { HubFile, HubRepository } from './hubClient.ts'

/** A download that was not gone on with for so long is cleared away. */
const abandonedAfterMs = 30 * 24 * 60 * 60 * 1000

/** Of one commit: what is there can only be gone on with, never be another version's. */
export function folderOf(
  directory: string,
  { repo, commit }: Pick<HubRepository, 'repo' | 'commit'>,
): string {
  return path.join(directory, repo.replace('/', '--'), commit)
}

export function sizeOfAll(files: readonly HubFile[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0)
}

export async function receivedIn(folder: string, files: readonly HubFile[]): Promise<number> {
  let received = 0
  for (const { name, sizeBytes } of files) {
    const file = path.join(folder, name)
    const found = (await sizeOf(file)) ?? (await sizeOf(`${file}${partialSuffix}`)) ?? 0
    received += Math.min(found, sizeBytes)
  }
  return received
}

export async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await fs.statfs(directory)
  return bavail * bsize
}

export async function removeAbandoned(directory: string, nowMs: number): Promise<void> {
  for (const model of await fs.readdir(directory).catch(() => []))
    for (const commit of await fs.readdir(path.join(directory, model)).catch(() => [])) {
      const folder = path.join(directory, model, commit)
      const inside = (await fs.readdir(folder)).map((name) => path.join(folder, name))
      const times = await Promise.all([folder, ...inside].map((file) => fs.stat(file)))
      const newestMs = Math.max(...times.map(({ mtimeMs }) => mtimeMs))
      if (nowMs - newestMs > abandonedAfterMs) await fs.rm(folder, { recursive: true })
    }
}

/** All of them. @throws AppError HubDownloadBusy when another program downloads to one */
export async function removeDownloads(directory: string): Promise<void> {
  for (const model of await fs.readdir(directory).catch(() => []))
    for (const commit of await fs.readdir(path.join(directory, model)).catch(() => [])) {
      const folder = path.join(directory, model, commit)
      await withDownloadLock(folder, () => fs.rm(folder, { recursive: true, force: true }))
      // Fails while another commit's download lies beside it.
      await fs.rmdir(path.join(directory, model)).catch(() => undefined)
    }
}
