/** Table candidates: rows <-> Candidate, and each candidate's place in its training log. */
import { z } from 'zod'
import { AppError, appErrorDataSchema } from '../../shared/errors.ts'
import {
  billedSchema,
  candidateProgressSchema,
  candidateSchema,
  candidateStatusSchema,
  type Candidate,
} from '../../shared/model.ts'
import { promptTemplateSchema } from '../../shared/promptTemplate.ts'
import { isInBin } from './bin.ts'
import { cloudChoiceSchema } from '../../shared/trainingWay.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface CandidateRecord {
  id: string
  version_id: string
  base_model_id: string
  base_model_name: string
  prompt_template: string
  hyperparameters: string
  training_job_name: string
  training_job_arn: string | null
  status: string
  secondary_status: string | null
  progress: string | null
  failure: string | null
  model_artifact_uri: string | null
  created_at_ms: number
  started_at_ms: number | null
  ended_at_ms: number | null
  training_seconds: number | null
  estimated_seconds: string | null
  cloud: string | null
  parameter_count: number | null
  billed: string | null
}

const INSERT_CANDIDATE = `
  INSERT INTO candidates (id, version_id, position, base_model_id, base_model_name, prompt_template, hyperparameters,
    training_job_name, training_job_arn, status, secondary_status, progress, failure, model_artifact_uri,
    created_at_ms, started_at_ms, ended_at_ms, training_seconds, estimated_seconds, cloud, parameter_count, billed)
  VALUES (@id, @version_id, @position, @base_model_id, @base_model_name, @prompt_template, @hyperparameters,
    @training_job_name, @training_job_arn, @status, @secondary_status, @progress, @failure, @model_artifact_uri,
    @created_at_ms, @started_at_ms, @ended_at_ms, @training_seconds, @estimated_seconds, @cloud, @parameter_count, @billed)`

const UPDATE_CANDIDATE = `
  UPDATE candidates SET training_job_name = @training_job_name, training_job_arn = @training_job_arn, status = @status,
    secondary_status = @secondary_status, progress = @progress, failure = @failure,
    model_artifact_uri = @model_artifact_uri, started_at_ms = @started_at_ms, ended_at_ms = @ended_at_ms,
    training_seconds = @training_seconds, estimated_seconds = @estimated_seconds, billed = @billed
  WHERE id = @id`

const SELECT_OPEN_CANDIDATES = `
  SELECT * FROM candidates WHERE status NOT IN ('Completed', 'Failed', 'Stopped')
  ORDER BY queue_rank, created_at_ms, version_id, position`

const SELECT_OPEN_CANDIDATES_IN = `
  SELECT candidates.* FROM candidates JOIN versions ON versions.id = version_id
  WHERE status NOT IN ('Completed', 'Failed', 'Stopped') AND workspace_id = ?
  ORDER BY queue_rank, candidates.created_at_ms, version_id, position`

const estimatedSecondsSchema = candidateSchema.shape.estimatedSeconds
const hyperparametersSchema = z.record(z.string(), z.string())

/** What can change after a candidate was made. */
export type CandidateChange = Partial<
  Pick<
    Candidate,
    | 'trainingJobName'
    | 'trainingJobArn'
    | 'status'
    | 'secondaryStatus'
    | 'progress'
    | 'failure'
    | 'modelArtifactUri'
    | 'startedAtMs'
    | 'endedAtMs'
    | 'trainingSeconds'
    | 'estimatedSeconds'
    | 'billed'
  >
>

/** `position` is its place among the version's candidates. Only `insertModelVersion` calls it. */
export function insertCandidate(db: WritableDb, candidate: Candidate, position: number): void {
  db.prepare(INSERT_CANDIDATE).run({ ...candidateToRow(candidate), position })
}

export function findCandidate(db: ReadableDb, id: string): Candidate | undefined {
  const row = db.prepare<[string], CandidateRecord>('SELECT * FROM candidates WHERE id = ?').get(id)
  return row && rowToCandidate(row)
}

/** @throws AppError CandidateNotFound */
export function getCandidate(db: ReadableDb, id: string): Candidate {
  const candidate = findCandidate(db, id)
  if (candidate) return candidate
  throw new AppError('CandidateNotFound', `There is no candidate ${id}`, { details: { id } })
}

export function findCandidateByJobName(db: ReadableDb, jobName: string): Candidate | undefined {
  const row = db
    .prepare<[string], CandidateRecord>('SELECT * FROM candidates WHERE training_job_name = ?')
    .get(jobName)
  return row && rowToCandidate(row)
}

/** In the order in which they were asked for, without those in the bin. */
export function listCandidatesOfVersion(db: ReadableDb, versionId: string): Candidate[] {
  return db
    .prepare<[string], CandidateRecord>(
      'SELECT * FROM candidates WHERE version_id = ? ORDER BY position',
    )
    .all(versionId)
    .map(rowToCandidate)
    .filter(({ id }) => !isInBin(db, { kind: 'candidate', id }))
}

/** Of every version, those in the bin included. */
export function listAllCandidates(db: ReadableDb): Candidate[] {
  return db
    .prepare<[], CandidateRecord>('SELECT * FROM candidates ORDER BY created_at_ms, position')
    .all()
    .map(rowToCandidate)
}

