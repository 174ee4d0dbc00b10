/** Opens a file that a person chose, and says precisely why when it cannot be used. */
import * as fs from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { OpenFile } from './contentFile.ts'
import type { BinaryKind } from './fileKind.ts'

export const maxFileBytes = 64 * 1024 ** 3
const headBytes = 64 * 1024
const readSize = 1024 * 1024

export interface SourceFile {
  readonly name: string
  readonly sizeBytes: number
  /** Its first 64 KB. */
  readonly head: Buffer
  /**
   * The bytes, once, from start to end; then closes the file. The memory of a chunk is used again once the next one is
   * asked for.
   *
   * @throws AppError FileChanged when the file was written to meanwhile, FileUnreadable
   */
  chunks(): AsyncIterable<Uint8Array>
  /** Bytes of any place; fewer at the end. */
  read(position: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

export interface ReadOptions {
  readonly open?: OpenFile | undefined
  /** What the file is read into. */
  readonly memory?: ReadMemory | undefined
}

/** Pieces of memory that are used again and again. */
export interface ReadMemory {
  /** One that nobody uses, once there is one. */
  take(): Promise<Buffer>
  /** @param chunk what was read into it */
  release(chunk: Buffer): void
}

/** One is read into while the other is looked at. */
function pairOfBuffers(): ReadMemory {
  const free: ArrayBuffer[] = [new ArrayBuffer(readSize), new ArrayBuffer(readSize)]
  return {
    take: async () => Buffer.from(free.pop() ?? new ArrayBuffer(readSize)),
    release: ({ buffer }) => void free.push(buffer as ArrayBuffer), // as `take` gave
  }
}

/**
 * Checks what can be known before reading: that it is there, a regular file (symbolic links are followed), readable,
 * not empty and not too large.
 *
 * @throws AppError FileNotFound, NotAFile, FileUnreadable, FileEmpty, FileTooLarge
 */
export async function openSourceFile(
  path: string,
  { open = fs.open, memory = pairOfBuffers() }: ReadOptions = {},
): Promise<SourceFile> {
  // A named pipe would make open wait for a writer, so its kind is looked at first.
  const found = await fs.stat(path).catch((error: unknown) => {
    throw translateReadError(error, path)
  })
  if (!found.isFile()) throw problem('NotAFile', path, 'is not a file')
  const file = await open(path, 'r').catch((error: unknown) => {
    throw translateReadError(error, path)
  })
  try {
    const before = await file.stat()
    if (before.size === 0) throw problem('FileEmpty', path, 'is empty')
    if (before.size > maxFileBytes) {
      throw problem('FileTooLarge', path, 'is too large', {
        limitBytes: maxFileBytes,
        sizeBytes: before.size,
      })
    }
    const head = Buffer.alloc(Math.min(headBytes, before.size))
    await file.read(head, 0, head.length, 0)
    return {
      name: basename(path),
      sizeBytes: before.size,
      head,
      chunks: () => readUnchanged(file, path, before, memory),
      read: async (position, length) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
        return buffer.subarray(0, bytesRead)
      },
      close: () => file.close().catch(() => undefined), // closed already
    }
  } catch (error) {
    await file.close()
    throw translateReadError(error, path)
  }
}

async function* readUnchanged(
  file: fs.FileHandle,
  path: string,
  before: { size: number; mtimeMs: number },
  memory: ReadMemory,
): AsyncGenerator<Uint8Array> {
  let next: ReturnType<typeof readChunk> | null = null
  const read = (at: number) => {
    const reading = readChunk(file, at, memory)
    // It may fail before it is asked for, and whoever asks is told then.
    reading.catch(() => undefined)
    return reading
  }
  try {
    let position = 0
    next = read(0)
    while (position <= before.size) {
      const chunk: Buffer = await next
      next = null
      position += chunk.length
      try {
        if (chunk.length === 0) break
        // One is read while the other is looked at.
        next = read(position)
        yield chunk
      } finally {
        memory.release(chunk)
      }
    }
    const after = await file.stat()
    if (position !== before.size || after.mtimeMs !== before.mtimeMs) {
      throw problem('FileChanged', path, 'was changed while it was read')
    }
  } catch (error) {
    throw translateReadError(error, path)
  } finally {
    const unread = await next?.catch(() => null) // nobody asked for it
    if (unread) memory.release(unread)
    await file.close()
  }
}

/** As much as there is room for; less at the end of the file only. */
async function readChunk(
  file: fs.FileHandle,
  position: number,
  memory: ReadMemory,
): Promise<Buffer> {
  const bytes = await memory.take()
  try {
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, position + length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } catch (error) {
    memory.release(bytes)
    throw error
  }
}

function translateReadError(error: unknown, path: string): unknown {
  if (error instanceof AppError || !(error instanceof Error) || !('code' in error)) return error
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return problem('FileNotFound', path, 'is not there', {}, error)
    case 'EISDIR':
      return problem('NotAFile', path, 'is a folder', {}, error)
    case 'EACCES':
    case 'EPERM':
    case 'EIO':
    case 'EBUSY':
    case 'ELOOP':
      return problem(
        'FileUnreadable',
        path,
        'cannot be read',
        { reason: String(error.code) },
        error,
      )
    default:
      return error
  }
}

/** A file of a kind that holds no table. */
export function notText(path: string, kind: BinaryKind): AppError {
  return problem('FileNotText', path, `is no text but ${kind}`, { kind })
}

/** Adds the file's name to an error about its content, so that the words for people can tell which file it is. */
export function aboutFile(error: unknown, name: string): unknown {
  if (!(error instanceof AppError) || 'name' in error.details) return error
  const { code, message, details, retryable } = error
  return new AppError(code, message, { details: { name, ...details }, retryable, cause: error })
}

function problem(
  code: ErrorCode,
  path: string,
  what: string,
  details: Record<string, string | number> = {},
  cause?: unknown,
): AppError {
  const name = basename(path)
  return new AppError(code, `${name} ${what}`, { details: { name, path, ...details }, cause })
}
