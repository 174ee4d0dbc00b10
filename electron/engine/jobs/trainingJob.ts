/** A training job's record and the one place where its status changes. */
import type { TrainingHyperparameters } from '../../../shared/hyperparameters.ts'
import type { CreateTrainingJobInput } from './trainingJobInput.ts'

export type TrainingJobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped'
export type SecondaryStatus =
  | 'Starting'
  | 'Pending'
  | 'Downloading'
  | 'Training'
  | 'Uploading'
  | 'Stopping'
  | 'Stopped'
  | 'Interrupted'
  | 'MaxRuntimeExceeded'
  | 'Completed'
  | 'Failed'

export interface StatusTransition {
  readonly status: SecondaryStatus
  readonly startedAtMs: number
  readonly endedAtMs?: number
  readonly message: string
}

export interface TrainingJobRecord {
  readonly name: string
  readonly arn: string
  readonly request: CreateTrainingJobInput
  /** With the defaults of the day of creation: a job that a newer version goes on with must not change. */
  readonly hyperparameters: TrainingHyperparameters
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  readonly status: TrainingJobStatus
  readonly secondaryStatus: SecondaryStatus
  readonly transitions: readonly StatusTransition[]
  readonly logStreamName: string
  readonly trainingStartedAtMs: number | null
  readonly trainingEndedAtMs: number | null
  readonly progress: { step: number; totalSteps: number; epoch: number } | null
  readonly finalMetrics: Readonly<Record<string, number>>
  readonly artifactUri: string | null
  readonly failureReason: string | null
  /** How often the job was started since it last got further; for jobs that take the engine down. */
  readonly starts?: { readonly atStep: number; readonly count: number }
  /** MaxRuntimeInSeconds was reached: the stop that follows is not the user's. */
  readonly hasExceededRuntime?: boolean
  /** The AutoML job that began it. */
  readonly autoMLJobArn?: string
}

/** SageMaker's limit for FailureReason. */
export const longestFailureReason = 1024

const messages: Readonly<Record<SecondaryStatus, string>> = {
  Starting: 'Starting the training job',
  Pending: 'Waiting for the job before it to end',
  Downloading: 'Downloading the training data',
  Training: 'Training in progress',
  Uploading: 'Writing and checking the trained model',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  Interrupted: 'The engine was stopped; the job goes on from its checkpoint',
  MaxRuntimeExceeded: 'Training job stopped at its time limit',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
}

/** What may follow what. A state that is not named as a source is final. */
const allowed: Readonly<Partial<Record<SecondaryStatus, readonly SecondaryStatus[]>>> = {
  Starting: ['Pending', 'Downloading', 'Stopping', 'Stopped', 'Failed', 'Interrupted'],
  Pending: ['Downloading', 'Stopping', 'Stopped', 'Failed', 'Interrupted'],
  Downloading: ['Training', 'Stopping', 'Failed', 'Interrupted'],
  Training: ['Uploading', 'Stopping', 'Failed', 'Interrupted'],
  Uploading: ['Completed', 'Stopping', 'Failed', 'Interrupted'],
  Stopping: ['Stopped', 'MaxRuntimeExceeded', 'Failed', 'Completed'],
  Interrupted: ['Pending', 'Downloading', 'Stopping', 'Stopped', 'Failed'],
}

/** A job at its beginning. */
export function newTrainingJob(
  job: Pick<TrainingJobRecord, 'name' | 'arn' | 'request' | 'hyperparameters'>,
  nowMs: number,
): TrainingJobRecord {
  return {
    name: job.name,
    arn: job.arn,
    request: job.request,
    hyperparameters: job.hyperparameters,
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    status: 'InProgress',
    secondaryStatus: 'Starting',
    transitions: [{ status: 'Starting', startedAtMs: nowMs, message: messages.Starting }],
    logStreamName: `${job.name}/algo-1-${Math.floor(nowMs / 1000)}`,
    trainingStartedAtMs: null,
    trainingEndedAtMs: null,
    progress: null,
    finalMetrics: {},
    artifactUri: null,
    failureReason: null,
  }
}

/**
 * The record after a change of status. `Completed` needs an artifact and `Failed` a reason, so that no state claims what
 * did not happen.
 * @throws Error when the change is not allowed: a defect of the caller, never of the request.
 */
export function advance(
  record: TrainingJobRecord,
  next: SecondaryStatus,
  nowMs: number,
  facts: { artifactUri?: string; failureReason?: string } = {},
): TrainingJobRecord {
  if (!allowed[record.secondaryStatus]?.includes(next)) {
    throw new Error(`A training job cannot go from ${record.secondaryStatus} to ${next}.`)
  }
  if (next === 'Completed' && !(facts.artifactUri ?? record.artifactUri)) {
    throw new Error('A training job cannot complete without an artifact.')
  }
  if (next === 'Failed' && !facts.failureReason) {
    throw new Error('A training job cannot fail without a reason.')
  }
  const ended = record.transitions.map((transition, index) =>
    index === record.transitions.length - 1 ? { ...transition, endedAtMs: nowMs } : transition,
  )
  const terminal = isTerminalStatus(statusOf(next))
  const trainingEnded = record.trainingStartedAtMs !== null && record.trainingEndedAtMs === null
  return {
    ...record,
    status: statusOf(next),
    secondaryStatus: next,
    modifiedAtMs: nowMs,
    transitions: [
      ...ended,
      {
        status: next,
        startedAtMs: nowMs,
        ...(terminal ? { endedAtMs: nowMs } : {}),
        message: messages[next],
      },
    ],
    trainingStartedAtMs:
      next === 'Training' ? (record.trainingStartedAtMs ?? nowMs) : record.trainingStartedAtMs,
    trainingEndedAtMs:
      trainingEnded && (terminal || next === 'Uploading') ? nowMs : record.trainingEndedAtMs,
    artifactUri: facts.artifactUri ?? record.artifactUri,
    failureReason: facts.failureReason?.slice(0, longestFailureReason) ?? record.failureReason,
  }
}

export function isTerminalStatus(status: TrainingJobStatus): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Stopped'
}

function statusOf(secondary: SecondaryStatus): TrainingJobStatus {
  switch (secondary) {
    case 'Completed':
    case 'Failed':
    case 'Stopped':
    case 'Stopping':
      return secondary
    case 'MaxRuntimeExceeded':
      return 'Stopped'
    default:
      return 'InProgress'
  }
}
