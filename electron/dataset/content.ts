/**
 * The content store: bytes under the SHA-256 of themselves, written once and never changed. A crash at any moment leaves
 * either the whole content or only a temporary file, which the next start removes.
 */
import { randomUUID } from 'node:crypto'
import { createReadStream, openSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { createFileHere, type CreateContentFile, type WrittenFile } from './contentFile.ts'
import type { Chunks } from './textEncoding.ts'

const readSize = 1024 * 1024
const temporarySuffix = '.part'
const indexSuffix = '.rows'
/** Files younger than this may belong to an import that another process is about to record. */
const abandonedAfterMs = 60 * 60 * 1000

/** Written and synced, but not yet part of the store. */
export interface StagedContent {
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
  /** Makes it part of the store. */
  commit(): Promise<void>
  discard(): Promise<void>
}

export interface ContentStore {
  pathOf(sha256: string): string
  sizeOf(sha256: string): Promise<number>
  /**
   * Writes what `read` reads, so that one pass is enough: the chunks as `read` gets them are on their way to the disk.
   *
   * @param path where it is written until it is committed, as `stagingPath` gives it
   * @throws AppError DiskFull, DataDirectoryUnusable; what `chunks` and `read` throw. Nothing is left behind then.
   */
  stage<T>(
    chunks: Chunks,
    read: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
    path?: string,
  ): Promise<{ staged: StagedContent; result: T }>
  stagingPath(): string
  /** What another thread staged there. */
  staged(path: string, written: WrittenFile): StagedContent
  /** @throws AppError DatasetNotFound when the content is gone */
  read(sha256: string, fromByte?: number): AsyncIterable<Uint8Array>
  /** A file's descriptor, which whoever opens it closes. @throws AppError DatasetNotFound when the content is gone */
  open(sha256: string): number
  /** Of the rows; null where there is none. */
  readIndex(sha256: string): Promise<Buffer | null>
  writeIndex(sha256: string, index: Uint8Array): Promise<void>
  /** With its index. */
  remove(sha256: string): Promise<void>
  /** Removes what a crash left: temporary files, and content that is not in `referenced`; nothing of the last hour. */
  removeExcept(referenced: ReadonlySet<string>): Promise<void>
}

/** @param createFile makes the files that are staged; tests give one on a disk that is full */
export function createContentStore(
  directory: string,
  createFile: CreateContentFile = createFileHere,
): ContentStore {
  const pathOf = (sha256: string) => join(directory, sha256)
  const stagingPath = () => join(directory, `${randomUUID()}${temporarySuffix}`)
  const staged = (path: string, { sha256, sizeBytes }: WrittenFile): StagedContent => ({
    path,
    sha256,
    sizeBytes,
    commit: () => commit(path, pathOf(sha256)),
    discard: () => fs.rm(path, { force: true }),
  })

  async function stage<T>(
    chunks: Chunks,
    read: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
    path = stagingPath(),
  ): Promise<{ staged: StagedContent; result: T }> {
    try {
      await fs.mkdir(directory, { recursive: true, mode: 0o700 })
      const { written, result } = await writeWhile(path, chunks, read, createFile)
      return { staged: staged(path, written), result }
    } catch (error) {
      await fs.rm(path, { force: true }).catch(() => undefined) // the first error is the one to tell
      throw translateWriteError(error, directory)
    }
  }

  async function* read(sha256: string, fromByte = 0): AsyncIterable<Uint8Array> {
    try {
      yield* createReadStream(pathOf(sha256), { highWaterMark: readSize, start: fromByte })
    } catch (error) {
      throw translateReadError(error, sha256)
    }
  }

  function open(sha256: string): number {
    try {
      return openSync(pathOf(sha256), 'r')
    } catch (error) {
      throw translateReadError(error, sha256)
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
  return {
    ...{ pathOf, sizeOf, stage, stagingPath, staged },
    ...{ read, open, readIndex, writeIndex, remove, removeExcept },
  }
}

/** Copies bytes to a file that appears whole or not at all. @throws AppError DiskFull, DataDirectoryUnusable */
export async function writeFileWhole(path: string, chunks: Chunks): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}${temporarySuffix}`)
  try {
    await writeWhile(temporary, chunks, readToEnd, createFileHere)
    await fs.rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined) // the first error is the one to tell
    throw translateWriteError(error, dirname(path))
  }
}

/** For content that nobody looks at while it is written. */
export async function readToEnd(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  while (!(await iterator.next()).done);
}

async function writeWhile<T>(
  path: string,
  chunks: Chunks,
  read: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
  createFile: CreateContentFile,
): Promise<{ written: WrittenFile; result: T }> {
  const file = await createFile(path)
  async function* onTheirWay(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      await file.write(chunk)
      yield chunk
    }
  }
  try {
    const result = await read(onTheirWay())
    return { result, written: await file.finish() }
  } catch (error) {
    await file.abandon().catch(() => undefined) // the first error is the one to tell
    throw error
  }
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

function translateReadError(error: unknown, sha256: string): unknown {
  if (codeOf(error) !== 'ENOENT') return error
  return new AppError('DatasetNotFound', `The content ${sha256} is gone`, {
    details: { id: sha256 },
    cause: error,
  })
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
