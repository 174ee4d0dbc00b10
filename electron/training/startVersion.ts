/** From a request to training jobs: split, upload, a row in the database, one job per base model. */
import { randomUUID } from 'node:crypto'
import type { Dataset } from '../../shared/dataset.ts'
import { AppError, toAppError, type AppErrorData, type ErrorCode } from '../../shared/errors.ts'
import type { BaseModel, Candidate, FineTuneRequest, ModelVersion } from '../../shared/model.ts'
import { mostTokensOf } from '../../shared/moveSettings.ts'
import type { PlannedRun } from '../../shared/startCost.ts'
import { readBaseModelId, tokensOfExamples, type CloudChoice } from '../../shared/trainingWay.ts'
import type { PromptTemplate } from '../../shared/promptTemplate.ts'
import { mostSamplePrompts } from '../../shared/sampleAnswers.ts'
import { transact, type WritableDb } from '../db/database.ts'
import { findCandidate, updateCandidate } from '../db/candidates.ts'
import { insertEvent } from '../db/events.ts'
import { getModel, getResourceName, getVersion, insertModelVersion } from '../db/models.ts'
import type { TrainingQueue } from './queue.ts'
import type { RunEstimate } from '../../shared/runEstimate.ts'
import type { Connection } from '../aws/workspace.ts'
import type { SplitPlan } from '../../shared/workbench/splitChoice.ts'
import { completeHyperparameters } from './hyperparameters.ts'
import type { SendData } from './sendData.ts'
import type { TrainableModel, UploadedData, VersionData } from './ways/way.ts'
import { wayOf } from './ways/ways.ts'
import type { ReadSplit } from '../dataset/split/exampleReader.ts'
import type { Examples } from '../dataset/split/examples.ts'
import { pinPlan } from '../dataset/split/pinPlan.ts'

export interface StartVersionOptions {
  readonly db: WritableDb
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly describeBaseModel: (connection: Connection, id: string) => Promise<TrainableModel>
  /** @throws AppError LicenceNotAccepted */
  readonly requireLicence: (connection: Connection, baseModel: BaseModel) => Promise<void>
  /** Of an account at AWS. @throws AppError BudgetExceeded */
  readonly requireBudget: (workspaceId: string, runs: readonly PlannedRun[]) => Promise<void>
  /** They are going to be billed. */
  readonly expectCosts: (
    workspaceId: string,
    runs: readonly { readonly candidateId: string; readonly run: PlannedRun }[],
  ) => Promise<void>
  readonly getDataset: (id: string) => Dataset
  /** The state of a dataset to train on: with its edits, without the rows that were excluded. */
  readonly trainingContent: (id: string) => Promise<string>
  readonly readSplit: ReadSplit
  readonly sendData: SendData
  /** What was estimated for a run just like this one; by its key. */
  readonly estimateOf: (runKey: string) => RunEstimate | undefined
  readonly queue: TrainingQueue
  readonly now: () => number
}

/** Fewer teach nothing, and leave nothing to validate on. */
export const fewestRows = 10

/** A request, checked and with its data in S3. */
export interface PreparedVersion {
  readonly connection: Connection
  /** In the state that is trained on. */
  readonly dataset: Dataset
  /** Undefined for a random split. */
  readonly plan: SplitPlan | undefined
  readonly data: VersionData
  readonly runs: readonly PreparedRun[]
}

export interface PreparedRun {
  readonly model: TrainableModel
  readonly choice: CloudChoice | null
  /** For its price. */
  readonly planned: PlannedRun
  readonly promptTemplate: PromptTemplate
  /** Wire map, complete. */
  readonly hyperparameters: Record<string, string>
  readonly uris: UploadedData
  /** The same for runs that do the same work. */
  readonly key: string
}

/**
 * @throws AppError HyperparameterInvalid, ColumnNotFound, DatasetTooSmall, TooManyRows, TooManyLongRows, LicenceNotAccepted,
 *   EngineUnavailable
 */
