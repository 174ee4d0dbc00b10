/** Detoxify's `unbiased` classifier on this computer: whether it is there, how it comes here, and what it says. */
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError, toAppError } from '../../../shared/errors.ts'
import {
  toxicityLabels,
  type ToxicityDetector,
  type ToxicityScores,
} from '../../../shared/toxicity.ts'
import type { HubAddress } from '../../baseModels/huggingFace/hubFetch.ts'
import { openClassifier, type Classifier } from '../../scoring/openClassifier.ts'
import { classifierFiles } from './classifierFiles.ts'
import { downloadClassifier, type ClassifierProgress } from './downloadClassifier.ts'

/** It holds half a gigabyte: not kept when nobody asks. */
const idleMs = 60_000

export interface ToxicityClassifierOptions {
  readonly directory: string
  readonly address: () => Promise<HubAddress>
  /** Null once it has ended. */
  readonly onProgress: (progress: ClassifierProgress | null) => void
}

export interface ToxicityClassifier {
  /** Null while it is not on this computer. */
  sizeBytes(): Promise<number | null>
  detector(): Promise<ToxicityDetector>
  /** Null while it is not on this computer. @throws AppError ClassifierUnusable */
  judge(texts: readonly string[]): Promise<ToxicityScores[] | null>
  /** @throws AppError of the Hub's downloads, ClassifierUnusable */
  download(): Promise<void>
  cancelDownload(): void
  /** A folder that the user has. @throws AppError ClassifierUnusable */
  importFolder(folder: string): Promise<void>
  remove(): Promise<void>
  close(): Promise<void>
}

export function createToxicityClassifier(options: ToxicityClassifierOptions): ToxicityClassifier {
  const { directory } = options
  let open: Promise<Classifier> | null = null
  let idle: NodeJS.Timeout | undefined
  let downloading: AbortController | null = null

  const unusable = (folder: string, reason: unknown) =>
    new AppError('ClassifierUnusable', `${folder} holds no usable classifier`, {
      details: { path: folder, reason: reason instanceof Error ? reason.message : String(reason) },
      cause: reason,
    })

  async function closeOpen(): Promise<void> {
    clearTimeout(idle)
    const closing = open
    open = null
    await closing?.then(
      (classifier) => classifier.close(),
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

  /** Loads it and asks it something before it takes its place. */
  async function install(folder: string, source: string): Promise<void> {
    const trial = await openClassifier(folder).catch((error: unknown) => {
      throw unusable(source, error)
    })
    try {
      toToxicityScores(await trial.classify('Hello.'))
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
    detector: async () => ((await sizeBytes()) === null ? 'wordList' : 'detoxify'),
    async judge(texts) {
      if ((await sizeBytes()) === null) return null
      clearTimeout(idle)
      open ??= openClassifier(directory)
      try {
        const classifier = await open
        const scores: ToxicityScores[] = []
        for (const text of texts) scores.push(toToxicityScores(await classifier.classify(text)))
        return scores
      } catch (error) {
        open = null
        throw unusable(directory, error)
      } finally {
        idle = setTimeout(() => void closeOpen(), idleMs)
        idle.unref()
      }
    },
    async download() {
      if (downloading) throw new AppError('HubDownloadBusy', 'The classifier is being downloaded')
      downloading = new AbortController()
      try {
        const folder = `${directory}.download`
        await downloadClassifier(folder, {
          address: await options.address(),
          signal: downloading.signal,
          onProgress: options.onProgress,
        })
        await install(folder, folder)
      } finally {
        downloading = null
        options.onProgress(null)
      }
    },
    cancelDownload: () => downloading?.abort(),
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
    async close() {
      downloading?.abort()
      await closeOpen()
    },
  }
}

/** @throws Error when a label is missing: it is another model then */
function toToxicityScores(scores: Readonly<Record<string, number>>): ToxicityScores {
  const entries = toxicityLabels.map((label) => {
    const score = scores[label]
    if (score === undefined) throw new Error(`it has no label "${label}"`)
    return [label, score] as const
  })
  return Object.fromEntries(entries) as ToxicityScores // every label is in it
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
