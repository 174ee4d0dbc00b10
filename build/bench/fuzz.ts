/**
 * Malformed requests against a running engine, a hundred thousand of them, sixteen at a time. Whatever comes, the engine
 * answers or hangs up, never with a defect of its own; afterwards it answers as before, what was stored is as it was byte
 * by byte, over a restart too, and its memory has not grown.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { mulberry32 } from '../../electron/engine/random.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import { checkKept, storeKept } from './fuzzKept.ts'
import { openFuzzConnection, type FuzzEngine } from './fuzzConnection.ts'
import { createFuzzer, type FuzzRequest } from './fuzzRequests.ts'
import { createDice } from './fuzzValues.ts'
import type { BenchOptions, BenchResult } from './result.ts'

export interface FuzzFigures {
  readonly sent: number
  readonly seconds: number
  /** `2xx`, `4xx`, `501`, ..., `hung up` (the engine did), `left` (we did). */
  readonly answers: Readonly<Record<string, number>>
}

const seed = 20_261_124
const connections = 16
/** The heap finds its size first. */
const warmUpShare = 0.3
/** What the allocator may keep beyond it. */
const allowedGrowthMegabytes = 32
/** Twice what is needed: a leak grows or ends the engine, and the collector has no room to be lazy in. */
const smallHeap = ['--max-old-space-size=64', '--max-semi-space-size=4']

/** 501 is what is not offered, 507 a full disk; any other 5xx is a defect. */
function isDefect(status: number): boolean {
  return status >= 500 && status !== 501 && status !== 507
}

/** @throws Error naming the request that the engine answered with a defect, or did not answer */
export async function sendMalformed(
  engine: FuzzEngine,
  count: number,
  options: { readonly seed: number; readonly after?: (sent: number) => void },
): Promise<FuzzFigures> {
  const dice = createDice(mulberry32(options.seed))
  const next = createFuzzer(
    dice,
    { host: `127.0.0.1:${engine.port}`, keys: engine },
    () => Date.now(), // signatures have to be of today
  )
  const answers: Record<string, number> = {}
  let sent = 0
  const startedAt = performance.now()
  const work = async (): Promise<void> => {
    const connection = openFuzzConnection(engine.port)
    try {
      while (sent < count) {
        sent += 1
        options.after?.(sent)
        const request = next()
        const answer = await connection.exchange(request).catch((error: unknown) => {
          throw new Error(`${String(error)}\n${shown(request)}`, { cause: error })
        })
        const status = answer === 'left' ? null : answer.status
        const label = labelOf(status)
        answers[label] = (answers[label] ?? 0) + 1
        if (status === 0 && request.isWhole) {
          throw new Error(`The engine hung up without an answer.\n${shown(request)}`)
        }
        if (answer !== 'left' && isDefect(answer.status)) {
          throw new Error(`${answer.text.slice(0, 1500)}\n\nwas the answer to\n${shown(request)}`)
        }
      }
    } finally {
      connection.close()
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  return { sent, seconds: (performance.now() - startedAt) / 1000, answers }
}

function labelOf(status: number | null): string {
  if (status === null) return 'left'
  if (status === 0) return 'hung up'
  return status >= 500 ? String(status) : `${Math.floor(status / 100)}xx`
}

function shown({ kind, bytes }: FuzzRequest): string {
  return `${kind} (${bytes.length} bytes):\n${bytes.toString('latin1', 0, 3000)}`
}

export async function benchFuzz({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const count = quick ? 2000 : 100_000
  const root = mkdtempSync(path.join(os.tmpdir(), 'timbre-fuzz-'))
  let child: ChildProcess | null = null
  try {
    const first = await startChild(root)
    child = first.child
    const kept = await storeKept(first.engine)
    let warmMegabytes = 0
    const figures = await sendMalformed(first.engine, count, {
      seed,
      after(sent) {
        if (sent === Math.round(count * warmUpShare)) warmMegabytes = megabytesOf(first.engine.pid)
        if (sent % 10_000 === 0) say(`${sent} sent, ${megabytesOf(first.engine.pid).toFixed(0)} MB`)
      },
    })
    const endMegabytes = megabytesOf(first.engine.pid)
    await checkKept(first.engine, kept)
    refuseLeftovers(root)
    await stopChild(child)
    const second = await startChild(root)
    child = second.child
    await checkKept(second.engine, kept)

    const growth = endMegabytes - warmMegabytes
    if (growth > allowedGrowthMegabytes) {
      throw new Error(
        `The engine's memory grew from ${warmMegabytes.toFixed(0)} to ${endMegabytes.toFixed(0)} MB.`,
      )
    }
    const result = (metric: string, value: number, unit: string): BenchResult => ({
      suite: 'fuzz',
      case: `${count} requests`,
      metric,
      value,
      unit,
      peer: null,
      peerValue: null,
      ratio: null,
      n: figures.sent,
    })
    return [
      result('rate', figures.sent / figures.seconds, 'requests/s'),
      ...Object.entries(figures.answers)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([label, value]) => result(`answers ${label}`, value, '')),
      result('memory after warm-up', warmMegabytes, 'MB'),
      result('memory growth', growth, 'MB'),
    ]
  } finally {
    if (child) await stopChild(child)
    rmSync(root, { recursive: true, force: true })
  }
}

async function startChild(
  root: string,
): Promise<{ child: ChildProcess; engine: FuzzEngine & { readonly pid: number } }> {
  const child = fork(
    path.join(repositoryRoot, 'electron', 'engine', 'main.ts'),
    ['--data-dir', root, '--models', path.join(repositoryRoot, 'models'), '--threads', '1'],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: smallHeap },
  )
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('The engine ended instead of starting.')
    }),
  ])) as [FuzzEngine & { readonly pid: number }] // the engine's first message
  return { child, engine: ready }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.send({ type: 'shutdown' })
  await ended
}

/** What was received and not kept has to be gone. */
function refuseLeftovers(root: string): void {
  const left = readdirSync(path.join(root, 'engine', 's3', 'incoming'))
  if (left.length > 0) throw new Error(`${left.length} temporary files were left behind.`)
}

/** Resident memory, from /proc: this suite runs on Linux. */
function megabytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
}
