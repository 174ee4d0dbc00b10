/** The command line as people run it: a process of its own, with a tiny base model and a data folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeTinyBaseModel } from './engine.ts'

const entry = fileURLToPath(new URL('../../electron/cli/main.ts', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** What it has written to its standard output so far. */
  output(): string
  /** When this has appeared on its standard output. */
  printed(text: string): Promise<void>
}

export interface CommandLine {
  readonly directory: string
  readonly dataDirectory: string
  /** A CSV file of questions and answers, with a fault that can be fixed: a blank row. */
  readonly csv: string
  /** Added to the environment of what is started from now on. */
  readonly environment: Record<string, string>
  start(...commandArguments: string[]): RunningCommand
  run(...commandArguments: string[]): Promise<Finished>
  remove(): Promise<void>
}

export async function openCommandLine(): Promise<CommandLine> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-cli-'))
  const dataDirectory = path.join(directory, 'data')
  await writeTinyBaseModel(path.join(directory, 'models'))
  const rows = Array.from({ length: 24 }, (_, row) => `Where is item ${row}?,On shelf ${row}.`)
  const csv = path.join(directory, 'questions.csv')
  const content = `question,answer\n${rows.slice(0, 4).join('\n')}\n,\n${rows.slice(4).join('\n')}\n`
  await writeFile(csv, content)
  await mkdir(path.join(directory, 'samples'))
  await writeFile(path.join(directory, 'samples', 'help-desk-en.csv'), content)

  const environment: Record<string, string> = {}

  function start(...commandArguments: string[]): RunningCommand {
    const child = spawn(process.execPath, [entry, ...commandArguments], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TIMBRE_HOME: dataDirectory,
        TIMBRE_RESOURCES: directory,
        LC_ALL: 'en_US.UTF-8',
        ...environment,
      },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
    const finished = once(child, 'close').then(([code]: (number | null)[]): Finished => ({
      code: code ?? null,
      stdout,
      stderr,
    }))
    const printed = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (stdout.includes(text)) resolve()
        }
        child.stdout.on('data', look)
        void finished.then(() => reject(new Error(`It never printed "${text}": ${stderr}`)))
        look()
      })
    return { child, finished, output: () => stdout, printed }
  }

  return {
    directory,
    dataDirectory,
    csv,
    environment,
    start,
    run: (...commandArguments) => start(...commandArguments).finished,
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}
