/** Reads what a notebook is written from: the database, the job, and what its model is served with. */
import { AppError } from '../../shared/errors.ts'
import type { Candidate } from '../../shared/model.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import { schedulerRoleArn } from '../aws/endpointSchedules.ts'
import { jobRequestOf } from '../aws/trainingRequest.ts'
import type { Connection } from '../aws/workspace.ts'
import { getCandidate } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'
import { getModel, getVersion } from '../db/models.ts'
import { hostingOf, type HostingFacts } from '../endpoints/hosting.ts'
import { artifactOf } from '../endpoints/trainedModel.ts'
import { servedSide } from '../inference/speakers.ts'
import type { NotebookFacts, NotebookServing } from './notebookFacts.ts'

export interface NotebookSources extends HostingFacts {
  readonly db: ReadableDb
}

/** @throws AppError CandidateNotFound, CandidateNotReady, NotFound where AWS keeps the job no more */
export async function notebookFactsOf(
  sources: NotebookSources,
  candidateId: string,
): Promise<NotebookFacts> {
  const candidate = getCandidate(sources.db, candidateId)
  artifactOf(candidate)
  const version = getVersion(sources.db, candidate.versionId)
  const connection = await sources.connect(version.workspaceId)
  const { way } = readBaseModelId(candidate.baseModelId)
  return {
    title: `${getModel(sources.db, version.modelId).name} V${version.number}`,
    baseModelName: candidate.baseModelName,
    region: connection.region,
    isLocal: connection.kind === 'local',
    candidateId,
    datasetName: version.datasetName,
    datasetSha256: version.datasetSha256,
    way,
    request: await jobRequestOf(connection.clients, way, candidate.trainingJobName),
    promptTemplate: candidate.promptTemplate.prompt,
    serving: await servingOf(sources, candidate, version.workspaceId, connection),
    partition: connection.partition,
  }
}

async function servingOf(
  sources: NotebookSources,
  candidate: Candidate,
  workspaceId: string,
  connection: Connection,
): Promise<NotebookServing> {
  if (readBaseModelId(candidate.baseModelId).way === 'bedrock')
    return servedSide(sources, 'tuned', candidate, workspaceId).then(
      () => ({ kind: 'bedrockOnDemand' }),
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'ThroughputOnly')
          return { kind: 'bedrockThroughput' }
        throw error
      },
    )
  const { image, environment, instanceType } = await hostingOf(sources, candidate, workspaceId)
  return {
    kind: 'endpoint',
    image,
    environment,
    instanceType,
    schedulerRoleArn: schedulerRoleArn(connection),
  }
}
