/** What takes space on the disk, and the bin: deleting hides, restoring shows again, and only erasing takes away. */
import {
  binDays,
  type DiskCache,
  type DiskItemRef,
  type DiskLedger,
} from '../../shared/diskLedger.ts'
import { AppError } from '../../shared/errors.ts'
import { isTerminal } from '../../shared/model.ts'
import type { ModelDeletion } from '../../shared/modelDeletion.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { deleteObject, listStoredObjects } from '../aws/s3.ts'
import type { Connection } from '../aws/workspace.ts'
import { insertBinRecord, isInBin, listBinRecords, removeBinRecord } from '../db/bin.ts'
import { listOpenCandidates } from '../db/candidates.ts'
import { getModel } from '../db/models.ts'
import { closeTestEndpoints, eraseItem, type EraseOptions } from './erase.ts'
import { dayMs, findItem, readLedger } from './ledger.ts'
import { describeModelDeletion } from './modelDeletion.ts'
import { settledCopies } from './storedObjects.ts'

export interface DiskOptions extends EraseOptions {
  /** The data folder. */
  readonly directory: string
  readonly isEngineRunning: () => boolean
  /** Brings the database's copy of the hub's list up to date. */
  readonly readBaseModels: () => Promise<unknown>
  readonly isEvaluating: () => boolean
  readonly stopCandidate: (id: string) => Promise<void>
  /** @throws AppError HubDownloadBusy */
  readonly clearDownloads: () => Promise<void>
  /** Endpoints that applications ask, by the address of the model that answers. */
  readonly deployedNames: (modelUri: string) => readonly string[]
  readonly now: () => number
}

export interface DiskService {
  describe(): Promise<DiskLedger>
  /** What `delete` would take away of a model, and what it leaves. @throws AppError ModelNotFound */
  describeDeletion(modelId: string): Promise<ModelDeletion>
  /** Into the bin. @throws AppError NotFound, DatasetInUse, BaseModelInUse, CandidateInTraining, EvaluationRunning, EngineUnavailable */
  delete(ref: DiskItemRef): Promise<DiskLedger>
  /** @throws AppError NotInBin */
  restore(ref: DiskItemRef): Promise<DiskLedger>
  /** For good. @throws AppError NotInBin, EngineUnavailable, DatasetInUse */
  erase(ref: DiskItemRef): Promise<DiskLedger>
  emptyBin(): Promise<DiskLedger>
  /** @throws AppError HubDownloadBusy, EngineUnavailable */
  clear(cache: DiskCache): Promise<DiskLedger>
  /** Erases what has been in the bin for longer than binDays; what can't be erased now waits for the next time. */
  eraseExpired(): Promise<void>
}

export function createDiskService(options: DiskOptions): DiskService {
  const { db, directory, now } = options

  async function describe(): Promise<DiskLedger> {
    const connection = options.isEngineRunning() ? await options.connect(localWorkspaceId) : null
    if (connection) await options.readBaseModels()
    return readLedger({
      db,
      directory,
      connection,
      isEvaluating: options.isEvaluating(),
      nowMs: now(),
    })
  }

  async function moveToBin(ref: DiskItemRef): Promise<DiskLedger> {
    const ledger = await describe()
    const item = findItem(ledger, ref)
    if (!item) {
      if (!ledger.isComplete && !isToldWithoutEngine(ref)) await options.connect(localWorkspaceId)
      throw new AppError('NotFound', `There is no ${ref.kind} ${ref.id}`, {
        details: { id: ref.id },
      })
    }
    const { kind, id, name, detail, freesBytes } = item
    if (item.held !== null) throw heldError(ref, name)
    if (kind === 'candidate') await options.stopEvaluations(id)
    if (kind === 'model') await stopWork(id)
    insertBinRecord(db, { kind, id, name, detail, freesBytes, deletedAtMs: now() })
    return describe()
  }

  async function stopWork(modelId: string): Promise<void> {
    const candidates = getModel(db, modelId).versions.flatMap((version) => version.candidates)
    for (const { id, status } of candidates) {
      await options.stopEvaluations(id)
      if (!isTerminal(status)) await options.stopCandidate(id)
    }
  }

  function requireInBin(ref: DiskItemRef): void {
    if (!isInBin(db, ref)) throw new AppError('NotInBin', `${ref.kind} ${ref.id} is not in the bin`)
  }

  async function clearTrainingCopies(): Promise<void> {
    // A job that waits has not read its data yet.
    if (listOpenCandidates(db).length > 0) return
    const { clients, bucket }: Connection = await options.connect(localWorkspaceId)
    for (const { key } of settledCopies(await listStoredObjects(clients, bucket), now()))
      await deleteObject(clients, `s3://${bucket}/${key}`)
  }

  return {
    describe,
    describeDeletion: async (modelId) =>
      describeModelDeletion(db, modelId, await describe(), options.deployedNames),
    delete: moveToBin,
    async restore(ref) {
      if (!removeBinRecord(db, ref)) requireInBin(ref)
      return describe()
    },
    async erase(ref) {
      requireInBin(ref)
      await eraseItem(options, ref)
      return describe()
    },
    async emptyBin() {
      let refusal: unknown = null
      for (const record of listBinRecords(db))
        await eraseItem(options, record).catch((error: unknown) => (refusal ??= error))
      // One that is in use keeps none of the others.
      if (refusal !== null) throw refusal
      return describe()
    },
    async clear(cache) {
      if (cache === 'downloads') await options.clearDownloads()
      else if (cache === 'unpackedModels') await closeTestEndpoints(options)
      else await clearTrainingCopies()
      return describe()
    },
    async eraseExpired() {
      for (const record of listBinRecords(db)) {
        if (now() - record.deletedAtMs < binDays * dayMs) continue
        await eraseItem(options, record).catch((error: unknown) => {
          console.error(`${record.kind} ${record.id} could not be erased:`, error)
        })
      }
    },
  }
}

/** What the engine has no part in. */
function isToldWithoutEngine({ kind }: DiskItemRef): boolean {
  return kind === 'dataset' || kind === 'scoringModel' || kind === 'evaluationSet'
}

function heldError({ kind, id }: DiskItemRef, name: string): AppError {
  switch (kind) {
    case 'dataset':
      return new AppError('DatasetInUse', `${name} is being trained on`, { details: { name } })
    case 'baseModel':
      return new AppError('BaseModelInUse', `${id} can't be deleted now`, { details: { id } })
    case 'model':
    case 'candidate':
    case 'checkpoint':
      return new AppError('CandidateInTraining', `${name} is being trained`, { details: { name } })
    case 'scoringModel':
    case 'evaluationSet':
      return new AppError('EvaluationRunning', `A report needs ${name}`, { details: { name } })
  }
}
