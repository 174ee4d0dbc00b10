/** Detoxify's `unbiased` classifier on this computer: whether it is there, how it comes here, and what it says. */
import { AppError } from '../../../shared/errors.ts'
import {
  toxicityLabels,
  type ToxicityDetector,
  type ToxicityScores,
} from '../../../shared/toxicity.ts'
import type { HubAddress } from '../../baseModels/huggingFace/hubFetch.ts'
import { createModelFolder } from '../modelFolder.ts'
import { downloadClassifier, type ClassifierProgress } from './downloadClassifier.ts'

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
  const model = createModelFolder({
    directory,
    kind: 'classifier',
    unusable: 'ClassifierUnusable',
    tryOut: async (classifier) => void toToxicityScores(await classifier.classify('Hello.')),
  })
  let downloading: AbortController | null = null

  return {
    sizeBytes: () => model.sizeBytes(),
    detector: async () => ((await model.sizeBytes()) === null ? 'wordList' : 'detoxify'),
    judge: (texts) =>
      model.use(async (classifier) => {
        const scores: ToxicityScores[] = []
        for (const text of texts) scores.push(toToxicityScores(await classifier.classify(text)))
        return scores
      }),
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
        await model.install(folder, folder)
      } finally {
        downloading = null
        options.onProgress(null)
      }
    },
    cancelDownload: () => downloading?.abort(),
    importFolder: (folder) => model.importFolder(folder),
    remove: () => model.remove(),
    async close() {
      downloading?.abort()
      await model.close()
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
