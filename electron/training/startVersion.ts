/** From a request to training jobs: split, upload, a row in the database, one job per base model. */
import { createHash, randomUUID } from 'node:crypto'
import type { Dataset, TrainingExample } from '../../shared/dataset.ts'
import { AppError, toAppError } from '../../shared/errors.ts'
import { type Candidate, type FineTuneRequest, type ModelVersion } from '../../shared/model.ts'
import type { PromptTemplate } from '../../shared/promptTemplate.ts'
import { mostSamplePrompts } from '../../shared/sampleAnswers.ts'
import { splitRows } from '../../shared/split.ts'
import type { HubModel } from '../aws/hub.ts'
import { ensureBucket, putTextOnce } from '../aws/s3.ts'
import { createTrainingJob, stopTrainingJob } from '../aws/trainingJobs.ts'
import { transact, type WritableDb } from '../db/database.ts'
import { findCandidate, updateCandidate } from '../db/candidates.ts'
import { insertEvent } from '../db/events.ts'
import { getVersion, insertModelVersion } from '../db/models.ts'
import { hasRoom } from './queue.ts'
import type { RunEstimate } from '../../shared/runEstimate.ts'
import type { Connection } from '../aws/workspace.ts'
import { completeHyperparameters } from './hyperparameters.ts'
import { trainingJobName } from './jobNames.ts'

export interface StartVersionOptions {
  readonly db: WritableDb
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly describeHubModel: (id: string) => Promise<HubModel>
  readonly getDataset: (id: string) => Dataset
  /** @param contentSha256 the state that a version was started from; the dataset as it stands when left out */
  readonly readExamples: (
    id: string,
    columns: FineTuneRequest['columns'],
    contentSha256?: string,
  ) => Promise<TrainingExample[]>
  /** What was estimated for a run just like this one; by its key. */
  readonly estimateOf: (runKey: string) => RunEstimate | undefined
  readonly now: () => number
}

/** Fewer teach nothing, and leave nothing to validate on. */
export const fewestRows = 10

/** A request, checked and with its data in S3. */
export interface PreparedVersion {
  readonly connection: Connection
  readonly dataset: Dataset
  readonly data: VersionData
  readonly runs: readonly PreparedRun[]
}

export interface PreparedRun {
  readonly hubModel: HubModel
  readonly promptTemplate: PromptTemplate
  /** Wire map, complete. */
  readonly hyperparameters: Record<string, string>
  readonly uris: UploadedData
  /** The same for runs that do the same work. */
  readonly key: string
}

/** @throws AppError HyperparameterInvalid, ColumnNotFound, DatasetTooSmall, EngineUnavailable */
export async function prepareVersion(
  options: Omit<StartVersionOptions, 'db' | 'now' | 'estimateOf'>,
  request: FineTuneRequest,
): Promise<PreparedVersion> {
  const connection = await options.connect(request.workspaceId)
  const hubModels = await Promise.all(
    request.candidates.map((candidate) => options.describeHubModel(candidate.baseModelId)),
  )
  const settings = request.candidates.map((candidate, index) =>
    completeHyperparameters(requireItem(hubModels, index).baseModel, candidate.hyperparameters),
  )
  const dataset = options.getDataset(request.datasetId)
  const examples = await options.readExamples(request.datasetId, request.columns)
  if (examples.length < fewestRows) {
    throw new AppError('DatasetTooSmall', `Only ${examples.length} rows can be used`, {
      details: { count: examples.length, minimum: fewestRows },
    })
  }
  const split = splitRows(examples, request.validationFraction, request.splitSeed)
  const samplePrompts =
    request.samplePrompts.length > 0 ? request.samplePrompts : pickPrompts(split.validation)
  const data = { ...split, samplePrompts }
  const runs: PreparedRun[] = []
  for (const [index, hubModel] of hubModels.entries()) {
    const hyperparameters = requireItem(settings, index)
    const promptTemplate =
      requireItem(request.candidates, index).promptTemplate ?? hubModel.baseModel.promptTemplate
    const uris = await upload(connection, data, promptTemplate)
    const key = JSON.stringify([hubModel.baseModel.id, hyperparameters, uris])
    runs.push({ hubModel, promptTemplate, hyperparameters, uris, key })
  }
  return { connection, dataset, data, runs }
}

