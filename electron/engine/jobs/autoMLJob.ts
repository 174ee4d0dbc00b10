/** An AutoML job's record, and its statuses: its own until its training job exists, that job's from then on. */
import type { TrainingHyperparameters } from '../../../shared/hyperparameters.ts'
import type { RecordTable } from '../store/records.ts'
import type { CreateAutoMLJobInput } from './autoMLJobInput.ts'
import { isTerminalStatus, type TrainingJobRecord, type TrainingJobStatus } from './trainingJob.ts'
import type { CreateTrainingJobInput } from './trainingJobInput.ts'

/** What happens before the training job exists: its data is read, checked and written as JSON Lines. */
export type PreparationStatus = 'Waiting' | 'Analyzing' | 'Stopping' | 'Stopped' | 'Failed'

export interface AutoMLJobRecord {
  readonly name: string
  readonly arn: string
  readonly request: Omit<CreateAutoMLJobInput, 'Tags'>
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  readonly baseModelName: string
  readonly inferenceImage: string
  /** Settled at creation, so that a job that a newer version goes on with does not change. */
  readonly training: {
    readonly name: string
    readonly arn: string
    readonly request: CreateTrainingJobInput
    readonly hyperparameters: TrainingHyperparameters
  }
  readonly preparation: PreparationStatus
  /** Why the preparation failed. */
  readonly failureReason: string | null
  /** The training job as it was when it was deleted. */
  readonly deletedTraining: TrainingJobRecord | null
}

export type AutoMLSecondaryStatus =
  | 'Starting'
  | 'AnalyzingData'
  | 'PreTraining'
  | 'TrainingModels'
  | 'MaxAutoMLJobRuntimeReached'
  | 'Stopping'
  | 'Stopped'
  | 'Failed'
  | 'Completed'

export interface AutoMLProgress {
  readonly status: TrainingJobStatus
  readonly secondaryStatus: AutoMLSecondaryStatus
  readonly failureReason: string | null
  readonly modifiedAtMs: number
  /** Null until it has ended. */
  readonly endedAtMs: number | null
}

/** Names of AutoML jobs differ by more than case; this is the one they are kept by. */
export function autoMLJobKey(name: string): string {
  return name.toLowerCase()
}

/** Null while there is none yet. Someone else's job of the same name is not this one's. */
export function trainingJobOf(
  record: AutoMLJobRecord,
  jobs: RecordTable<TrainingJobRecord>,
): TrainingJobRecord | null {
  if (record.deletedTraining) return record.deletedTraining
  const found = jobs.find(record.training.name)
  return found?.autoMLJobArn === record.arn ? found : null
}

/** Whether its data is still to be read, so that its training job is to come. */
export function isAwaitingTraining(
  record: AutoMLJobRecord,
  jobs: RecordTable<TrainingJobRecord>,
): boolean {
  const isUnderWay = record.preparation === 'Waiting' || record.preparation === 'Analyzing'
  return isUnderWay && trainingJobOf(record, jobs) === null
}

export function progressOf(
  record: AutoMLJobRecord,
  training: TrainingJobRecord | null,
): AutoMLProgress {
  if (!training) {
    const { status, secondaryStatus } = beforeTraining[record.preparation]
    const { modifiedAtMs, failureReason } = record
    const endedAtMs = isTerminalStatus(status) ? modifiedAtMs : null
    return { status, secondaryStatus, failureReason, modifiedAtMs, endedAtMs }
  }
  const { failureReason, modifiedAtMs } = training
  const status = whileTraining(training)
  const endedAtMs = isTerminalStatus(status.status) ? modifiedAtMs : null
  return { ...status, failureReason, modifiedAtMs, endedAtMs }
}

type Statuses = Pick<AutoMLProgress, 'status' | 'secondaryStatus'>

const beforeTraining: Readonly<Record<PreparationStatus, Statuses>> = {
  Waiting: { status: 'InProgress', secondaryStatus: 'Starting' },
  Analyzing: { status: 'InProgress', secondaryStatus: 'AnalyzingData' },
  Stopping: { status: 'Stopping', secondaryStatus: 'Stopping' },
  Stopped: { status: 'Stopped', secondaryStatus: 'Stopped' },
  Failed: { status: 'Failed', secondaryStatus: 'Failed' },
}

function whileTraining(training: TrainingJobRecord): Statuses {
  switch (training.secondaryStatus) {
    case 'MaxRuntimeExceeded':
      // AWS calls a job complete that ran into its limit; here only one that has a model to show for it.
      return {
        status: training.artifactUri === null ? 'Stopped' : 'Completed',
        secondaryStatus: 'MaxAutoMLJobRuntimeReached',
      }
    case 'Stopping':
    case 'Stopped':
    case 'Failed':
    case 'Completed':
      return { status: training.secondaryStatus, secondaryStatus: training.secondaryStatus }
    default:
      return {
        status: 'InProgress',
        secondaryStatus: training.trainingStartedAtMs === null ? 'PreTraining' : 'TrainingModels',
      }
  }
}
