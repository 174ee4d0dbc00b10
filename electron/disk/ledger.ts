/** The list of what takes space: read anew each time, since trainings and downloads change it all the while. */
import { statfs } from 'node:fs/promises'
import {
  binDays,
  type BinEntry,
  type DiskItem,
  type DiskItemRef,
  type DiskLedger,
} from '../../shared/diskLedger.ts'
import { isTerminal, type Candidate } from '../../shared/model.ts'
import { engineModelsBucket } from '../aws/hub.ts'
import { listStoredObjects, type StoredObjectFacts } from '../aws/s3.ts'
import type { Connection } from '../aws/workspace.ts'
import { findBaseModel } from '../db/baseModels.ts'
import { isInBin, listBinRecords } from '../db/bin.ts'
import { listOpenCandidates } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'
import { isDatasetInTraining, listAllDatasets, listDatasets } from '../db/datasets.ts'
import { listModels, listVersionContent } from '../db/models.ts'
import type { Dataset } from '../../shared/dataset.ts'
import { builtInSetNames } from '../../shared/evaluationSets.ts'
import { scoringModelNames, scoringModelTitles } from '../../shared/scoringModel.ts'
import { checkpointUri } from '../training/startVersion.ts'
import { evaluationSetFile } from '../evaluation/builtInSets.ts'
import { scoringModelFolders } from '../evaluation/scoringModels/scoringModels.ts'
import { fileSizes, sizeBelow } from './folderSizes.ts'
import { settledCopies, sizeOfObjects } from './storedObjects.ts'

export interface LedgerSources {
  readonly db: ReadableDb
  readonly directory: string
  /** Null while the engine is off. */
  readonly connection: Connection | null
  readonly isEvaluating: boolean
  readonly nowMs: number
}

/** Where the caches lie in the data folder. */
const cacheFolders = {
  unpackedModels: ['engine/jobs/unpacked/'],
  downloads: [
    'models/downloads/',
    ...Object.values(scoringModelFolders).map((folder) => `classifiers/${folder}.download/`),
  ],
}
export const dayMs = 24 * 60 * 60 * 1000

export async function readLedger(sources: LedgerSources): Promise<DiskLedger> {
  const { db, directory, connection, nowMs } = sources
  const files = await fileSizes(directory)
  const objects = connection ? await listStoredObjects(connection.clients, connection.bucket) : []
  const baseModelFiles = connection
    ? await listStoredObjects(connection.clients, engineModelsBucket)
    : []
  const items = [
    ...datasetItems(db, files),
    ...evaluationItems(sources, files),
    ...(connection
      ? [...baseModelItems(db, baseModelFiles), ...modelItems(db, objects, connection)]
      : []),
  ]
  const isQuiet = listOpenCandidates(db).length === 0
  const caches = [
    ...Object.entries(cacheFolders).map(([cache, folders]) => ({
      cache: cache as keyof typeof cacheFolders, // the keys of a literal
      sizeBytes: folders.reduce((sum, folder) => sum + sizeBelow(files, folder), 0),
    })),
    {
      cache: 'trainingCopies' as const,
      sizeBytes: isQuiet ? sizeOfObjects(settledCopies(objects, nowMs)) : 0,
    },
  ]
  const bin = listBinRecords(db).map((record): BinEntry => ({
    ...record,
    eraseAtMs: record.deletedAtMs + binDays * dayMs,
  }))
  const totalBytes = sizeBelow(files, '')
  const told =
    items.reduce((sum, item) => sum + countedBytes(item), 0) +
    caches.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) +
    bin.reduce((sum, { freesBytes }) => sum + freesBytes, 0)
  const { bavail, bsize } = await statfs(directory)
  return {
    directory,
    totalBytes,
    freeBytes: bavail * bsize,
    isComplete: connection !== null,
    items,
    caches,
    otherBytes: Math.max(0, totalBytes - told),
    bin,
  }
}

/** A model's size is its candidates'; what comes with the program lies elsewhere. */
function countedBytes({ kind, held, freesBytes }: DiskItem): number {
  return kind === 'model' || held === 'bundled' ? 0 : freesBytes
}

/** Its content as it stands, as it came, and before each fix. */
function contentOf(dataset: Dataset): string[] {
  const { contentSha256, originalSha256, appliedFixes } = dataset
  const fixes = appliedFixes.flatMap(({ contentBefore, contentAfter }) => [
    contentBefore,
    contentAfter,
  ])
  return [...new Set([contentSha256, originalSha256, ...fixes])]
}