/**
 * As many jobs are created as train at a time; the other candidates wait in the queue.
 *
 * @throws AppError as prepareVersion does, and NameTaken. A job that is refused fails its own candidate; the others go
 *   on. One that got no answer stays queued for the watch to send again.
 */
export async function startVersion(
  options: StartVersionOptions,
  request: FineTuneRequest,
): Promise<ModelVersion> {
  const { db, now } = options
  const { connection, dataset, data, runs } = await prepareVersion(options, request)
  const versionId = randomUUID()
  const createdAtMs = now()
  const version = insertModelVersion(
    db,
    request.modelId === null
      ? { id: randomUUID(), name: request.name, problemType: request.problemType, createdAtMs }
      : { id: request.modelId },
    {
      id: versionId,
      workspaceId: request.workspaceId,
      datasetId: dataset.id,
      datasetName: dataset.name,
      datasetSha256: dataset.contentSha256,
      columns: request.columns,
      validationFraction: request.validationFraction,
      splitSeed: request.splitSeed,
      trainingRowCount: data.training.length,
      validationRowCount: data.validation.length,
      samplePrompts: [...data.samplePrompts],
      createdAtMs,
      candidates: runs.map((run) => ({
        ...newCandidate(request.name, run, createdAtMs),
        estimatedSeconds: options.estimateOf(run.key)?.seconds ?? null,
      })),
    },
  )
  for (const [index, candidate] of version.candidates.entries()) {
    if (!hasRoom(db, request.workspaceId)) break
    await createJob(options, connection, candidate, requireItem(runs, index).hubModel, data)
  }
  return getVersion(db, versionId)
}

/**
 * Creates the job of a candidate that is still queued: the app ended, or the engine did, between the row and the job. A
 * job that was created after all is found by its name.
 */
export async function submitCandidate(
  options: StartVersionOptions,
  connection: Connection,
  candidate: Candidate,
): Promise<void> {
  const version = getVersion(options.db, candidate.versionId)
  try {
    const hubModel = await options.describeHubModel(candidate.baseModelId)
    const examples = await options.readExamples(
      version.datasetId,
      version.columns,
      version.datasetSha256,
    )
    const split = splitRows(examples, version.validationFraction, version.splitSeed)
    const data = { ...split, samplePrompts: version.samplePrompts }
    await createJob(options, connection, candidate, hubModel, data)
  } catch (error) {
    failUnlessRetryable(options, candidate, error)
  }
}

function newCandidate(
  modelName: string,
  { hubModel: { baseModel }, promptTemplate, hyperparameters }: PreparedRun,
  createdAtMs: number,
): Omit<Candidate, 'versionId' | 'estimatedSeconds'> {
  return {
    id: randomUUID(),
    baseModelId: baseModel.id,
    baseModelName: baseModel.displayName,
    promptTemplate,
    hyperparameters,
    trainingJobName: trainingJobName(modelName, baseModel.id),
    trainingJobArn: null,
    status: 'Queued',
    secondaryStatus: null,
    progress: null,
    failure: null,
    modelArtifactUri: null,
    createdAtMs,
    startedAtMs: null,
    endedAtMs: null,
    trainingSeconds: null,
  }
}

/** What a version is trained on. */
interface VersionData {
  readonly training: readonly TrainingExample[]
  readonly validation: readonly TrainingExample[]
  readonly samplePrompts: readonly string[]
}

/** The first of the validation rows, which are in random order; none of them twice. */
function pickPrompts(validation: readonly TrainingExample[]): string[] {
  const distinct = new Set(validation.map(({ prompt }) => prompt.trim().slice(0, 2000)))
  distinct.delete('')
  return [...distinct].slice(0, mostSamplePrompts)
}