export async function prepareVersion(
  options: Omit<StartVersionOptions, 'db' | 'now' | 'estimateOf' | 'queue'>,
  request: FineTuneRequest,
): Promise<PreparedVersion> {
  const connection = await options.connect(request.workspaceId)
  const models = await Promise.all(
    request.candidates.map(({ baseModelId }) => options.describeBaseModel(connection, baseModelId)),
  )
  for (const { baseModel } of models) await options.requireLicence(connection, baseModel)
  const choices = models.map(({ baseModel }, index) =>
    connection.kind === 'local' ? null : choiceFor(baseModel, request.candidates[index]?.cloud),
  )
  const settings = request.candidates.map((candidate, index) =>
    completeHyperparameters(requireItem(models, index).baseModel, candidate.hyperparameters),
  )
  const { datasetSha256 } = request
  const contentSha256 = datasetSha256 ?? (await options.trainingContent(request.datasetId))
  const dataset = { ...options.getDataset(request.datasetId), contentSha256 }
  // An earlier version's plan names the state of its validation file already.
  const plan =
    datasetSha256 === undefined
      ? await pinPlan(request.split, options.trainingContent)
      : request.split
  const split = await options.readSplit({ ...request, split: plan }, contentSha256)
  const count = split.training.count + split.validation.count
  if (count < fewestRows || split.validation.count === 0) {
    throw new AppError('DatasetTooSmall', `Only ${count} rows can be used`, {
      details: { count, minimum: fewestRows },
    })
  }
  const samplePrompts =
    request.samplePrompts.length > 0 ? request.samplePrompts : await pickPrompts(split.validation)
  const data = { ...split, samplePrompts }
  const tokens = await trainingTokensOf(
    split.training,
    models.map(({ baseModel }, index) =>
      mostTokensOf(baseModel.cloud?.tokens ?? null, requireItem(settings, index)),
    ),
  )
  const planned = models.map(({ baseModel }, index): PlannedRun => ({
    model: baseModel,
    choice: choices[index] ?? undefined,
    settings: requireItem(settings, index),
    trainingTokens: requireItem(tokens, index),
  }))
  if (connection.kind === 'aws') await options.requireBudget(request.workspaceId, planned)
  const runs: PreparedRun[] = []
  for (const [index, model] of models.entries()) {
    const { baseModel } = model
    const hyperparameters = requireItem(settings, index)
    const asked = requireItem(request.candidates, index)
    // Only JumpStart's trainers take one.
    const { way, promptTemplate: standard } = baseModel
    const promptTemplate = (way === 'jumpStart' ? asked.promptTemplate : undefined) ?? standard
    const choice = choices[index] ?? null
    const uris = await options.sendData(
      connection,
      await model.dataFiles(connection, data, promptTemplate),
    )
    const key = JSON.stringify([baseModel.id, hyperparameters, uris])
    const plannedRun = requireItem(planned, index)
    runs.push({ model, choice, planned: plannedRun, promptTemplate, hyperparameters, uris, key })
  }
  return { connection, dataset, plan, data, runs }
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
  const { connection, dataset, plan, data, runs } = await prepareVersion(options, request)
  const versionId = randomUUID()
  const createdAtMs = now()
  // It may have been renamed since it was asked for.
  const name = request.modelId === null ? request.name : getModel(db, request.modelId).name
  const version = insertModelVersion(
    db,
    request.modelId === null
      ? { id: randomUUID(), name, problemType: request.problemType, createdAtMs }
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
      ...(plan ? { split: plan } : {}),
      ...(request.sampleRows ? { sampleRows: request.sampleRows } : {}),
      trainingRowCount: data.training.count,
      validationRowCount: data.validation.count,
      samplePrompts: [...data.samplePrompts],
      createdAtMs,
      candidates: runs.map((run) => ({
        ...newCandidate(name, run, createdAtMs),
        estimatedSeconds: options.estimateOf(run.key)?.seconds ?? null,
      })),
    },
  )
  if (connection.kind === 'aws')
    await options.expectCosts(
      request.workspaceId,
      version.candidates.map(({ id: candidateId }, index) => ({
        candidateId,
        run: requireItem(runs, index).planned,
      })),
    )
  const resourceName = getResourceName(db, version.modelId)
  for (const [index, candidate] of version.candidates.entries()) {
    const { model, uris } = requireItem(runs, index)
    await createJob(options, connection, candidate, async () => ({
      model,
      resourceName,
      uris,
    }))
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
  await createJob(options, connection, candidate, async () => {
    const version = getVersion(options.db, candidate.versionId)
    const model = await options.describeBaseModel(connection, candidate.baseModelId)
    const split = await options.readSplit(version, version.datasetSha256)
    const data = { ...split, samplePrompts: version.samplePrompts }
    const files = await model.dataFiles(connection, data, candidate.promptTemplate)
    return {
      model,
      resourceName: getResourceName(options.db, version.modelId),
      // What is there already is not sent again.
      uris: await options.sendData(connection, files),
    }
  })
}

