/**
 * Runs training jobs one after another, each in a worker thread: ONNX Runtime blocks the thread that calls it, and a
 * Describe call must answer meanwhile. Jobs of an engine that was stopped or killed go on from their checkpoint.
 */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { LogStream } from '../store/logStream.ts'
import type { ModelLibrary } from '../store/modelLibrary.ts'
import type { ObjectStore } from '../store/objects.ts'
import type { RecordTable } from '../store/records.ts'
import { JobFailure, failureReasonOf } from './jobFailure.ts'
import { prepareTask, type TaskSource } from './prepareTask.ts'
import { publishArtifact } from './publishArtifact.ts'
import { fetchCheckpoint, keepCheckpoint } from './s3Checkpoint.ts'
import { advance, isTerminalStatus, type TrainingJobRecord } from './trainingJob.ts'
import { describeDevice, type TrainingDevice } from './trainingDevice.ts'
import { startTrainingThread, type TrainingThread } from './trainingThread.ts'

export interface TrainingRunner {
  /** Tells that a job was created. */
  wake(): void
  requestStop(name: string): void
  /** Whether a job keeps the device busy. */
  isBusy(): boolean
  /** Saves checkpoints and ends the workers; the jobs stay in progress and go on at the next start. */
  shutdown(): Promise<void>
}

export interface TrainingRunnerOptions {
  readonly jobs: RecordTable<TrainingJobRecord>
  readonly objects: ObjectStore
  readonly logOf: (record: TrainingJobRecord) => LogStream
  readonly workDirectory: string
  readonly library: ModelLibrary
  readonly threads: number
  readonly device: () => Promise<TrainingDevice>
  /** Where the worker's entry lies; tests hand in their own. */
  readonly workerEntry?: URL
}

/** A job that takes the whole engine down this often without getting any further is given up. */
const mostStartsWithoutProgress = 4
/** Progress goes to disk at most this often. */
const progressWriteMs = 1000
/** SageMaker's default for MaxRuntimeInSeconds. */
const defaultRuntimeSeconds = 86_400
const longestTimerMs = 2 ** 31 - 1