export interface UploadedData {
  readonly trainingUri: string
  readonly validationUri: string
  readonly outputUri: string
}

async function createJob(
  { db, now }: StartVersionOptions,
  connection: Connection,
  candidate: Candidate,
  hubModel: HubModel,
  data: VersionData,
): Promise<void> {
  try {
    const uris = await upload(connection, data, candidate.promptTemplate)
    const trainingJobArn = await createTrainingJob(connection.clients, {
      jobName: candidate.trainingJobName,
      roleArn: connection.roleArn,
      hubModel,
      hyperparameters: candidate.hyperparameters,
      checkpointUri: checkpointUri(connection, candidate.id),
      ...uris,
    })
    const isWanted = transact(db, () => {
      const current = findCandidate(db, candidate.id)
      if (current?.status === 'Queued') {
        updateCandidate(db, candidate.id, { trainingJobArn, status: 'InProgress' })
        insertEvent(db, { candidateId: candidate.id, kind: 'created', details: {}, atMs: now() })
      }
      return current !== undefined && current.status !== 'Stopped'
    })
    // Stopped or deleted while its job was being created.
    if (!isWanted) await stopTrainingJob(connection.clients, candidate.trainingJobName)
  } catch (error) {
    failUnlessRetryable({ db, now }, candidate, error)
  }
}

function failUnlessRetryable(
  { db, now }: Pick<StartVersionOptions, 'db' | 'now'>,
  candidate: Candidate,
  error: unknown,
): void {
  const failure = toAppError(error).toData()
  if (failure.retryable) return
  transact(db, () => {
    if (findCandidate(db, candidate.id)?.status !== 'Queued') return
    updateCandidate(db, candidate.id, { status: 'Failed', failure, endedAtMs: now() })
    insertEvent(db, {
      candidateId: candidate.id,
      kind: 'Failed',
      details: { reason: failure.message },
      atMs: now(),
    })
  })
}

/** Where a training that is stopped leaves what it takes to go on. */
export function checkpointUri(
  { bucket, prefix }: Pick<Connection, 'bucket' | 'prefix'>,
  candidateId: string,
): string {
  return `s3://${bucket}/${prefix}/checkpoints/${candidateId}/`
}

/** Keys are made of the content's hash, so that the same split is sent once. */
async function upload(
  { clients, bucket, prefix: below }: Connection,
  { training, validation, samplePrompts }: VersionData,
  promptTemplate: PromptTemplate,
): Promise<UploadedData> {
  await ensureBucket(clients, bucket)
  const template = `${JSON.stringify(promptTemplate, null, 2)}\n`
  const prompts = `${JSON.stringify(samplePrompts, null, 2)}\n`
  const trainingText = toJsonLines(training)
  const validationText = toJsonLines(validation)
  const hash = createHash('sha256')
    .update([template, prompts, trainingText, validationText].join('\0'))
    .digest('hex')
  const prefix = `${below}/datasets/${hash}`
  const put = (name: string, text: string, type: string) =>
    putTextOnce(clients, bucket, `${prefix}/${name}`, text, type)
  await put('training/template.json', template, 'application/json')
  await put('training/prompts.json', prompts, 'application/json')
  await put('training/train.jsonl', trainingText, 'application/jsonlines')
  await put('validation/validation.jsonl', validationText, 'application/jsonlines')
  return {
    trainingUri: `s3://${bucket}/${prefix}/training/`,
    validationUri: `s3://${bucket}/${prefix}/validation/`,
    outputUri: `s3://${bucket}/${below}/jobs/`,
  }
}

function toJsonLines(examples: readonly TrainingExample[]): string {
  return examples
    .map(({ prompt, completion }) => `${JSON.stringify({ prompt, completion })}\n`)
    .join('')
}

function requireItem<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new AppError('Internal', `There is no item ${index}`)
  return item
}
