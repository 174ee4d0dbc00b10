/** A new file that is hashed while it is written, and on the disk for certain when it is finished. */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs/promises'

export type OpenFile = (path: string, flags: string) => Promise<fs.FileHandle>

export interface WrittenFile {
  readonly sha256: string
  readonly sizeBytes: number
}

export interface ContentFile {
  /** The bytes are the caller's again once it resolves. @throws what the file system says, with its `code` */
  write(chunk: Uint8Array): Promise<void>
  /** Synced and closed. */
  finish(): Promise<WrittenFile>
  /** Closes it unfinished; it stays where it is. */
  abandon(): Promise<void>
}

export type CreateContentFile = (path: string) => Promise<ContentFile>

/** In the caller's thread. @throws what the file system says when the file is there already or cannot be made */
export async function createFileHere(path: string, open: OpenFile = fs.open): Promise<ContentFile> {
  const file = await open(path, 'wx')
  const digest = createHash('sha256')
  let sizeBytes = 0
  return {
    write: async (chunk) => {
      digest.update(chunk)
      sizeBytes += chunk.length
      await file.writeFile(chunk)
    },
    finish: async () => {
      await file.sync().finally(() => file.close())
      return { sha256: digest.digest('hex'), sizeBytes }
    },
    abandon: () => file.close(),
  }
}
