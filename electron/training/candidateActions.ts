/** What an analyst does with versions and candidates once the settings are chosen. */
import { AppError } from '../../shared/errors.ts'
import {
  isTerminal,
  modelNameSchema,
  type FineTuneRequest,
  type Model,
  type ModelVersion,
} from '../../shared/model.ts'
import type { CandidateEstimate, RunEstimate } from '../../shared/runEstimate.ts'
import type { Connection } from '../aws/workspace.ts'
import { getCandidate, moveToFrontOfQueue, updateCandidate } from '../db/candidates.ts'
import { transact, type ReadableDb, type WritableDb } from '../db/database.ts'
import { insertEvent } from '../db/events.ts'
import { getVersion, listModels, renameModel, setChosenCandidate } from '../db/models.ts'
import { continueCandidate } from './continueCandidate.ts'
import { estimateVersion } from './estimateVersion.ts'
import { startVersion, type StartVersionOptions } from './startVersion.ts'
import type { TrainingWatch } from './watchTraining.ts'
import { wayOf } from './ways/ways.ts'

export interface CandidateActions {
  /** @throws AppError as training/startVersion.ts says, and DatasetNotFound for a state that no version was trained on */
  startVersion(request: FineTuneRequest): Promise<ModelVersion>
  /** What each run would take. @throws AppError as startVersion does */
  estimateVersion(request: FineTuneRequest): Promise<CandidateEstimate[]>
  /** A stopped one can go on later. */
  stopCandidate(candidateId: string): Promise<void>
  /** @throws AppError CandidateNotReady unless it was stopped */
  continueCandidate(candidateId: string): Promise<void>
  trainNext(candidateId: string): void
  chooseCandidate(versionId: string, candidateId: string | null): ModelVersion
  /** Also while it trains: jobs and endpoints keep the names that they have. @throws AppError NameInvalid, NameTaken, ModelNotFound */
  renameModel(id: string, name: string): Model
}

export interface CandidateActionsOptions {
  readonly db: WritableDb
  readonly training: StartVersionOptions
  readonly keepEstimate: (runKey: string, estimate: RunEstimate) => void
  readonly watch: TrainingWatch
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly onChanged: (version: ModelVersion) => void
  readonly onRenamed: (model: Model) => void
  readonly now: () => number
}

export function createCandidateActions(options: CandidateActionsOptions): CandidateActions {
  const { db, training, watch, onChanged, now } = options
  return {
    async startVersion(request) {
      requireKnownState(db, request)
      const version = await startVersion(training, request)
      onChanged(version)
      watch.expect(version.candidates)
      void watch.check()
      return version
    },
    estimateVersion: (request) => estimateVersion(training, request, options.keepEstimate),
    async stopCandidate(candidateId) {
      const candidate = getCandidate(db, candidateId)
      const connection = await options.connect(getVersion(db, candidate.versionId).workspaceId)
      await wayOf(candidate)
        .stop(connection, candidate)
        .catch((error: unknown) => {
          // Still queued here: there is no job to stop, and none is made any more.
          const hasNoJob = error instanceof AppError && error.code === 'NotFound'
          if (!hasNoJob || candidate.status !== 'Queued') throw error
        })
      transact(db, () => {
        const { status } = getCandidate(db, candidateId)
        if (isTerminal(status)) return
        insertEvent(db, { candidateId, kind: 'stop-requested', details: {}, atMs: now() })
        updateCandidate(
          db,
          candidateId,
          status === 'Queued' ? { status: 'Stopped', endedAtMs: now() } : { status: 'Stopping' },
        )
      })
      onChanged(getVersion(db, candidate.versionId))
      await watch.check()
    },
    async continueCandidate(candidateId) {
      const version = continueCandidate(db, candidateId, now())
      onChanged(version)
      watch.expect(version.candidates.filter(({ id }) => id === candidateId))
      await watch.check()
    },
    trainNext(candidateId) {
      const { versionId } = getCandidate(db, candidateId)
      moveToFrontOfQueue(db, candidateId)
      onChanged(getVersion(db, versionId))
      void watch.check()
    },
    chooseCandidate(versionId, candidateId) {
      const version = setChosenCandidate(db, versionId, candidateId)
      onChanged(version)
      return version
    },
    renameModel(id, wanted) {
      const name = modelNameSchema.safeParse(wanted)
      if (!name.success)
        throw new AppError('NameInvalid', `A model can't be named ${wanted}`, {
          details: { name: wanted },
        })
      const model = renameModel(db, id, name.data)
      options.onRenamed(model)
      return model
    },
  }
}

/** Content is named by its hash alone, so only a state that a version was trained on may be asked for. */
function requireKnownState(db: ReadableDb, { datasetId, datasetSha256 }: FineTuneRequest): void {
  if (datasetSha256 === undefined) return
  const isKnown = listModels(db).some(({ versions }) =>
    versions.some(
      (version) => version.datasetId === datasetId && version.datasetSha256 === datasetSha256,
    ),
  )
  if (!isKnown)
    throw new AppError('DatasetNotFound', 'No version was trained on this state', {
      details: { id: datasetId },
    })
}
