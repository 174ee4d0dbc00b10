/**
 * Keeps one engine for the data folder: attaches to the one that runs already (another face of the app), otherwise launches
 * one and starts it again when it dies.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { EngineStatus } from '../../shared/engineStatus.ts'
import { AppError } from '../../shared/errors.ts'
import { createClients, destroyClients } from '../aws/clients.ts'
import { getAccount } from '../aws/identity.ts'
import type { LocalTarget } from '../aws/target.ts'
import type { EngineChild, LaunchEngine } from './engineChild.ts'

const connectionSchema = z.object({
  endpoint: z.url(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  pid: z.number().int(),
})

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
}

const readyMs = 30_000
const shutdownMs = 10_000
const restartsPerMinute = 5
/** How often an engine that is not our child is asked whether it is still there. */
const attachedCheckMs = 2000

export function createEngineSupervisor(options: EngineSupervisorOptions): EngineSupervisor {
  let wanted = false
  let child: EngineChild | null = null
  let target: LocalTarget | null = null
  let starting: Promise<void> | null = null
  let attachedTimer: NodeJS.Timeout | null = null
  let crashes: number[] = []
  let status: EngineStatus = { state: 'stopped', reason: null, endpoint: null }

  function setStatus(state: EngineStatus['state'], reason: string | null = null): void {
    status = { state, reason, endpoint: target?.endpoint ?? null }
    options.onStatus(status)
  }

  async function attach(): Promise<boolean> {
    const found = await readConnection(options.dataDirectory)
    if (!found || !(await answers(found))) return false
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
      const tooLate = setTimeout(() => {
        launched.kill()
        reject(new Error('The engine did not start in time.'))
      }, readyMs)
      launched.onMessage((message) => {
        const ready = connectionSchema.safeParse(message)
        if (!ready.success) return
        clearTimeout(tooLate)
        target = toTarget(ready.data)
        resolve()
      })
      launched.onExit(({ code, output }) => {
        clearTimeout(tooLate)
        if (child === launched) child = null
        const reason = output.trim() || `The engine ended with code ${code ?? 'none'}.`
        reject(new Error(reason))
        if (target && wanted) onGone(reason)
        else target = null
      })
    })
  }

  /** The engine went away without being asked to. */
  function onGone(reason: string): void {
    target = null
    if (attachedTimer) clearInterval(attachedTimer)
    attachedTimer = null
    if (!wanted) return
    crashes = [...crashes.filter((atMs) => atMs > options.now() - 60_000), options.now()]
    if (crashes.length > restartsPerMinute) {
      wanted = false
      setStatus('failed', reason)
      return
    }
    void ensureStarted().catch(() => undefined) // its failure is in the status
  }

  function ensureStarted(): Promise<void> {
    starting ??= (async () => {
      setStatus('starting')
      try {
        if (!(await attach())) {
          await launch().catch(async (error: unknown) => {
            // Somebody else's engine may have taken the lock between the two steps.
            if (!(await attach())) throw error
          })
        }
        if (wanted) setStatus('running')
      } catch (error) {
        target = null
        const reason = error instanceof Error ? error.message : String(error)
        wanted = false
        setStatus('failed', reason)
        throw new AppError('EngineUnavailable', reason, { details: { reason }, cause: error })
      } finally {
        starting = null
      }
    })()
    return starting
  }

  async function shutDown(): Promise<void> {
    wanted = false
    await starting?.catch(() => undefined)
    if (attachedTimer) clearInterval(attachedTimer)
    attachedTimer = null
    target = null
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
      if (!target) {
        throw new AppError('EngineUnavailable', status.reason ?? 'The engine is off.', {
          details: { reason: status.reason ?? '' },
          retryable: true,
        })
      }
      return target
    },
    close: shutDown,
  }
}

function toTarget(connection: z.output<typeof connectionSchema>): LocalTarget {
  const { endpoint, region, accessKeyId, secretAccessKey } = connection
  return { kind: 'local', endpoint, region, accessKeyId, secretAccessKey }
}

async function readConnection(dataDirectory: string): Promise<LocalTarget | null> {
  try {
    const file = path.join(dataDirectory, 'engine', 'connection.json')
    return toTarget(connectionSchema.parse(JSON.parse(await readFile(file, 'utf8'))))
  } catch {
    return null // none runs, or its file is from another version: a fresh one is launched
  }
}

async function answers(target: LocalTarget): Promise<boolean> {
  const clients = createClients(target)
  try {
    await getAccount(clients)
    return true
  } catch {
    return false // whatever the reason, it can't be worked with
  } finally {
    destroyClients(clients)
  }
}
