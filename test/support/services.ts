/** The services as the app composes them: real SQLite, real files, the real engine as a child process, a tiny model. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { forkEngine } from '../../electron/engineProcess/forkEngine.ts'
import {
  createServices,
  type Publish,
  type Services,
  type ServicesOptions,
} from '../../electron/services.ts'
import type { EventName, EventPayload } from '../../shared/contract.ts'
import type { Candidate, FineTuneRequest } from '../../shared/model.ts'
import { tinyModelId, writeTinyBaseModel } from './engine.ts'

export interface TestServices {
  readonly services: Services
  readonly root: string
  readonly dataDirectory: string
  readonly events: EventLog
  /** Candidates whose end was announced, in order. */
  readonly ended: Candidate[]
  /** Closes, and opens the same data folder again, as a new start of the app does. */
  reopen(): Promise<TestServices>
  /** Closes and removes everything. */
  close(): Promise<void>
}

export interface EventLog {
  readonly publish: Publish
  of<N extends EventName>(name: N): EventPayload<N>[]
  /** The first payload, past or to come, that `accepts` says yes to. */
  until<N extends EventName>(
    name: N,
    accepts: (payload: EventPayload<N>) => boolean,
  ): Promise<EventPayload<N>>
}

export function createEventLog(): EventLog {
  const seen: { name: EventName; payload: unknown }[] = []
  const waiting = new Set<() => void>()
  const of: EventLog['of'] = (name) =>
    seen.filter((event) => event.name === name).map((event) => event.payload) as never // by its name
  return {
    publish(name, payload) {
      seen.push({ name, payload: structuredClone(payload) })
      for (const look of [...waiting]) look()
    },
    of,
    until: (name, accepts) =>
      new Promise((resolve) => {
        const look = () => {
          const found = of(name).find(accepts)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}

export async function openTestServices(
  root?: string,
  more: Pick<ServicesOptions, 'accountPollMs' | 'libraryPollMs'> = {},
): Promise<TestServices> {
  const home = root ?? (await mkdtemp(path.join(os.tmpdir(), 'timbre-services-')))
  const resourcesDirectory = path.join(home, 'resources')
  if (root === undefined) await writeTinyBaseModel(path.join(resourcesDirectory, 'models'))
  const dataDirectory = path.join(home, 'data')
  await mkdir(dataDirectory, { recursive: true })
  const events = createEventLog()
  const ended: Candidate[] = []
  const services = createServices({
    dataDirectory,
    resourcesDirectory,
    launchEngine: forkEngine,
    systemLocale: 'en-GB',
    publish: events.publish,
    onEnded: (candidate) => ended.push(candidate),
    ...more,
  })
  return {
    services,
    root: home,
    dataDirectory,
    events,
    ended,
    async reopen() {
      await services.close()
      return openTestServices(home, more)
    },
    async close() {
      await services.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** A clean file of questions and answers in the test's folder. */
export async function writeQuestionsCsv(test: TestServices, rows = 20): Promise<string> {
  const file = path.join(test.root, 'questions.csv')
  const lines = Array.from({ length: rows }, (_, row) => `Where is item ${row}?,On shelf ${row}.`)
  await writeFile(file, `question,answer\n${lines.join('\n')}\n`)
  return file
}

export async function importQuestions(test: TestServices, rows = 20): Promise<string> {
  return (await test.services.datasets.import(await writeQuestionsCsv(test, rows))).id
}

/** Two epochs of four steps, unless told otherwise. */
export function aRequest(
  datasetId: string,
  hyperparameters: Record<string, string> = {},
  overrides: Partial<FineTuneRequest> = {},
): FineTuneRequest {
  return {
    workspaceId: 'local',
    modelId: null,
    name: 'Help desk',
    problemType: 'fine-tune-foundation-model',
    datasetId,
    columns: { question: 'question', answer: 'answer' },
    validationFraction: 0.2,
    splitSeed: 10,
    samplePrompts: [],
    candidates: [
      {
        baseModelId: tinyModelId,
        hyperparameters: {
          epoch: '2',
          per_device_train_batch_size: '4',
          eval_steps: '2',
          max_input_length: '64',
          ...hyperparameters,
        },
      },
    ],
    ...overrides,
  }
}

/** The engine's process, as its connection file names it. */
export async function enginePid(dataDirectory: string): Promise<number> {
  const file = path.join(dataDirectory, 'engine', 'connection.json')
  const connection = JSON.parse(await readFile(file, 'utf8')) as { pid: number }
  return connection.pid
}