export function createTrainingRunner(options: TrainingRunnerOptions): TrainingRunner {
  const { jobs } = options
  let running: { name: string; thread: TrainingThread | null; done: Promise<void> } | null = null
  let shuttingDown = false

  const jobDirectory = (name: string) => path.join(options.workDirectory, name)
  const get = (name: string) => jobs.find(name) as TrainingJobRecord // only terminal jobs are ever deleted

  /** What an earlier engine left in the middle says so until it goes on. */
  for (const job of jobs.list()) {
    const wasStarted = ['Downloading', 'Training', 'Uploading'].includes(job.secondaryStatus)
    if (wasStarted) jobs.put(advance(job, 'Interrupted', Date.now()))
  }

  function wake(): void {
    if (shuttingDown || running) return
    const next = jobs.list().find((job) => !isTerminalStatus(job.status))
    if (!next) return
    running = { name: next.name, thread: null, done: Promise.resolve() }
    running.done = runJob(next.name).finally(() => {
      running = null
      wake()
    })
    markWaiting()
  }

  function markWaiting(): void {
    for (const job of jobs.list()) {
      if (job.secondaryStatus === 'Starting' && job.name !== running?.name) {
        jobs.put(advance(job, 'Pending', Date.now()))
      }
    }
  }

  /** Never rejects: whatever goes wrong becomes the job's status. */
  async function runJob(name: string): Promise<void> {
    try {
      await runToEnd(name)
    } catch (error) {
      // An engine that is going down leaves the job to the next one.
      if (!shuttingDown) fail(name, failureReasonOf(error))
    }
    if (isTerminalStatus(get(name).status)) {
      await rm(jobDirectory(name), { recursive: true, force: true }).catch(() => undefined)
    }
  }

  async function runToEnd(name: string): Promise<void> {
    const log = options.logOf(get(name))
    if (get(name).status === 'Stopping') {
      jobs.put(advance(get(name), stoppedStatus(get(name)), Date.now()))
      return
    }
    countStart(name)
    if (get(name).secondaryStatus === 'Interrupted') {
      log.append('The engine was started again: the job goes on from its checkpoint.')
    }
    jobs.put(advance(get(name), 'Downloading', Date.now()))
    const task = await prepareTask(sourceOf(get(name)), jobDirectory(name), options)
    const checkpointUri = get(name).request.CheckpointConfig?.S3Uri
    if (checkpointUri !== undefined)
      await fetchCheckpoint(checkpointUri, task.checkpointDirectory, options.objects)
    if (get(name).status === 'Stopping') {
      jobs.put(advance(get(name), stoppedStatus(get(name)), Date.now()))
      return
    }
    jobs.put(advance(get(name), 'Training', Date.now()))

    const device = await deviceFor(get(name))
    for (const line of describeDevice(device, options.threads)) log.append(line)
    const thread = startTrainingThread({ ...task, provider: device.provider }, log, {
      onProgress: createProgressWriter(name),
      ...(options.workerEntry ? { entry: options.workerEntry } : {}),
    })
    if (running) running.thread = thread
    const limit = limitRuntime(name)
    // Asked for while the worker was being started.
    if (shuttingDown) thread.stop({ keepBest: false })
    else if (get(name).status === 'Stopping') thread.stop({ keepBest: true })
    const ending = await thread.ended.finally(() => clearTimeout(limit))

    if (ending.type === 'stopped' && get(name).status !== 'Stopping') return
    if (ending.finalMetrics) jobs.put({ ...get(name), finalMetrics: ending.finalMetrics })
    if (ending.type === 'stopped') {
      if (checkpointUri !== undefined)
        await keepCheckpoint(checkpointUri, task.checkpointDirectory, options.objects)
      // Only an evaluated model is worth keeping.
      const artifactUri = ending.finalMetrics
        ? await publishArtifact(get(name), task, jobDirectory(name), options)
        : undefined
      log.append(artifactUri ? 'Stopped; the best model so far is kept.' : 'Stopped.')
      const facts = artifactUri ? { artifactUri } : {}
      jobs.put(advance(get(name), stoppedStatus(get(name)), Date.now(), facts))
      return
    }
    if (get(name).status !== 'Stopping') jobs.put(advance(get(name), 'Uploading', Date.now()))
    const artifactUri = await publishArtifact(get(name), task, jobDirectory(name), options)
    jobs.put(advance(get(name), 'Completed', Date.now(), { artifactUri }))
  }

  /** One that took the engine down may have done so through its device: the next start is the processor's. */
  async function deviceFor({ starts }: TrainingJobRecord): Promise<TrainingDevice> {
    const device = await options.device()
    return (starts?.count ?? 0) > 1 ? { ...device, provider: 'cpu' } : device
  }

  /** A job whose data crashes the process itself would otherwise do so at every start. */
  function countStart(name: string): void {
    const job = get(name)
    const step = job.progress?.step ?? 0
    const starts = job.starts?.atStep === step ? job.starts.count + 1 : 1
    if (starts > mostStartsWithoutProgress) {
      throw new JobFailure(
        `InternalServerError: the engine ended ${mostStartsWithoutProgress} times while it worked on this job.`,
      )
    }
    jobs.put({ ...job, starts: { atStep: step, count: starts } })
  }

  function createProgressWriter(name: string) {
    let writtenAtMs = 0
    return (progress: { step: number; totalSteps: number; epoch: number }) => {
      const record = { ...get(name), progress }
      const isDue = Date.now() - writtenAtMs >= progressWriteMs
      if (!isDue && progress.step !== progress.totalSteps) {
        jobs.remember(record)
        return
      }
      writtenAtMs = Date.now()
      jobs.put(record)
    }
  }

  /** MaxRuntimeInSeconds counts the time in which the job trained, over all of its starts. */
  function limitRuntime(name: string): NodeJS.Timeout {
    const { request, trainingStartedAtMs } = get(name)
    const seconds = request.StoppingCondition.MaxRuntimeInSeconds ?? defaultRuntimeSeconds
    const leftMs = (trainingStartedAtMs ?? Date.now()) + seconds * 1000 - Date.now()
    const stop = () => {
      jobs.put({ ...get(name), hasExceededRuntime: true })
      requestStop(name)
    }
    return setTimeout(stop, Math.min(Math.max(leftMs, 0), longestTimerMs))
  }

  function fail(name: string, failureReason: string): void {
    const record = advance(get(name), 'Failed', Date.now(), { failureReason })
    // A full disk must not hide the failure that it caused.
    jobs.remember(record)
    try {
      options.logOf(record).append(failureReason)
      jobs.put(record)
    } catch (error) {
      console.error(`The failure of job ${name} could not be written:`, error)
    }
  }

  function requestStop(name: string): void {
    const job = jobs.find(name)
    if (!job || isTerminalStatus(job.status) || job.status === 'Stopping') return
    const isRunning = running?.name === name
    jobs.put(advance(job, isRunning ? 'Stopping' : 'Stopped', Date.now()))
    if (isRunning) running?.thread?.stop({ keepBest: true })
  }

  return {
    wake() {
      wake()
      markWaiting()
    },
    requestStop,
    isBusy: () => running !== null,
    async shutdown() {
      shuttingDown = true
      running?.thread?.stop({ keepBest: false })
      await running?.done
      // An orderly end is no crash.
      for (const { starts, ...job } of jobs.list()) if (starts) jobs.put(job)
    },
  }
}

function sourceOf({ request, hyperparameters }: TrainingJobRecord): TaskSource {
  const channels = request.InputDataConfig.map(
    ({ ChannelName, DataSource }) => [ChannelName, DataSource.S3DataSource.S3Uri] as const,
  )
  return { channels: new Map(channels), hyperparameters }
}

function stoppedStatus(job: TrainingJobRecord): 'Stopped' | 'MaxRuntimeExceeded' {
  return job.hasExceededRuntime ? 'MaxRuntimeExceeded' : 'Stopped'
}