function datasetItems(db: ReadableDb, files: ReadonlyMap<string, number>): DiskItem[] {
  const sizeOf = (hashes: readonly string[]) =>
    hashes.reduce((sum, sha256) => sum + (files.get(`content/${sha256}`) ?? 0), 0)
  const trainedOn = listVersionContent(db)
  const all = listAllDatasets(db)
  return listDatasets(db).map((dataset) => {
    const own = contentOf(dataset)
    const others = new Set(all.filter(({ id }) => id !== dataset.id).flatMap(contentOf))
    return {
      kind: 'dataset',
      id: dataset.id,
      name: dataset.name,
      detail: null,
      modelId: null,
      sizeBytes: sizeOf(own),
      freesBytes: sizeOf(own.filter((sha256) => !others.has(sha256) && !trainedOn.has(sha256))),
      held: isDatasetInTraining(db, dataset.id) ? 'training' : null,
    }
  })
}

/** What reports are made with. */
function evaluationItems(
  { db, isEvaluating }: LedgerSources,
  files: ReadonlyMap<string, number>,
): DiskItem[] {
  const found = [
    ...scoringModelNames.map((id) => ({
      kind: 'scoringModel' as const,
      id,
      name: scoringModelTitles[id],
      sizeBytes: sizeBelow(files, `classifiers/${scoringModelFolders[id]}/`),
    })),
    ...builtInSetNames.map((id) => ({
      kind: 'evaluationSet' as const,
      id,
      name: id,
      sizeBytes: files.get(`evaluation-sets/${evaluationSetFile(id)}`) ?? 0,
    })),
  ]
  return found
    .filter(({ kind, id, sizeBytes }) => sizeBytes > 0 && !isInBin(db, { kind, id }))
    .map((one) => ({
      ...one,
      detail: null,
      modelId: null,
      freesBytes: one.sizeBytes,
      held: isEvaluating ? 'evaluating' : null,
    }))
}

function baseModelItems(db: ReadableDb, files: readonly StoredObjectFacts[]): DiskItem[] {
  const inTraining = new Set(listOpenCandidates(db).map(({ baseModelId }) => baseModelId))
  const byId = Map.groupBy(files, ({ key }) => key.split('/')[0] ?? '')
  return [...byId].flatMap(([id, own]): DiskItem[] => {
    if (isInBin(db, { kind: 'baseModel', id })) return []
    const sizeBytes = sizeOfObjects(own)
    const model = findBaseModel(db, id)
    const held = !model?.isImported ? 'bundled' : inTraining.has(id) ? 'training' : null
    return [
      {
        kind: 'baseModel',
        id,
        name: model?.displayName ?? id,
        detail: null,
        modelId: null,
        sizeBytes,
        freesBytes: held === 'bundled' ? 0 : sizeBytes,
        held,
      },
    ]
  })
}

function modelItems(
  db: ReadableDb,
  objects: readonly StoredObjectFacts[],
  connection: Connection,
): DiskItem[] {
  const sizeOf = (uri: string) => {
    const prefix = uri.replace(`s3://${connection.bucket}/`, '')
    return sizeOfObjects(objects.filter(({ key }) => key.startsWith(prefix)))
  }
  return listModels(db).flatMap((model) => {
    const own = model.versions.flatMap((version) =>
      version.candidates.flatMap((candidate): DiskItem[] => {
        const facts = {
          id: candidate.id,
          detail: `V${version.number}`,
          modelId: model.id,
          held: isTerminal(candidate.status) ? null : ('training' as const),
        }
        const isAway = isInBin(db, { kind: 'checkpoint', id: candidate.id })
        const checkpoint = isAway ? 0 : sizeOf(checkpointUri(connection, candidate.id))
        const artifact = artifactBytes(candidate, sizeOf)
        const name = candidate.baseModelName
        const size = (sizeBytes: number) => ({ sizeBytes, freesBytes: sizeBytes })
        return [
          { ...facts, kind: 'candidate', name, ...size(artifact) },
          ...(checkpoint > 0
            ? [{ ...facts, kind: 'checkpoint' as const, name, ...size(checkpoint) }]
            : []),
        ]
      }),
    )
    const sizeBytes = own.reduce((sum, item) => sum + item.sizeBytes, 0)
    return [
      {
        kind: 'model',
        id: model.id,
        name: model.name,
        detail: null,
        modelId: model.id,
        sizeBytes,
        freesBytes: sizeBytes,
        // Its open trainings are stopped first.
        held: null,
      },
      ...own,
    ]
  })
}

function artifactBytes({ modelArtifactUri }: Candidate, sizeOf: (uri: string) => number): number {
  return modelArtifactUri === null ? 0 : sizeOf(modelArtifactUri)
}

/** @returns the item with what it is called and what it would free; undefined when there is none */
export function findItem(ledger: DiskLedger, { kind, id }: DiskItemRef): DiskItem | undefined {
  return ledger.items.find((item) => item.kind === kind && item.id === id)
}
