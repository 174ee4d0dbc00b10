/**
 * Runs training jobs one after another, each in a worker thread: ONNX Runtime blocks the thread that calls it, and a
 * Describe call must answer meanwhile. Jobs of an engine that was stopped or killed go on from their checkpoint.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { pipeline } from 'node:stream/promises'
import { trainingHyperparametersSchema } from '../../../shared/hyperparameters.ts'
import { fillPrompt, promptTemplateSchema } from '../../../shared/promptTemplate.ts'
import { openGenerator } from '../generate/openGenerator.ts'
import type { LogStream } from '../store/logStream.ts'
import type { ObjectStore } from '../store/objects.ts'
import type { RecordTable } from '../store/records.ts'
import type { TrainingEvent, TrainingTask } from '../train/trainingTask.ts'
import { workerUrl } from '../workerUrl.ts'
import { packModel, unpackModel } from './artifact.ts'
import { lastLoggedSteps, metricKind } from './loggedSteps.ts'
import { ModelUnavailableError, resolveModelDirectory } from './modelDirectory.ts'
import { advance, isTerminalStatus, type TrainingJobRecord } from './trainingJob.ts'
import { parseS3Uri } from './trainingJobInput.ts'

export interface TrainingRunner {
  /** Tells that a job was created or its stop was asked for. */
  wake(): void
  requestStop(name: string): void
  /** Saves checkpoints and ends the workers; the jobs stay in progress and go on at the next start. */
  shutdown(): Promise<void>
}

export interface TrainingRunnerOptions {
  readonly jobs: RecordTable<TrainingJobRecord>
  readonly objects: ObjectStore
  readonly logOf: (record: TrainingJobRecord) => LogStream
  readonly workDirectory: string
  readonly modelsDirectory: string
  readonly threads: number
  /** Where the worker's entry lies; tests hand in their own. */
  readonly workerEntry?: URL
}

/** A failure with SageMaker's prefix, which says whose fault it is. */
class JobFailure extends Error {}

type Outcome = 'finished' | 'stopped' | 'interrupted'

/** Progress goes to disk at most this often; the rest is in memory. */
const progressWriteMs = 1000

