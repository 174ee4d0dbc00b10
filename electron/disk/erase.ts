/** Erasing for good: the bytes in the engine's keeping first, then the rows that tell of them. */
import { AppError } from '../../shared/errors.ts'
import type { Endpoint } from '../../shared/endpoint.ts'
import { isTerminal, type Candidate } from '../../shared/model.ts'
import type { DiskItemRef } from '../../shared/diskLedger.ts'
import { builtInSetNameSchema, type BuiltInSetName } from '../../shared/evaluationSets.ts'
import { scoringModelNameSchema, type ScoringModelName } from '../../shared/scoringModel.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { deleteHubModel } from '../aws/hubImport.ts'
import { deletePrefix } from '../aws/modelExport.ts'
import { deleteObject } from '../aws/s3.ts'
import { wayOf } from '../training/ways/ways.ts'
import type { Connection } from '../aws/workspace.ts'
import { deleteCandidate, findCandidate, listAllCandidates } from '../db/candidates.ts'
import { removeBinRecord } from '../db/bin.ts'
import { transact, type WritableDb } from '../db/database.ts'
import { findDataset } from '../db/datasets.ts'
import { deleteEmptyVersions, getVersion, listCandidateIdsOfModel } from '../db/models.ts'
import { checkpointUri } from '../training/startVersion.ts'

export interface EraseOptions {
  readonly db: WritableDb
  /** @throws AppError EngineUnavailable, or what a workspace at AWS lacks */
  readonly connect: (workspaceId: string) => Promise<Connection>
  /** @throws AppError DatasetInUse */
  readonly deleteDataset: (id: string) => Promise<void>
  readonly stopEvaluations: (candidateId: string) => Promise<void>
  readonly forgetBaseModel: (id: string) => void
  readonly eraseScoringModel: (name: ScoringModelName) => Promise<void>
  readonly eraseEvaluationSet: (name: BuiltInSetName) => Promise<void>
  /** @throws AppError ModelDeployed when an application's endpoint answers with the model at this address */
  readonly requireNotDeployed: (modelUri: string) => void
  /** Those that answer with the model at this address, or of them those for this purpose; until they are gone. */
  readonly removeEndpoints: (modelUri: string, purpose?: Endpoint['purpose']) => Promise<void>
}

/** What is gone already is no error. @throws AppError EngineUnavailable, DatasetInUse, ModelDeployed */
export async function eraseItem(options: EraseOptions, { kind, id }: DiskItemRef): Promise<void> {
  const { db } = options
  switch (kind) {
    case 'dataset':
      if (findDataset(db, id)) await options.deleteDataset(id)
      break
    case 'baseModel':
      await eraseBaseModel(options, id)
      break
    case 'checkpoint': {
      const candidate = findCandidate(db, id)
      if (candidate) await eraseCheckpoint(await connectFor(options, candidate), id)
      break
    }
    case 'candidate':
      await eraseCandidates(options, [id])
      break
    case 'model':
      await eraseCandidates(options, listCandidateIdsOfModel(db, id))
      break
    case 'scoringModel':
      await options.eraseScoringModel(scoringModelNameSchema.parse(id))
      break
    case 'evaluationSet':
      await options.eraseEvaluationSet(builtInSetNameSchema.parse(id))
  }
  removeBinRecord(db, { kind, id })
}

async function eraseBaseModel(
  { connect, forgetBaseModel }: EraseOptions,
  id: string,
): Promise<void> {
  const { clients } = await connect(localWorkspaceId)
  await deleteHubModel(clients, id).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'NotFound') throw error
  })
  forgetBaseModel(id)
}

async function eraseCandidates(options: EraseOptions, ids: readonly string[]): Promise<void> {
  const { db } = options
  const candidates = ids.flatMap((id) => findCandidate(db, id) ?? [])
  // Of all before the first is touched.
  for (const { modelArtifactUri } of candidates)
    if (modelArtifactUri !== null) options.requireNotDeployed(modelArtifactUri)
  for (const { id } of candidates) await options.stopEvaluations(id)
  for (const candidate of candidates) if (hasFiles(candidate)) await eraseFiles(options, candidate)
  transact(db, () => {
    for (const { id } of candidates) {
      deleteCandidate(db, id)
      for (const kind of ['candidate', 'checkpoint'] as const) removeBinRecord(db, { kind, id })
    }
    deleteEmptyVersions(db)
  })
}

/** One that failed, or never got a job, left nothing with the engine. */
function hasFiles({ status, modelArtifactUri }: Candidate): boolean {
  return !isTerminal(status) || status === 'Stopped' || modelArtifactUri !== null
}

/** Where its version was trained. */
function connectFor({ db, connect }: EraseOptions, { versionId }: Candidate): Promise<Connection> {
  return connect(getVersion(db, versionId).workspaceId)
}

async function eraseCheckpoint(connection: Connection, candidateId: string): Promise<void> {
  await deletePrefix(connection.clients, checkpointUri(connection, candidateId))
}

async function eraseFiles(options: EraseOptions, candidate: Candidate): Promise<void> {
  const connection = await connectFor(options, candidate)
  const { clients } = connection
  if (!isTerminal(candidate.status))
    await wayOf(candidate)
      .stop(connection, candidate)
      .catch((error: unknown) => {
        // Its job was never made, or the engine lost it: nothing is left to stop.
        if (!(error instanceof AppError) || error.code !== 'NotFound') throw error
      })
  // Bedrock's models are no objects: they stay in its own list.
  if (candidate.modelArtifactUri?.startsWith('s3://')) {
    await options.removeEndpoints(candidate.modelArtifactUri, 'test')
    await deleteObject(clients, candidate.modelArtifactUri)
  }
  await eraseCheckpoint(connection, candidate.id)
}

/** Takes away the endpoints of tuned models, and with them what the engine unpacked; a question makes them again. */
export async function closeTestEndpoints({
  db,
  removeEndpoints,
}: Pick<EraseOptions, 'db' | 'removeEndpoints'>): Promise<void> {
  for (const { modelArtifactUri, versionId } of listAllCandidates(db)) {
    const isHere = getVersion(db, versionId).workspaceId === localWorkspaceId
    if (isHere && modelArtifactUri !== null) await removeEndpoints(modelArtifactUri, 'test')
  }
}
