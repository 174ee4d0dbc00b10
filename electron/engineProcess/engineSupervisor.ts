/**
 * Keeps one engine for the data folder: attaches to the one that runs already (another face of the app), otherwise launches
 * one. One that dies is started again, after a growing wait, until it has died too often.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { EngineStatus } from '../../shared/engineStatus.ts'
import { AppError } from '../../shared/errors.ts'
import type { LocalTarget } from '../aws/target.ts'
import type { EngineChild, LaunchEngine } from './engineChild.ts'
import {
  answers,
  connectionSchema,
  findRunningEngine,
  lockedExitCode,
  toTarget,
} from './runningEngine.ts'

export interface EngineSupervisor {
  status(): EngineStatus
  start(): Promise<EngineStatus>
  /** The user's switch: it stays off until `start`. */
  stop(): Promise<EngineStatus>
  /** Where the running engine listens. @throws AppError EngineUnavailable when it is off or failed */
  target(): Promise<LocalTarget>
  close(): Promise<void>
}

export interface EngineSupervisorOptions {
  readonly dataDirectory: string
  readonly modelsDirectory: string
  readonly launch: LaunchEngine
  readonly threads: () => number
  readonly onStatus: (status: EngineStatus) => void
  readonly now: () => number
  /** The wait after the first failure; doubles with each further one of the same minute. */
  readonly firstRetryMs?: number
}

const readyMs = 30_000
const shutdownMs = 10_000
const restartsPerMinute = 5
const defaultFirstRetryMs = 250
const longestRetryMs = 5_000
/** An engine that is being shut down answers no more, and holds its lock until its checkpoint is saved. */
const lockedPatienceMs = 30_000
const lockedCheckMs = 250
/** How often an engine that is not our child is asked whether it is still there. */
const attachedCheckMs = 2000

class LaunchError extends Error {
  readonly code: number | null
  constructor(message: string, code: number | null) {
    super(message)
    this.code = code
  }
}

export function createEngineSupervisor(options: EngineSupervisorOptions): EngineSupervisor {
  let wanted = false
  let child: EngineChild | null = null
  let target: LocalTarget | null = null
  let starting: Promise<void> | null = null
  let attachedTimer: NodeJS.Timeout | null = null
  let failures: number[] = []
  let status: EngineStatus = { state: 'stopped', reason: null, endpoint: null }

  function setStatus(state: EngineStatus['state'], reason: string | null = null): void {
    status = { state, reason, endpoint: target?.endpoint ?? null }
    options.onStatus(status)
  }

  async function attach(): Promise<boolean> {
    const found = await findRunningEngine(options.dataDirectory)
    if (!found) return false
    target = found
    attachedTimer = setInterval(() => {
      void answers(found).then((alive) => {
        if (!alive && target === found) onGone('The engine of another Timbre window ended.')
      })
    }, attachedCheckMs)
    attachedTimer.unref()
    return true
  }

  function launch(): Promise<void> {
    return new Promise((resolve, reject) => {
      const launched = options.launch({
        dataDirectory: options.dataDirectory,
        modelsDirectory: options.modelsDirectory,
        threads: options.threads(),
      })
      child = launched
      let isReady = false
      const tooLate = setTimeout(() => {
        launched.kill()
        reject(new LaunchError('The engine did not start in time.', null))
      }, readyMs)
      launched.onMessage((message) => {
        const ready = connectionSchema.safeParse(message)
        if (!ready.success) return
        clearTimeout(tooLate)
        target = toTarget(ready.data)
        isReady = true
        resolve()
      })
      launched.onExit(({ code, output }) => {
        clearTimeout(tooLate)
        if (child === launched) child = null
        const reason = output.trim() || `The engine ended with code ${code ?? 'none'}.`
        reject(new LaunchError(reason, code))
        if (isReady) onGone(reason)
      })
    })
  }

  /** The engine went away without being asked to. */
  function onGone(reason: string): void {
    forgetTarget()
    if (!wanted) return
    noteFailure()
    void ensureStarted(reason).catch(() => undefined) // its failure is in the status
  }

  function forgetTarget(): void {
    target = null
    if (attachedTimer) clearInterval(attachedTimer)
    attachedTimer = null
  }

  function noteFailure(): void {
    const now = options.now()
    failures = [...failures.filter((atMs) => atMs > now - 60_000), now]
  }

  function ensureStarted(lastReason = ''): Promise<void> {
    starting ??= keepStarting(lastReason).finally(() => (starting = null))
    return starting
  }

  /** @throws AppError EngineUnavailable when it has failed too often, or is not wanted any more */
  async function keepStarting(lastReason: string): Promise<void> {
    let reason = lastReason
    setStatus('starting')
    while (wanted) {
      if (failures.length > restartsPerMinute) {
        wanted = false
        failures = []
        setStatus('failed', reason)
        break
      }
      if (failures.length > 0) await delay(retryWait(failures.length))
      if (!wanted) break
      try {
        await attachOrLaunch()
        // It may have died right after it was ready.
        if (!target) continue
        if (wanted) setStatus('running')
        return
      } catch (error) {
        forgetTarget()
        reason = error instanceof Error ? error.message : String(error)
        noteFailure()
      }
    }
    throw unavailable(reason)
  }

  function retryWait(failureCount: number): number {
    const first = options.firstRetryMs ?? defaultFirstRetryMs
    return Math.min(first * 2 ** (failureCount - 1), longestRetryMs)
  }

  async function attachOrLaunch(): Promise<void> {
    const giveUpAtMs = options.now() + lockedPatienceMs
    for (;;) {
      if (await attach()) return
      try {
        await launch()
        return
      } catch (error) {
        const isLocked = error instanceof LaunchError && error.code === lockedExitCode
        if (!isLocked || !wanted || options.now() > giveUpAtMs) throw error
      }
      await delay(lockedCheckMs)
    }
  }

  async function shutDown(): Promise<void> {
    wanted = false
    await starting?.catch(() => undefined)
    forgetTarget()
    const running = child
    child = null
    if (!running) return
    await new Promise<void>((resolve) => {
      const kill = setTimeout(() => running.kill(), shutdownMs)
      running.onExit(() => {
        clearTimeout(kill)
        resolve()
      })
      running.send({ type: 'shutdown' })
    })
  }

  return {
    status: () => status,
    async start() {
      wanted = true
      if (!target) await ensureStarted()
      return status
    },
    async stop() {
      await shutDown()
      setStatus('stopped')
      return status
    },
    async target() {
      if (wanted && !target) await ensureStarted()
      if (!target) throw unavailable(status.reason ?? '')
      return target
    },
    close: shutDown,
  }
}

/** @param reason '' when it was switched off, which needs no words */
function unavailable(reason: string): AppError {
  return new AppError('EngineUnavailable', reason || 'The engine is off.', {
    details: { reason },
    retryable: true,
  })
}