export function createTrainingRunner(options: TrainingRunnerOptions): TrainingRunner {
  const { jobs } = options
  let running: { name: string; worker: Worker | null; done: Promise<void> } | null = null
  let shuttingDown = false

  function put(record: TrainingJobRecord): TrainingJobRecord {
    jobs.put(record)
    return record
  }

  function wake(): void {
    if (shuttingDown || running) return
    const next = jobs.list().find((job) => !isTerminalStatus(job.status))
    if (!next) return
    for (const waiting of jobs.list()) {
      if (waiting !== next && waiting.secondaryStatus === 'Starting') {
        put(advance(waiting, 'Pending', Date.now()))
      }
    }
    const current = { name: next.name, worker: null as Worker | null, done: Promise.resolve() }
    running = current
    current.done = runJob(next.name, (worker) => (current.worker = worker)).finally(() => {
      running = null
      wake()
    })
  }

  async function runJob(name: string, onWorker: (worker: Worker | null) => void): Promise<void> {
    const job = () => jobs.find(name) as TrainingJobRecord // only terminal jobs are ever deleted
    const log = options.logOf(job())
    try {
      if (job().status === 'Stopping') {
        put(advance(job(), 'Stopped', Date.now()))
        return
      }
      // A job that an earlier engine left in the middle says so before it goes on.
      if (job().secondaryStatus !== 'Starting' && job().secondaryStatus !== 'Pending') {
        log.append('The engine was started again: the job goes on from its checkpoint.')
        if (job().secondaryStatus !== 'Interrupted') put(advance(job(), 'Interrupted', Date.now()))
      }
      put(advance(job(), 'Downloading', Date.now()))
      const task = await prepare(job())
      if (job().status === 'Stopping') {
        put(advance(job(), 'Stopped', Date.now()))
        return
      }
      put(advance(job(), 'Training', Date.now()))
      const outcome = await train(job, task, log, onWorker)
      if (outcome === 'interrupted') return
      if (outcome === 'stopped') {
        log.append('Stopped on request.')
        put(advance(job(), 'Stopped', Date.now()))
        return
      }
      if (job().status !== 'Stopping') put(advance(job(), 'Uploading', Date.now()))
      const artifactUri = await publishArtifact(job(), task)
      put(advance(job(), 'Completed', Date.now(), { artifactUri }))
      await rm(jobDirectory(name), { recursive: true, force: true })
    } catch (error) {
      if (shuttingDown) return
      const reason =
        error instanceof JobFailure
          ? error.message
          : error instanceof ModelUnavailableError
            ? `ClientError: ${error.message}`
            : `InternalServerError: ${error instanceof Error ? error.message : String(error)}`
      log.append(reason)
      put(advance(job(), 'Failed', Date.now(), { failureReason: reason }))
    } finally {
      onWorker(null)
    }
  }

  const jobDirectory = (name: string) => path.join(options.workDirectory, name)

  async function prepare(job: TrainingJobRecord): Promise<TrainingTask> {
    const directory = jobDirectory(job.name)
    await mkdir(directory, { recursive: true })
    const channels = new Map(
      job.request.InputDataConfig.map((channel) => [
        channel.ChannelName,
        channel.DataSource.S3DataSource.S3Uri,
      ]),
    )
    const modelUri = channels.get('model')
    if (!modelUri) throw new JobFailure('ClientError: the job has no "model" channel.')
    const trainingUri = channels.get('training') ?? channels.get('train')
    if (!trainingUri) throw new JobFailure('ClientError: the job has no "training" channel.')
    const validationUri = channels.get('validation')
    const training = await download(trainingUri, directory, 'training')
    const validation = validationUri ? await download(validationUri, directory, 'validation') : null
    return {
      baseModelDirectory: await resolveModelDirectory(modelUri, options),
      trainingPath: training.examples,
      validationPath: validation?.examples ?? null,
      templatePath: training.template,
      checkpointDirectory: path.join(directory, 'checkpoint'),
      outputDirectory: path.join(directory, 'output'),
      hyperparameters: trainingHyperparametersSchema.parse(job.request.HyperParameters),
      threads: options.threads,
    }
  }

  /** Joins the JSON Lines files under a prefix, in the order of their keys. */
  async function download(
    uri: string,
    directory: string,
    channel: string,
  ): Promise<{ examples: string; template: string | null }> {
    const { bucket, key } = parseS3Uri(uri)
    const found = (await options.objects.hasBucket(bucket))
      ? await options.objects.listObjects(bucket, key)
      : []
    const files = found.filter((object) => object.key.endsWith('.jsonl'))
    if (files.length === 0) {
      throw new JobFailure(`ClientError: no .jsonl file under ${uri} (channel "${channel}").`)
    }
    const examples = path.join(directory, `${channel}.jsonl`)
    await rm(examples, { force: true })
    for (const file of files) {
      await pipeline(
        createReadStream(options.objects.objectPath(bucket, file.key)),
        createWriteStream(examples, { flags: 'a' }),
      )
    }
    const template = found.find((object) => path.posix.basename(object.key) === 'template.json')
    if (!template) return { examples, template: null }
    const templatePath = path.join(directory, 'template.json')
    await copyFile(options.objects.objectPath(bucket, template.key), templatePath)
    return { examples, template: templatePath }
  }

  function train(
    job: () => TrainingJobRecord,
    task: TrainingTask,
    log: LogStream,
    onWorker: (worker: Worker | null) => void,
  ): Promise<Outcome> {
    const logged = lastLoggedSteps(log.events())
    const limitSeconds = job().request.StoppingCondition.MaxRuntimeInSeconds ?? 86_400
    return new Promise((resolve, reject) => {
      const worker = new Worker(options.workerEntry ?? workerUrl('trainingWorker'), {
        workerData: task,
      })
      onWorker(worker)
      const limit = setTimeout(
        () => requestStop(job().name),
        Math.min(limitSeconds * 1000, 2 ** 31 - 1),
      )
      let progressWrittenAtMs = 0
      worker.on('message', (event: TrainingEvent) => {
        switch (event.type) {
          case 'log': {
            const kind = metricKind(event.line)
            if (kind && event.step !== undefined) {
              // A resumed run repeats the steps since its checkpoint; they are in the log already.
              if (event.step <= logged[kind]) return
              logged[kind] = event.step
            }
            log.append(event.line)
            return
          }
          case 'progress': {
            const { step, totalSteps, epoch } = event
            const progressed = { ...job(), progress: { step, totalSteps, epoch } }
            if (Date.now() - progressWrittenAtMs >= progressWriteMs || step === totalSteps) {
              progressWrittenAtMs = Date.now()
              put(progressed)
            }
            return
          }
          case 'completed':
            put({ ...job(), finalMetrics: event.finalMetrics })
            resolve('finished')
            return
          case 'stopped':
            resolve(job().status === 'Stopping' ? 'stopped' : 'interrupted')
            return
          case 'failed':
            reject(new JobFailure(`${event.code}: ${event.message}`))
        }
      })
      worker.on('error', (cause) => reject(new Error('The training thread failed.', { cause })))
      worker.on('exit', () => {
        clearTimeout(limit)
        // Has no effect when the worker said how it ended.
        reject(new Error('The training thread ended without a result.'))
      })
      // Asked for while the worker was being started.
      if (shuttingDown || job().status === 'Stopping') worker.postMessage({ type: 'stop' })
    })
  }

  /** Packs, stores, reads back, loads and asks: only what has answered a prompt counts as a model. */
  async function publishArtifact(job: TrainingJobRecord, task: TrainingTask): Promise<string> {
    const { bucket, key } = parseS3Uri(job.request.OutputDataConfig.S3OutputPath)
    if (!(await options.objects.hasBucket(bucket))) {
      throw new JobFailure(`ClientError: the output bucket "${bucket}" does not exist.`)
    }
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
    const artifactKey = `${prefix}${job.name}/output/model.tar.gz`
    const received = await options.objects.receive(packModel(task.outputDirectory))
    await options.objects.keepObject(bucket, artifactKey, received, {
      contentType: 'application/gzip',
      metadata: {},
    })
    const check = path.join(jobDirectory(job.name), 'check')
    await unpackModel(options.objects.objectPath(bucket, artifactKey), check)
    const generator = await openGenerator(check, { threads: options.threads })
    try {
      const template = promptTemplateSchema.parse(
        JSON.parse(await readFile(path.join(check, 'template.json'), 'utf8')),
      )
      const tokens = generator.generate(fillPrompt(template, 'Hello'), {
        maxNewTokens: 4,
        doSample: false,
        temperature: 1,
        topP: 1,
        topK: 0,
        repetitionPenalty: 1,
        seed: 0,
        stop: [],
      })
      let count = 0
      for await (const token of tokens) if (token.id >= 0) count += 1
      if (count === 0) throw new Error('The trained model gave no answer.')
    } finally {
      await generator.close()
    }
    return `s3://${bucket}/${artifactKey}`
  }

  function requestStop(name: string): void {
    const job = jobs.find(name)
    if (!job || isTerminalStatus(job.status) || job.status === 'Stopping') return
    const isRunning = running?.name === name
    put(advance(job, isRunning ? 'Stopping' : 'Stopped', Date.now()))
    if (isRunning) running?.worker?.postMessage({ type: 'stop' })
  }

  return {
    wake,
    requestStop,
    async shutdown() {
      shuttingDown = true
      running?.worker?.postMessage({ type: 'stop' })
      await running?.done
    },
  }
}
