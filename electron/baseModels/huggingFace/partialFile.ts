/** A file on its way: its bytes so far, in order, and their hash. It takes its name when it is whole. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import * as fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { HubFile } from './hubClient.ts'
import { cancelled } from './hubErrors.ts'

export type OpenFile = (path: string, flags: string) => Promise<fs.FileHandle>

export const partialSuffix = '.partial'

export interface PartialFile {
  length(): number
  append(bytes: Uint8Array): Promise<void>
  restart(): Promise<void>
  /** Until it is written to again. */
  close(): Promise<void>
  digest(): string
  /** Gives it its name. */
  complete(): Promise<void>
  remove(): Promise<void>
}

export async function openPartial(
  target: string,
  { hash: wanted, sizeBytes }: HubFile,
  openFile: OpenFile,
  signal: AbortSignal,
): Promise<PartialFile> {
  const file = `${target}${partialSuffix}`
  const begin = (): Hash =>
    wanted.kind === 'sha256'
      ? createHash('sha256')
      : createHash('sha1').update(`blob ${sizeBytes}\0`)
  let hash = begin()
  let length = 0
  if (((await sizeOf(file)) ?? 0) > sizeBytes) await fs.rm(file)
  if ((await sizeOf(file)) !== null)
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
      if (signal.aborted) throw cancelled()
      hash.update(chunk as Buffer)
      length += (chunk as Buffer).length
    }
  let handle: fs.FileHandle | null = null
  const close = async () => {
    const open = handle
    handle = null
    await open?.close()
  }
  const writing = async (flags: string, work: (open: fs.FileHandle) => Promise<void>) => {
    try {
      handle ??= await openFile(file, flags)
      await work(handle)
    } catch (error) {
      throw translateWriteError(error, file)
    }
  }
  const reset = async () => {
    await close()
    hash = begin()
    length = 0
  }
  return {
    length: () => length,
    append: (bytes) =>
      writing('a', async (open) => {
        await open.writeFile(bytes)
        hash.update(bytes)
        length += bytes.length
      }),
    async restart() {
      await reset()
      await writing('w', async () => undefined)
    },
    close,
    digest: () => hash.copy().digest('hex'),
    async complete() {
      await writing('a', (open) => open.sync()).finally(close)
      await fs.rename(file, target)
    },
    async remove() {
      await reset()
      await fs.rm(file, { force: true })
    },
  }
}

/** Null where there is none. */
export async function sizeOf(file: string): Promise<number | null> {
  const found = await fs.stat(file).catch(() => null)
  return found?.isFile() ? found.size : null
}

function translateWriteError(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  const options = { details: { path: path.dirname(file) }, cause: error }
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('DiskFull', `No space is left for ${file}`, options)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new AppError('DataDirectoryUnusable', `Cannot write ${file}`, options)
  return error
}
