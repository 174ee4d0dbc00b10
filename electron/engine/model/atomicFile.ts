/** Writes that either happen completely or leave the old content: a neighbour is written, synced and renamed. */
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

export async function writeFileAtomically(
  file: string,
  pieces: readonly (Uint8Array | string)[],
): Promise<void> {
  const partial = `${file}.partial`
  const handle = await open(partial, 'w')
  try {
    for (const piece of pieces) await writeFile(handle, piece)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partial, file)
}

/** Fills a new directory with `fill`, then puts it in the place of `directory`. */
export async function replaceDirectory(
  directory: string,
  fill: (partialDirectory: string) => Promise<void>,
): Promise<void> {
  const partial = `${directory}.partial`
  const old = `${directory}.old`
  await rm(partial, { recursive: true, force: true })
  await rm(old, { recursive: true, force: true })
  await mkdir(path.dirname(directory), { recursive: true })
  await mkdir(partial)
  await fill(partial)
  await rename(directory, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(partial, directory)
  await rm(old, { recursive: true, force: true })
}
