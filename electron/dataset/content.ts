/**
 * The content store: bytes under the SHA-256 of themselves, written once and never changed. A crash at any moment leaves
 * either the whole content or only a temporary file, which the next start removes.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import * as fs from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Chunks } from './textEncoding.ts'

const readSize = 1024 * 1024
const temporarySuffix = '.part'
const indexSuffix = '.rows'
/** Files younger than this may belong to an import that another process is about to record. */
const abandonedAfterMs = 60 * 60 * 1000

export type OpenFile = (path: string, flags: string) => Promise<fs.FileHandle>

/** Written and synced, but not yet part of the store. */
export interface StagedContent {
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
  read(): AsyncIterable<Uint8Array>
  /** Makes it part of the store. */
  commit(): Promise<void>
  discard(): Promise<void>
}

export interface ContentStore {
  pathOf(sha256: string): string
  sizeOf(sha256: string): Promise<number>
  /** @throws AppError DiskFull with nothing left behind, DataDirectoryUnusable; what `chunks` throws */
  stage(chunks: Chunks): Promise<StagedContent>
  /**
   * The same while somebody else reads the chunks, so that one pass is enough: `read` gets them as they are written.
   *
   * @throws AppError as stage does; what `read` throws, with nothing left behind
   */
  stageWhile<T>(
    chunks: Chunks,
    read: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<{ staged: StagedContent; result: T }>
  /** @throws AppError DatasetNotFound when the content is gone */
  read(sha256: string, fromByte?: number): AsyncIterable<Uint8Array>
  /** Of the rows; null where there is none. */
  readIndex(sha256: string): Promise<Buffer | null>
  writeIndex(sha256: string, index: Uint8Array): Promise<void>
  /** With its index. */
  remove(sha256: string): Promise<void>
  /** Removes what a crash left: temporary files, and content that is not in `referenced`; nothing of the last hour. */
  removeExcept(referenced: ReadonlySet<string>): Promise<void>
}

/** @param open stands in for the file system's `open` where a test needs a disk that is full */
export function createContentStore(directory: string, open: OpenFile = fs.open): ContentStore {
  const pathOf = (sha256: string) => join(directory, sha256)

  async function stage(chunks: Chunks): Promise<StagedContent> {
    const path = join(directory, `${randomUUID()}${temporarySuffix}`)
    try {
      await fs.mkdir(directory, { recursive: true, mode: 0o700 })
      const { sha256, sizeBytes } = await writeWhole(path, chunks, open)
      const discard = () => fs.rm(path, { force: true })
      const readStaged = () => createReadStream(path, { highWaterMark: readSize })
      const commitStaged = () => commit(path, pathOf(sha256))
      return { path, sha256, sizeBytes, read: readStaged, commit: commitStaged, discard }
    } catch (error) {
      await fs.rm(path, { force: true }).catch(() => undefined) // the first error is the one to tell
      throw translateWriteError(error, directory)
    }
  }

  async function stageWhile<T>(
    chunks: Chunks,
    readChunks: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<{ staged: StagedContent; result: T }> {
    const queue = new Handover()
    async function* handedOver(): AsyncGenerator<Uint8Array> {
      try {
        for await (const chunk of chunks) {
          await queue.put(chunk)
          yield chunk
        }
        queue.end()
      } catch (error) {
        queue.fail(error)
        throw error
      }
    }
    const reading = readChunks(queue).catch((error: unknown) => {
      queue.refuse(error)
      throw error
    })
    const staging = stage(handedOver()).catch((error: unknown) => {
      queue.fail(error)
      throw error
    })
    // Whichever fails first makes the other fail; its error is the one to tell.
    const [staged, result] = await Promise.allSettled([staging, reading])
    if (staged.status === 'rejected') {
      throw result.status === 'rejected' && queue.refused ? result.reason : staged.reason
    }
    if (result.status === 'fulfilled') return { staged: staged.value, result: result.value }
    await staged.value.discard()
    throw result.reason
  }

  async function* read(sha256: string, fromByte = 0): AsyncIterable<Uint8Array> {
    try {
      yield* createReadStream(pathOf(sha256), { highWaterMark: readSize, start: fromByte })
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
      throw new AppError('DatasetNotFound', `The content ${sha256} is gone`, {
        details: { id: sha256 },
        cause: error,
      })
    }
  }

  async function removeExcept(referenced: ReadonlySet<string>): Promise<void> {
    const names = await fs.readdir(directory).catch(() => [])
    for (const name of names) {
      const path = join(directory, name)
      const [, sha256] = /^([0-9a-f]{64})(?:\.rows)?$/.exec(name) ?? []
      const isContent = sha256 !== undefined && !referenced.has(sha256)
      const isAbandoned = isContent || name.endsWith(temporarySuffix)
      if (isAbandoned && (await ageMs(path)) > abandonedAfterMs) await fs.rm(path, { force: true })
    }
  }

  const sizeOf = async (sha256: string) => (await fs.stat(pathOf(sha256))).size
  const indexPath = (sha256: string) => `${pathOf(sha256)}${indexSuffix}`
  const readIndex = (sha256: string) => fs.readFile(indexPath(sha256)).catch(() => null)
  const writeIndex = (sha256: string, index: Uint8Array) =>
    writeFileWhole(indexPath(sha256), [index])
  async function remove(sha256: string): Promise<void> {
    await fs.rm(indexPath(sha256), { force: true })
    await fs.rm(pathOf(sha256), { force: true })
  }
  return { pathOf, sizeOf, stage, stageWhile, read, readIndex, writeIndex, remove, removeExcept }
}

/** One chunk at a time from a writer to a reader; either may give up. */
class Handover implements AsyncIterable<Uint8Array> {
  #chunk: Uint8Array | null = null
  #isEnded = false
  #error: unknown = null
  #wakeReader: () => void = () => undefined
  #wakeWriter: () => void = () => undefined
  refused = false

  /** Waits until the chunk before was taken. @throws what the reader refused with */
  async put(chunk: Uint8Array): Promise<void> {
    while (this.#chunk !== null && !this.refused) {
      await new Promise<void>((resolve) => (this.#wakeWriter = resolve))
    }
    if (this.refused) throw this.#error
    this.#chunk = chunk
    this.#wakeReader()
  }

  end(): void {
    this.#isEnded = true
    this.#wakeReader()
  }

  fail(error: unknown): void {
    this.#error ??= error
    this.end()
  }

  refuse(error: unknown): void {
    if (this.#error === null) this.refused = true
    this.#error ??= error
    this.#wakeWriter()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunk
      if (chunk !== null) {
        this.#chunk = null
        this.#wakeWriter()
        yield chunk
      } else if (this.#error !== null) {
        throw this.#error
      } else if (this.#isEnded) {
        return
      } else {
        await new Promise<void>((resolve) => (this.#wakeReader = resolve))
      }
    }
  }
}

/** Copies bytes to a file that appears whole or not at all. @throws AppError DiskFull, DataDirectoryUnusable */
export async function writeFileWhole(path: string, chunks: Chunks): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}${temporarySuffix}`)
  try {
    await writeWhole(temporary, chunks, fs.open)
    await fs.rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined) // the first error is the one to tell
    throw translateWriteError(error, dirname(path))
  }
}

async function writeWhole(
  path: string,
  chunks: Chunks,
  open: OpenFile,
): Promise<{ sha256: string; sizeBytes: number }> {
  const digest = createHash('sha256')
  let sizeBytes = 0
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      digest.update(chunk)
      sizeBytes += chunk.length
      yield chunk
    }
  }
  const file = await open(path, 'wx')
  try {
    await file.writeFile(measured())
    await file.sync()
  } finally {
    await file.close()
  }
  return { sha256: digest.digest('hex'), sizeBytes }
}

async function commit(path: string, target: string): Promise<void> {
  const now = new Date()
  const exists = await fs.utimes(target, now, now).then(
    () => true,
    () => false,
  )
  if (exists) return fs.rm(path, { force: true })
  try {
    await fs.chmod(path, 0o400)
    await fs.rename(path, target)
    await syncDirectory(dirname(target))
  } catch (error) {
    throw translateWriteError(error, dirname(target))
  }
}

/** Makes the rename survive a power cut; Windows has no such call and does it by itself. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await fs.open(directory, 'r')
  await handle.sync().finally(() => handle.close())
}

async function ageMs(path: string): Promise<number> {
  const { mtimeMs } = await fs.stat(path).catch(() => ({ mtimeMs: Date.now() }))
  return Date.now() - mtimeMs
}

function translateWriteError(error: unknown, directory: string): unknown {
  const options = { details: { path: directory }, cause: error }
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('DiskFull', `No space is left in ${directory}`, options)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOENT':
      return new AppError('DataDirectoryUnusable', `Cannot write to ${directory}`, options)
    default:
      return error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}