/** With its points, logs and reports. */
export function deleteCandidate(db: WritableDb, id: string): void {
  transact(db, () => db.prepare('DELETE FROM candidates WHERE id = ?').run(id))
}

/** Puts it before all others that wait. */
export function moveToFrontOfQueue(db: WritableDb, id: string): void {
  transact(db, () =>
    db
      .prepare(
        'UPDATE candidates SET queue_rank = (SELECT min(queue_rank) - 1 FROM candidates) WHERE id = ?',
      )
      .run(id),
  )
}

/** Those that have not ended, in the order of the queue: what has to be watched after a restart. */
export function listOpenCandidates(db: ReadableDb): Candidate[] {
  return db.prepare<[], CandidateRecord>(SELECT_OPEN_CANDIDATES).all().map(rowToCandidate)
}

/** The same, of one workspace. */
export function listOpenCandidatesIn(db: ReadableDb, workspaceId: string): Candidate[] {
  return db
    .prepare<[string], CandidateRecord>(SELECT_OPEN_CANDIDATES_IN)
    .all(workspaceId)
    .map(rowToCandidate)
}

/** Workspaces in which something has not ended. */
export function listOpenWorkspaceIds(db: ReadableDb): string[] {
  return db
    .prepare<[], string>(
      `SELECT DISTINCT workspace_id FROM candidates JOIN versions ON versions.id = version_id
       WHERE status NOT IN ('Completed', 'Failed', 'Stopped') ORDER BY workspace_id`,
    )
    .pluck()
    .all()
}

/**
 * Writes the fields named in `change` and leaves the others. An undefined field counts as not named.
 *
 * @returns the candidate as it is afterwards
 * @throws AppError CandidateNotFound
 */
export function updateCandidate(db: WritableDb, id: string, change: CandidateChange): Candidate {
  return transact(db, () => {
    const named = Object.fromEntries(
      Object.entries(change).filter(([, value]) => value !== undefined),
    )
    const candidate: Candidate = { ...getCandidate(db, id), ...named }
    db.prepare(UPDATE_CANDIDATE).run(candidateToRow(candidate))
    return candidate
  })
}

/** Where reading of the job's log goes on; null before the first page. */
export function findLogForwardToken(db: ReadableDb, candidateId: string): string | null {
  const token = db
    .prepare<[string], string | null>('SELECT log_forward_token FROM candidates WHERE id = ?')
    .pluck()
    .get(candidateId)
  return token ?? null
}

export function setLogForwardToken(
  db: WritableDb,
  candidateId: string,
  token: string | null,
): void {
  transact(db, () =>
    db.prepare('UPDATE candidates SET log_forward_token = ? WHERE id = ?').run(token, candidateId),
  )
}

function rowToCandidate(row: CandidateRecord): Candidate {
  return {
    id: row.id,
    versionId: row.version_id,
    baseModelId: row.base_model_id,
    baseModelName: row.base_model_name,
    promptTemplate: promptTemplateSchema.parse(JSON.parse(row.prompt_template)),
    hyperparameters: hyperparametersSchema.parse(JSON.parse(row.hyperparameters)),
    trainingJobName: row.training_job_name,
    trainingJobArn: row.training_job_arn,
    status: candidateStatusSchema.parse(row.status),
    secondaryStatus: row.secondary_status,
    progress:
      row.progress === null ? null : candidateProgressSchema.parse(JSON.parse(row.progress)),
    failure: row.failure === null ? null : appErrorDataSchema.parse(JSON.parse(row.failure)),
    modelArtifactUri: row.model_artifact_uri,
    createdAtMs: row.created_at_ms,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    trainingSeconds: row.training_seconds,
    estimatedSeconds:
      row.estimated_seconds === null
        ? null
        : estimatedSecondsSchema.parse(JSON.parse(row.estimated_seconds)),
    cloud: row.cloud === null ? null : cloudChoiceSchema.parse(JSON.parse(row.cloud)),
    parameterCount: row.parameter_count,
    billed: row.billed === null ? null : billedSchema.parse(JSON.parse(row.billed)),
  }
}

function candidateToRow(candidate: Candidate): CandidateRecord {
  return {
    id: candidate.id,
    version_id: candidate.versionId,
    base_model_id: candidate.baseModelId,
    base_model_name: candidate.baseModelName,
    prompt_template: JSON.stringify(candidate.promptTemplate),
    hyperparameters: JSON.stringify(candidate.hyperparameters),
    training_job_name: candidate.trainingJobName,
    training_job_arn: candidate.trainingJobArn,
    status: candidate.status,
    secondary_status: candidate.secondaryStatus,
    progress: candidate.progress && JSON.stringify(candidate.progress),
    failure: candidate.failure && JSON.stringify(candidate.failure),
    model_artifact_uri: candidate.modelArtifactUri,
    created_at_ms: candidate.createdAtMs,
    started_at_ms: candidate.startedAtMs,
    ended_at_ms: candidate.endedAtMs,
    training_seconds: candidate.trainingSeconds,
    estimated_seconds: candidate.estimatedSeconds && JSON.stringify(candidate.estimatedSeconds),
    cloud: candidate.cloud && JSON.stringify(candidate.cloud),
    parameter_count: candidate.parameterCount,
    billed: candidate.billed && JSON.stringify(candidate.billed),
  }
}