function newCandidate(
  modelName: string,
  { model: { baseModel }, choice, promptTemplate, hyperparameters }: PreparedRun,
  createdAtMs: number,
): Omit<Candidate, 'versionId' | 'estimatedSeconds'> {
  return {
    id: randomUUID(),
    baseModelId: baseModel.id,
    baseModelName: baseModel.displayName,
    promptTemplate,
    hyperparameters,
    trainingJobName: wayOf({ baseModelId: baseModel.id }).nameJob(
      modelName,
      readBaseModelId(baseModel.id).name,
    ),
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
    cloud: choice,
    parameterCount: baseModel.parameterCount,
    billed: null,
  }
}

/**
 * The base model's default machine where none was chosen: what is not written down can't be counted.
 *
 * @throws AppError HyperparameterInvalid when the base model is not trained on such a machine
 */
function choiceFor({ cloud }: BaseModel, asked: CloudChoice | undefined): CloudChoice {
  const types = cloud?.instanceTypes ?? []
  const { instanceType = types[0], spot = false } = asked ?? {}
  if (instanceType !== undefined && !types.includes(instanceType))
    throw new AppError('HyperparameterInvalid', `${instanceType} is not offered`, {
      details: { field: 'instanceType', value: instanceType, range: types.join(', ') },
    })
  return {
    spot: spot && cloud?.canUseSpot === true,
    ...(instanceType === undefined ? {} : { instanceType }),
  }
}

/** The first of the validation rows, none of them twice. */
async function pickPrompts(validation: Examples): Promise<string[]> {
  const distinct = new Set<string>()
  for await (const batch of validation.batches()) {
    for (const { prompt } of batch) {
      const question = prompt.trim().slice(0, 2000)
      if (question !== '') distinct.add(question)
      if (distinct.size === mostSamplePrompts) return [...distinct]
    }
  }
  return [...distinct]
}

/** For each limit, what all rows have within it; in one pass. */
async function trainingTokensOf(
  training: Examples,
  limits: readonly (number | null)[],
): Promise<number[]> {
  const sums = limits.map(() => 0)
  for await (const batch of training.batches())
    limits.forEach((limit, index) => {
      sums[index] = (sums[index] ?? 0) + tokensOfExamples(batch, limit)
    })
  return sums
}

interface JobParts {
  readonly model: TrainableModel
  readonly resourceName: string
  readonly uris: UploadedData
}

