/** Processing jobs: of all containers this engine has two, for the export of a trained model and for an estimate. */
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { ModelLibrary } from '../store/modelLibrary.ts'
import type { ObjectStore } from '../store/objects.ts'
import type { RecordTable } from '../store/records.ts'
import type { TrainingHyperparameters } from '../../../shared/hyperparameters.ts'
import { estimateJob } from './estimateJob.ts'
import { exportModel, type ExportFormat, type ExportResult } from './exportModel.ts'
import { JobFailure, failureReasonOf } from './jobFailure.ts'
import { resolveModelDirectory } from './modelDirectory.ts'
import type { TrainingDevice } from './trainingDevice.ts'
import { parseS3Uri } from './trainingJobInput.ts'

export type ProcessingStatus = 'InProgress' | 'Completed' | 'Failed'

export interface ProcessingJobRecord {
  readonly name: string
  readonly arn: string
  readonly createdAtMs: number
  readonly endedAtMs: number | null
  readonly status: ProcessingStatus
  readonly failureReason: string | null
  /** As JSON: what the container says at its end. */
  readonly exitMessage: string | null
  readonly work: ExportWork | EstimateWork
  /** The request, to be described as it was sent. */
  readonly request: Readonly<Record<string, unknown>>
}

export interface ExportWork {
  readonly kind: 'export'
  readonly modelUri: string
  /** JSON array of questions; null: none are asked. */
  readonly questionsUri: string | null
  readonly outputUri: string
  readonly format: ExportFormat
  readonly modelName: string
}

export interface EstimateWork {
  readonly kind: 'estimate'
  /** As a training job would name them. */
  readonly channels: Readonly<Record<string, string>>
  readonly hyperparameters: TrainingHyperparameters
}

export interface ProcessingRunner {
  start(job: ProcessingJobRecord): void
  /** Jobs that an earlier launch left in the middle begin anew. */
  resume(): void
  isBusy(): boolean
  close(): Promise<void>
}

export interface ProcessingRunnerOptions {
  readonly processingJobs: RecordTable<ProcessingJobRecord>
  readonly objects: ObjectStore
  readonly library: ModelLibrary
  readonly workDirectory: string
  readonly threads: number
  readonly device: () => Promise<TrainingDevice>
  /** Whether a training job keeps the device busy. */
  readonly isTraining: () => boolean
}

const mostQuestions = 20
const questionsSchema = z.array(z.string().min(1)).max(mostQuestions)

export function createProcessingRunner(options: ProcessingRunnerOptions): ProcessingRunner {
  const { processingJobs } = options
  /** One after another: each holds two models in memory. */
  let last: Promise<void> = Promise.resolve()
  let waiting = 0

  async function execute({ name, work }: ProcessingJobRecord): Promise<unknown> {
    const directory = path.join(options.workDirectory, `processing-${name}`)
    if (work.kind === 'export') return runExport(work, directory, options)
    const { channels, hyperparameters } = work
    return estimateJob(
      { channels: new Map(Object.entries(channels)), hyperparameters },
      directory,
      {
        ...options,
        measures: !options.isTraining(),
      },
    )
  }

  async function run(job: ProcessingJobRecord): Promise<void> {
    const ending = await execute(job).then(
      (result) => ({ status: 'Completed' as const, exitMessage: JSON.stringify(result) }),
      (error: unknown) => ({ status: 'Failed' as const, failureReason: failureReasonOf(error) }),
    )
    const ended = { ...job, ...ending, endedAtMs: Date.now() }
    try {
      processingJobs.put(ended)
    } catch {
      processingJobs.remember(ended) // the disk took nothing more; the next job may still run
    }
  }

  function start(job: ProcessingJobRecord): void {
    waiting += 1
    last = last.then(() => run(job)).finally(() => (waiting -= 1))
  }

  return {
    start,
    resume() {
      for (const job of processingJobs.list()) if (job.status === 'InProgress') start(job)
    },
    isBusy: () => waiting > 0,
    close: () => last,
  }
}

async function runExport(
  job: ExportWork,
  directory: string,
  options: ProcessingRunnerOptions,
): Promise<ExportResult> {
  const { objects, threads } = options
  const output = parseS3Uri(job.outputUri)
  if (!(await objects.hasBucket(output.bucket)))
    throw new JobFailure(`ClientError: the output bucket "${output.bucket}" does not exist.`)
  const modelDirectory = await resolveModelDirectory(job.modelUri, options)
  const files = path.join(directory, 'files')
  await rm(directory, { recursive: true, force: true })
  await mkdir(files, { recursive: true })
  try {
    const result = await exportModel(
      {
        modelDirectory,
        format: job.format,
        name: job.modelName,
        questions: await readQuestions(job, objects),
        threads,
      },
      files,
      path.join(directory, 'check'),
    )
    const prefix = output.key === '' || output.key.endsWith('/') ? output.key : `${output.key}/`
    for (const name of await readdir(files)) {
      const received = await objects.receive(createReadStream(path.join(files, name)))
      await objects.keepObject(output.bucket, `${prefix}${name}`, received, {
        contentType: 'application/octet-stream',
        metadata: {},
      })
    }
    return result
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function readQuestions(job: ExportWork, objects: ObjectStore): Promise<string[]> {
  if (job.questionsUri === null) return []
  const { bucket, key } = parseS3Uri(job.questionsUri)
  const object = (await objects.hasBucket(bucket)) ? await objects.findObject(bucket, key) : null
  if (!object) throw new JobFailure(`ClientError: there is no object at ${job.questionsUri}.`)
  try {
    return questionsSchema.parse(JSON.parse(await readFile(object.path, 'utf8')))
  } catch (cause) {
    throw new JobFailure(
      `ClientError: ${job.questionsUri} is not a JSON array of at most ${mostQuestions} texts.`,
      { cause },
    )
  }
}
