/**
 * `npm run bench -- kill`: kill -9 during imports, repairs and edits. After each the library is opened again: every dataset
 * has to be there with its content whole, old or new.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createDatasetService } from '../../electron/dataset/datasetService.ts'
import { openDatabase } from '../../electron/db/database.ts'
import type { BenchOptions, BenchResult } from './result.ts'

const task = path.join(import.meta.dirname, 'killTask.ts')
const fullRounds = 200
const quickRounds = 10

export async function benchKill({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const rounds = quick ? quickRounds : fullRounds
  const broken = await killRounds(rounds, say)
  const base = {
    suite: 'kill',
    case: 'import, fix and edit',
    peer: null,
    peerValue: null,
    ratio: null,
  }
  return [{ ...base, metric: 'broken libraries', value: broken, unit: `of ${rounds}`, n: rounds }]
}

/** @returns how often a dataset was missing or its content was not whole */
export async function killRounds(rounds: number, say: (line: string) => void): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'timbre-kill-'))
  try {
    const file = path.join(folder, 'rows.csv')
    const rows = Array.from(
      { length: 60_000 },
      (_, index) => `Question ${index}?, Answer ${index}\n`,
    )
    await writeFile(file, `question,answer\n${rows.join('')}`)
    const onceMs = await timeOnce([task, folder, file])
    let broken = 0
    for (let round = 0; round < rounds; round += 1) {
      // Spread over one time round and a little of the next.
      await killAfter([task, folder, file], ((round * 0.37) % 1.1) * onceMs)
      const faults = await faultsOf(folder)
      broken += faults.length > 0 ? 1 : 0
      for (const fault of faults) say(`Round ${round + 1}: ${fault}`)
      if ((round + 1) % 20 === 0) say(`${round + 1} of ${rounds}`)
    }
    return broken
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** How long the task takes from its beginning to the end of its first time round, ms. */
function timeOnce(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let beganAt = 0
    child.stdout.on('data', (said: Buffer) => {
      if (beganAt === 0) beganAt = performance.now()
      if (said.includes('done')) child.kill('SIGKILL')
    })
    child.on('exit', (code) => {
      if (code === null) resolve(performance.now() - beganAt)
      else reject(new Error(`The task ended by itself with ${code}`))
    })
  })
}

function killAfter(args: readonly string[], ms: number): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'ignore'] })
    // Its first line says that the work has begun.
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), ms))
    child.on('exit', () => resolve())
  })
}

async function faultsOf(folder: string): Promise<string[]> {
  const db = openDatabase(path.join(folder, 'timbre.db'))
  const contentDirectory = path.join(folder, 'content')
  const service = createDatasetService({
    db,
    contentDirectory,
    publish: () => undefined,
    clock: Date.now,
  })
  const faults: string[] = []
  try {
    for (const { id, contentSha256, scan } of service.list()) {
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(path.join(contentDirectory, contentSha256)))
        hash.update(chunk as Buffer)
      if (hash.digest('hex') !== contentSha256) faults.push(`${id} is not whole`)
      const { rows } = await service.rows({ id, offset: scan.rowCount - 1, limit: 1 })
      if (rows[0]?.row !== scan.rowCount) faults.push(`${id} lacks rows`)
      // Or the folder would grow with every round.
      if (service.list().length > 6) await service.delete(id)
    }
  } catch (error) {
    faults.push(String(error))
  } finally {
    db.close()
  }
  return faults
}
