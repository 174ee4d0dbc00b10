/** How far the estimate before a training is from what the training takes, over mixed set-ups. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createClients } from '../../electron/aws/clients.ts'
import { describeHubModel } from '../../electron/aws/hub.ts'
import { estimateTrainingJob } from '../../electron/aws/runEstimate.ts'
import { ensureBucket, putTextOnce } from '../../electron/aws/s3.ts'
import { createTrainingJob, describeTrainingJob } from '../../electron/aws/trainingJobs.ts'
import type { Connection } from '../../electron/aws/workspace.ts'
import { startEngine } from '../../electron/engine/startEngine.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import { median, type BenchOptions, type BenchResult } from './result.ts'

interface SetUp {
  readonly model: 'timbre-pico-en' | 'timbre-nano-en-zh'
  readonly rows: number
  /** Words of an answer: from, to. */
  readonly words: readonly [number, number]
  readonly settings: Readonly<Record<string, string>>
}

/** Two models, four kinds of data, five kinds of settings: each differs from its neighbours in several ways. */
function setUps(quick: boolean): SetUp[] {
  const settings: readonly Record<string, string>[] = [
    { epoch: '4' },
    { epoch: '6', per_device_train_batch_size: '4', eval_steps: '40' },
    { epoch: '3', per_device_train_batch_size: '16', gradient_accumulation_steps: '2' },
    { epoch: '6', peft_type: 'lora', target_modules: 'all-linear' },
    { epoch: '8', max_input_length: '96', eval_steps: '5' },
  ]
  const data: readonly Pick<SetUp, 'rows' | 'words'>[] = [
    { rows: 150, words: [4, 12] },
    { rows: 400, words: [4, 20] },
    { rows: 120, words: [20, 90] },
    { rows: 250, words: [2, 60] },
  ]
  const all = settings.flatMap((chosen, at) =>
    data.map((facts, index): SetUp => {
      const model = (at + index) % 2 === 0 ? 'timbre-pico-en' : 'timbre-nano-en-zh'
      return { model, ...facts, settings: chosen }
    }),
  )
  return quick ? all.filter((_, index) => index % 7 === 0) : all
}

const bucket = 'timbre-bench'
const vocabulary = 'the lamp is warm and light we send a new one within five days for you'.split(
  ' ',
)

function jsonLines(rows: number, [from, to]: SetUp['words'], seed: number): string {
  return Array.from({ length: rows }, (_, row) => {
    const count = from + ((row * 7919 + seed) % (to - from + 1))
    const word = (at: number) => vocabulary[(row * 31 + at * 17 + seed) % vocabulary.length] ?? ''
    const completion = Array.from({ length: count }, (_, at) => word(at)).join(' ')
    return `${JSON.stringify({ prompt: `Where is order ${row}?`, completion })}\n`
  }).join('')
}

export async function benchEstimate({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'timbre-bench-'))
  const engine = await startEngine({
    dataDirectory,
    modelsDirectory: path.join(repositoryRoot, 'models'),
    port: 0,
    threads: 0,
  })
  const clients = createClients({ kind: 'local', ...engine.connection })
  const roleArn = 'arn:aws:iam::000000000000:role/TimbreExecution'
  const connection: Connection = {
    workspaceId: 'local',
    kind: 'local',
    clients,
    region: engine.connection.region,
    partition: 'aws',
    account: '000000000000',
    bucket,
    prefix: 'timbre',
    roleArn,
    kmsKeyArn: null,
    vpc: null,
    tags: [],
  }
  const errors: number[] = []
  const results: BenchResult[] = []
  try {
    await ensureBucket(clients, bucket)
    for (const [index, { model, rows, words, settings }] of setUps(quick).entries()) {
      const prefix = `s3://${bucket}/${index}`
      const put = (key: string, text: string) =>
        putTextOnce(
          { clients, kmsKeyArn: null },
          bucket,
          `${index}/${key}`,
          text,
          'application/json',
        )
      await put('training/train.jsonl', jsonLines(Math.round(rows * 0.8), words, 1))
      await put('training/prompts.json', JSON.stringify(['Where is my order?', 'Hello']))
      await put('validation/validation.jsonl', jsonLines(Math.round(rows * 0.2), words, 2))
      const run = {
        hubModel: await describeHubModel(clients, model),
        hyperparameters: settings,
        trainingUri: `${prefix}/training/`,
        validationUri: `${prefix}/validation/`,
      }
      const { seconds } = await estimateTrainingJob(connection, run)
      if (!seconds) throw new Error('Nothing was measured.')
      const jobName = `bench-${index}`
      const uris = { outputUri: `${prefix}/output/`, checkpointUri: `${prefix}/checkpoint/` }
      await createTrainingJob(connection, { ...run, ...uris, jobName, choice: null })
      const taken = await secondsOf(connection, jobName)
      const said = (seconds.low + seconds.high) / 2
      const error = Math.abs(said - taken) / taken
      errors.push(error)
      const name = `${model}, ${rows} rows, ${JSON.stringify(settings)}`
      say(
        `${name}: said ${seconds.low.toFixed(1)}-${seconds.high.toFixed(1)} s, took ${taken.toFixed(1)} s`,
      )
      results.push(figure(name, 'error of the estimate', error, 1))
    }
  } finally {
    clients.destroy()
    await engine.close()
    rmSync(dataDirectory, { recursive: true, force: true })
  }
  return [
    ...results,
    figure('all set-ups', 'median error of the estimate', median(errors), errors.length),
    figure('all set-ups', 'largest error of the estimate', Math.max(...errors), errors.length),
  ]
}

function figure(name: string, metric: string, error: number, n: number): BenchResult {
  return {
    suite: 'estimate',
    case: name,
    metric,
    value: 100 * error,
    unit: '%',
    peer: null,
    peerValue: null,
    ratio: null,
    n,
  }
}

async function secondsOf({ clients }: Connection, jobName: string): Promise<number> {
  for (;;) {
    const job = await describeTrainingJob(clients, jobName)
    if (job.status === 'Failed') throw new Error(job.failureReason ?? 'The job failed.')
    if (job.status === 'Completed' && job.startedAtMs !== null && job.endedAtMs !== null)
      return (job.endedAtMs - job.startedAtMs) / 1000
    await wait(200)
  }
}
