/**
 * Takes an AutoML job to its training job, from which its status is read from then on. What a kill leaves between the two
 * is begun anew: the same data gives the same channels.
 */
import type { ObjectStore } from '../store/objects.ts'
import type { RecordTable } from '../store/records.ts'
import { writeTrainingChannels, type AutoMLDataPlan } from './autoMLData.ts'
import {
  autoMLJobKey,
  isAwaitingTraining,
  trainingJobOf,
  type AutoMLJobRecord,
  type PreparationStatus,
} from './autoMLJob.ts'
import { failureReasonOf, JobFailure } from './jobFailure.ts'
import { longestFailureReason, newTrainingJob, type TrainingJobRecord } from './trainingJob.ts'
import type { TrainingRunner } from './trainingRunner.ts'

/** Autopilot's. */
const defaultValidationFraction = 0.2

export interface AutoMLRunner {
  start(job: AutoMLJobRecord): void
  requestStop(job: AutoMLJobRecord): void
  /** A training job is about to be deleted: what it came to stays with the AutoML job that began it. */
  keepTraining(training: TrainingJobRecord): void
  /** Jobs that an earlier launch left without a training job begin anew. */
  resume(): void
  /** Those that are being prepared go on at the next launch. */
  close(): Promise<void>
}

export interface AutoMLRunnerOptions {
  readonly autoMLJobs: RecordTable<AutoMLJobRecord>
  readonly jobs: RecordTable<TrainingJobRecord>
  readonly objects: ObjectStore
  readonly runner: TrainingRunner
}

export function createAutoMLRunner(options: AutoMLRunnerOptions): AutoMLRunner {
  const { autoMLJobs, jobs, objects, runner } = options
  /** One after another: the training jobs keep the order of the AutoML jobs. */
  let last: Promise<void> = Promise.resolve()
  let current: { readonly name: string; readonly abort: AbortController } | null = null
  let isClosing = false

  const get = (name: string) => autoMLJobs.find(autoMLJobKey(name)) as AutoMLJobRecord // never deleted

  function start({ name }: AutoMLJobRecord): void {
    last = last.then(() => prepare(name))
  }

  /** Never rejects: whatever goes wrong becomes the job's status. */
  async function prepare(name: string): Promise<void> {
    if (isClosing || get(name).preparation === 'Stopped') return
    const abort = new AbortController()
    current = { name, abort }
    try {
      move(name, 'Analyzing')
      await writeTrainingChannels(dataPlanOf(get(name)), objects, abort.signal)
      abort.signal.throwIfAborted()
      createTraining(get(name))
    } catch (error) {
      if (get(name).preparation === 'Stopping') end(name, 'Stopped', null)
      else if (!isClosing) end(name, 'Failed', failureReasonOf(error))
    } finally {
      current = null
    }
  }

  function createTraining({ training, arn }: AutoMLJobRecord): void {
    if (jobs.find(training.name))
      throw new JobFailure(
        `ClientError: there is a training job ${training.name} already, which this job did not begin.`,
      )
    jobs.put({ ...newTrainingJob(training, Date.now()), autoMLJobArn: arn })
    runner.wake()
  }

  function move(name: string, preparation: PreparationStatus): void {
    autoMLJobs.put({ ...get(name), preparation, modifiedAtMs: Date.now() })
  }

  /** Never throws: a full disk must not hide the failure that it caused. */
  function end(name: string, preparation: 'Stopped' | 'Failed', reason: string | null): void {
    const failureReason = reason?.slice(0, longestFailureReason) ?? null
    const record = { ...get(name), preparation, failureReason, modifiedAtMs: Date.now() }
    autoMLJobs.remember(record)
    try {
      autoMLJobs.put(record)
    } catch (error) {
      console.error(`The end of AutoML job ${name} could not be written:`, error)
    }
  }

  return {
    start,
    requestStop({ name }) {
      const training = trainingJobOf(get(name), jobs)
      if (training) {
        runner.requestStop(training.name)
      } else if (current?.name === name) {
        move(name, 'Stopping')
        current.abort.abort()
      } else {
        move(name, 'Stopped')
      }
    },
    keepTraining(training) {
      const owner = autoMLJobs.list().find(({ arn }) => arn === training.autoMLJobArn)
      if (owner) autoMLJobs.put({ ...owner, deletedTraining: training })
    },
    resume() {
      for (const job of autoMLJobs.list()) {
        if (isAwaitingTraining(job, jobs)) start(job)
        else if (job.preparation === 'Stopping') move(job.name, 'Stopped')
      }
    },
    async close() {
      isClosing = true
      current?.abort.abort()
      await last
    },
  }
}

function dataPlanOf({ request, training }: AutoMLJobRecord): AutoMLDataPlan {
  const sourceOf = (type: 'training' | 'validation') =>
    request.AutoMLJobInputDataConfig.find(({ ChannelType }) => ChannelType === type)?.DataSource
      .S3DataSource.S3Uri ?? null
  const targetOf = (name: string) =>
    training.request.InputDataConfig.find(({ ChannelName }) => ChannelName === name)?.DataSource
      .S3DataSource.S3Uri ?? ''
  return {
    trainingUri: sourceOf('training') ?? '',
    validationUri: sourceOf('validation'),
    validationFraction: request.DataSplitConfig?.ValidationFraction ?? defaultValidationFraction,
    seed: training.hyperparameters.seed,
    trainingTarget: targetOf('training'),
    validationTarget: targetOf('validation'),
  }
}