/** The one place where jobs are created. What another face, or another part of this one, has begun with is left to it. */
async function createJob(
  options: StartVersionOptions,
  connection: Connection,
  candidate: Candidate,
  prepare: () => Promise<JobParts>,
): Promise<void> {
  const { db, now, queue } = options
  const leave = queue.enter(connection, candidate)
  if (!leave) return
  try {
    const trainingJobArn = await submitOrFind(connection, candidate, prepare)
    const isWanted = transact(db, () => {
      const current = findCandidate(db, candidate.id)
      if (current?.trainingJobName !== candidate.trainingJobName) return false
      // Failed by a face that thought this one dead.
      if (current.status === 'Queued' || current.status === 'Failed') {
        const running = { status: 'InProgress', failure: null, endedAtMs: null } as const
        updateCandidate(db, candidate.id, { trainingJobArn, ...running })
        insertEvent(db, { candidateId: candidate.id, kind: 'created', details: {}, atMs: now() })
      }
      return current.status !== 'Stopped'
    })
    // Stopped or deleted while its job was being created.
    if (!isWanted) await wayOf(candidate).stop(connection, candidate)
  } catch (error) {
    failUnlessRetryable(options, candidate, error)
  } finally {
    leave()
  }
}

/**
 * What fails now may have been done before: the answer was lost, and the job itself takes the place that is missing, or its
 * dataset was deleted since. A candidate that failed here while its job runs there would be paid for and seen by nobody.
 *
 * @returns the job's ARN
 */
async function submitOrFind(
  connection: Connection,
  candidate: Candidate,
  prepare: () => Promise<JobParts>,
): Promise<string> {
  try {
    const { model, resourceName, uris } = await prepare()
    return await model.submit(connection, {
      jobName: candidate.trainingJobName,
      resourceName,
      hyperparameters: candidate.hyperparameters,
      checkpointUri: checkpointUri(connection, candidate.id),
      choice: candidate.cloud,
      uris,
    })
  } catch (error) {
    if (isPassing(toAppError(error).toData())) throw error
    const job = await wayOf(candidate)
      .describeJob(connection, candidate)
      .catch((problem: unknown) => {
        // Whether it is there has to be known first.
        throw isPassing(toAppError(problem).toData()) ? problem : error
      })
    return job.arn
  }
}

/** Something that ends by itself, or that says nothing against the job: it is sent again. */
function isPassing({ retryable, code }: AppErrorData): boolean {
  return retryable || passes.has(code)
}

function failUnlessRetryable(
  { db, now }: Pick<StartVersionOptions, 'db' | 'now'>,
  candidate: Candidate,
  error: unknown,
): void {
  const failure = toAppError(error).toData()
  if (isPassing(failure)) {
    noteWaiting(db, candidate, failure)
    return
  }
  transact(db, () => {
    const current = findCandidate(db, candidate.id)
    const isWaiting = current?.status === 'Queued'
    if (!isWaiting || current.trainingJobName !== candidate.trainingJobName) return
    updateCandidate(db, candidate.id, { status: 'Failed', failure, endedAtMs: now() })
    insertEvent(db, {
      candidateId: candidate.id,
      kind: 'Failed',
      details: { reason: failure.message },
      atMs: now(),
    })
  })
}

/** A sign-in that has ended, or a clock that is off, says nothing against the job: it is sent once that is mended. */
const passes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CredentialsMissing',
  'CredentialsRefused',
  'SignInExpired',
  'ClockSkewed',
])

/** Shown while it waits; what it waits for is the error's code. */
function noteWaiting(db: WritableDb, { id }: Candidate, { code }: AppErrorData): void {
  transact(db, () => {
    const current = findCandidate(db, id)
    const secondaryStatus = `Waiting:${code}`
    if (current?.status === 'Queued' && current.secondaryStatus !== secondaryStatus)
      updateCandidate(db, id, { secondaryStatus })
  })
}

/** Where a training that is stopped leaves what it takes to go on. */
export function checkpointUri(
  { bucket, prefix }: Pick<Connection, 'bucket' | 'prefix'>,
  candidateId: string,
): string {
  return `s3://${bucket}/${prefix}/checkpoints/${candidateId}/`
}

function requireItem<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new AppError('Internal', `There is no item ${index}`)
  return item
}
