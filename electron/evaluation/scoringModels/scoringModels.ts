/** The models that score answers, by name: one classifier and one encoder, each in a folder of its own. */
import path from 'node:path'
import {
  scoringModelNames,
  type ScoringModelName,
  type ScoringModelProgress,
  type ScoringModelState,
} from '../../../shared/scoringModel.ts'
import type { HubAddress } from '../../baseModels/huggingFace/hubFetch.ts'
import type { BinMark } from '../binMark.ts'
import { createBertScorer, type BertScorer } from './bertScorer.ts'
import type { ScoringModel, ScoringModelOptions } from './scoringModelFolder.ts'
import { createToxicityClassifier, type ToxicityClassifier } from './toxicityClassifier.ts'

export interface ScoringModelsOptions {
  /** Each model has its folder in it. */
  readonly directory: string
  readonly address: () => Promise<HubAddress>
  readonly onProgress: (progress: ScoringModelProgress) => void
  readonly bin: (name: ScoringModelName) => BinMark
  /** Whether a report is being made. */
  readonly isInUse: () => boolean
}

export interface ScoringModels {
  readonly toxicityClassifier: ToxicityClassifier
  readonly bertScorer: BertScorer
  of(name: ScoringModelName): ScoringModel
  list(): Promise<ScoringModelState[]>
  /** What downloads that broke off have left. @throws AppError HubDownloadBusy */
  clearDownloads(): Promise<void>
  close(): Promise<void>
}

/** Of each model, within the folder of all. */
export const scoringModelFolders: Readonly<Record<ScoringModelName, string>> = {
  toxicityClassifier: 'detoxify-unbiased',
  encoder: 'encoder',
}

export function createScoringModels(options: ScoringModelsOptions): ScoringModels {
  const optionsOf = (name: ScoringModelName): ScoringModelOptions => ({
    directory: path.join(options.directory, scoringModelFolders[name]),
    address: options.address,
    onProgress: (progress) => options.onProgress({ name, progress }),
    bin: options.bin(name),
    isInUse: options.isInUse,
  })
  const toxicityClassifier = createToxicityClassifier(optionsOf('toxicityClassifier'))
  const bertScorer = createBertScorer(optionsOf('encoder'))
  const all: Readonly<Record<ScoringModelName, ScoringModel>> = {
    toxicityClassifier,
    encoder: bertScorer,
  }
  return {
    toxicityClassifier,
    bertScorer,
    of: (name) => all[name],
    list: () =>
      Promise.all(
        scoringModelNames.map(async (name) => ({ name, sizeBytes: await all[name].sizeBytes() })),
      ),
    async clearDownloads() {
      for (const name of scoringModelNames) await all[name].clearDownload()
    },
    async close() {
      for (const name of scoringModelNames) await all[name].close()
    },
  }
}
