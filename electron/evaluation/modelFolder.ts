/** A small model of the user's on this computer: whether it is there, how a folder takes its place, and who has it open. */
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError, toAppError, type ErrorCode } from '../../shared/errors.ts'
import { openClassifier, type Classifier } from '../scoring/openClassifier.ts'
import { classifierFiles } from './toxicity/classifierFiles.ts'

/** It holds half a gigabyte: not kept when nobody asks. */
const idleMs = 60_000

export interface ModelFolderOptions {
  readonly directory: string
  readonly kind: 'classifier' | 'encoder'
  /** Of a folder that holds no such model. */
  readonly unusable: Extract<ErrorCode, 'ClassifierUnusable' | 'EncoderUnusable'>
  /** Asks it something, before it takes its place. @throws Error that says why it is another model */
  readonly tryOut: (model: Classifier) => Promise<void>
}

export interface ModelFolder {
  /** Null while it is not on this computer. */
  sizeBytes(): Promise<number | null>
  /** Null while it is not on this computer. @throws AppError as `unusable` says */
  use<T>(work: (model: Classifier) => Promise<T>): Promise<T | null>
  /** Moves a folder to its place. @param source what the user knows it as */
  install(folder: string, source: string): Promise<void>
  /** A folder that the user has; it stays as it is. @throws AppError as `unusable` says */
  importFolder(folder: string): Promise<void>
  remove(): Promise<void>
  close(): Promise<void>
}

export function createModelFolder(options: ModelFolderOptions): ModelFolder {
  const { directory, kind } = options
  let open: Promise<Classifier> | null = null
  let idle: NodeJS.Timeout | undefined

  const unusable = (folder: string, reason: unknown) =>
    new AppError(options.unusable, `${folder} holds no usable ${kind}`, {
      details: { path: folder, reason: reason instanceof Error ? reason.message : String(reason) },
      cause: reason,
    })

  async function closeOpen(): Promise<void> {
    clearTimeout(idle)
    const closing = open
    open = null
    await closing?.then(
      (model) => model.close(),
      () => undefined,
    )
  }

  async function sizeBytes(): Promise<number | null> {
    const sizes = await Promise.all(
      classifierFiles.map((name) =>
        stat(path.join(directory, name)).then(
          ({ size }) => size,
          () => null,
        ),
      ),
    )
    return sizes.reduce<number | null>(
      (sum, size) => (sum === null || size === null ? null : sum + size),
      0,
    )
  }

  async function install(folder: string, source: string): Promise<void> {
    const trial = await openClassifier(folder, kind).catch((error: unknown) => {
      throw unusable(source, error)
    })
    try {
      await options.tryOut(trial)
    } catch (error) {
      throw unusable(source, error)
    } finally {
      await trial.close()
    }
    await closeOpen()
    await rm(directory, { recursive: true, force: true })
    await rename(folder, directory)
  }

  return {
    sizeBytes,
    async use(work) {
      if ((await sizeBytes()) === null) return null
      clearTimeout(idle)
      open ??= openClassifier(directory, kind)
      try {
        return await work(await open)
      } catch (error) {
        open = null
        throw unusable(directory, error)
      } finally {
        idle = setTimeout(() => void closeOpen(), idleMs)
        idle.unref()
      }
    },
    install,
    async importFolder(folder) {
      const copy = `${directory}.import`
      await rm(copy, { recursive: true, force: true })
      try {
        await mkdir(copy, { recursive: true })
        for (const name of classifierFiles)
          await cp(path.join(folder, name), path.join(copy, name)).catch((error: unknown) => {
            throw isMissing(error) ? unusable(folder, `${name} is missing`) : toAppError(error)
          })
        await install(copy, folder)
      } finally {
        await rm(copy, { recursive: true, force: true })
      }
    },
    async remove() {
      await closeOpen()
      await rm(directory, { recursive: true, force: true })
    },
    close: closeOpen,
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
