/** A scoring model on this computer: whether it is there, how it comes here and takes its place, and who has it open. */
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError, toAppError, type ErrorCode } from '../../../shared/errors.ts'
import type { HubAddress } from '../../baseModels/huggingFace/hubFetch.ts'
import { openClassifier, type Classifier } from '../../scoring/openClassifier.ts'
import type { BinMark } from '../binMark.ts'
import {
  downloadScoringModel,
  scoringModelFiles,
  type ReceivedBytes,
  type ScoringModelSource,
} from './downloadScoringModel.ts'

/** It holds half a gigabyte: not kept when nobody asks. */
const idleMs = 60_000

export interface ScoringModelOptions {
  readonly directory: string
  readonly address: () => Promise<HubAddress>
  /** Of a download; null once it has ended. */
  readonly onProgress: (progress: ReceivedBytes | null) => void
  readonly bin: BinMark
  /** Whether a report is being made: its answers are all scored by one model. */
  readonly isInUse: () => boolean
}

interface ScoringModelFolderOptions extends ScoringModelOptions {
  readonly kind: 'classifier' | 'encoder'
  readonly source: ScoringModelSource
  /** Of a folder that holds no such model. */
  readonly unusable: Extract<ErrorCode, 'ClassifierUnusable' | 'EncoderUnusable'>
  /** Asks it something, before it takes its place. @throws Error that says why it is another model */
  readonly tryOut: (model: Classifier) => Promise<void>
}

export interface ScoringModel {
  /** Null while it is not on this computer. */
  sizeBytes(): Promise<number | null>
  /** @throws AppError of the Hub's downloads, HubDownloadBusy, ClassifierUnusable, EncoderUnusable */
  download(): Promise<void>
  cancelDownload(): void
  /** A folder that the user has; it stays as it is. @throws AppError ClassifierUnusable, EncoderUnusable, EvaluationRunning */
  importFolder(folder: string): Promise<void>
  /** For good. */
  erase(): Promise<void>
  /** What a download that broke off has left. @throws AppError HubDownloadBusy */
  clearDownload(): Promise<void>
  close(): Promise<void>
}

export interface ScoringModelFolder extends ScoringModel {
  /** Null while it is not on this computer. @throws AppError as `unusable` says */
  use<T>(work: (model: Classifier) => Promise<T>): Promise<T | null>
}

export function createScoringModelFolder(options: ScoringModelFolderOptions): ScoringModelFolder {
  const { directory, kind, bin } = options
  const downloadFolder = `${directory}.download`
  let downloading: AbortController | null = null
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
    if (bin.isInBin()) return null
    const sizes = await Promise.all(
      scoringModelFiles.map((name) =>
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

  /** Moves a folder to its place. @param source what the user knows it as */
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
    if ((await sizeBytes()) !== null && options.isInUse())
      throw new AppError('EvaluationRunning', `A report needs the ${kind}`, {
        details: { name: path.basename(directory) },
      })
    await closeOpen()
    await rm(directory, { recursive: true, force: true })
    await rename(folder, directory)
    bin.leave()
  }

  function requireNoDownload(): void {
    if (downloading) throw new AppError('HubDownloadBusy', `The ${kind} is being downloaded`)
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
    async download() {
      requireNoDownload()
      const current = new AbortController()
      downloading = current
      try {
        await downloadScoringModel(downloadFolder, options.source, {
          address: await options.address(),
          signal: current.signal,
          onProgress: options.onProgress,
          unusable: options.unusable,
        })
        await install(downloadFolder, options.source.repository)
      } finally {
        downloading = null
        options.onProgress(null)
      }
    },
    cancelDownload: () => downloading?.abort(),
    async clearDownload() {
      requireNoDownload()
      await rm(downloadFolder, { recursive: true, force: true })
    },
    async importFolder(folder) {
      const copy = `${directory}.import`
      await rm(copy, { recursive: true, force: true })
      try {
        await mkdir(copy, { recursive: true })
        for (const name of scoringModelFiles)
          await cp(path.join(folder, name), path.join(copy, name)).catch((error: unknown) => {
            throw isMissing(error) ? unusable(folder, `${name} is missing`) : toAppError(error)
          })
        await install(copy, folder)
      } finally {
        await rm(copy, { recursive: true, force: true })
      }
    },
    async erase() {
      await closeOpen()
      await rm(directory, { recursive: true, force: true })
    },
    async close() {
      downloading?.abort()
      await closeOpen()
    },
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
