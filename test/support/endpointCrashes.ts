/** One run of an endpoint's life in which the program ends between or within requests, as a seed says. */
import { ListEndpointsCommand } from '@aws-sdk/client-sagemaker'
import type { Connection } from '../../electron/aws/workspace.ts'
import { listEndpoints } from '../../electron/db/endpoints.ts'
import { awsEndpointPort, type EndpointPort } from '../../electron/endpoints/endpointKeeper.ts'
import {
  createEndpointService,
  type EndpointService,
} from '../../electron/endpoints/endpointService.ts'
import type { EndpointWish } from '../../electron/endpoints/newEndpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { openTestDatabase } from './database.ts'

export interface CrashResult {
  /** Endpoints that are left when the last end is past. */
  readonly orphans: readonly string[]
  readonly crashes: number
  readonly trace: readonly string[]
}

interface CrashWorld {
  readonly connection: Connection
  readonly wish: EndpointWish
  readonly passTime: (milliseconds: number) => Promise<void>
  readonly now: () => number
}

const minute = 60_000

export async function crashRun(seed: number, world: CrashWorld): Promise<CrashResult> {
  const random = generator(seed)
  const db = openTestDatabase()
  const trace: string[] = []
  let crashes = 0

  /** Requests of a program that was ended neither arrive nor are answered, unless they were under way. */
  function portThatCrashes(): EndpointPort {
    const crashAfter = Math.floor(random() * 14)
    let requests = 0
    let isDead = false
    const guard = async <T>(name: string, send: () => Promise<T>): Promise<T> => {
      if (isDead) throw new AppError('NetworkUnavailable', 'The program was ended.')
      requests += 1
      if (requests <= crashAfter) return send()
      isDead = true
      crashes += 1
      const arrives = random() < 0.5
      trace.push(`crash ${arrives ? 'after' : 'before'} ${name}`)
      if (arrives) await send()
      throw new AppError('NetworkUnavailable', 'The program was ended.')
    }
    return {
      look: (connection, plan) => guard('a look', () => awsEndpointPort.look(connection, plan)),
      take: (connection, plan, step) =>
        guard(step.kind, () => awsEndpointPort.take(connection, plan, step)),
    }
  }

  function start(): EndpointService {
    return createEndpointService({
      db,
      connect: async () => world.connection,
      workspaceIds: () => ['local'],
      priceOf: async () => null,
      requireBudget: () => undefined,
      idleMinutes: () => 30,
      publish: () => undefined,
      pollMs: 100,
      now: world.now,
      port: portThatCrashes(),
    })
  }

  const lives = 2 + Math.floor(random() * 4)
  for (let life = 0; life < lives; life += 1) {
    const service = start()
    const deed = random()
    try {
      if (deed < 0.25) await service.reconcile()
      const name = await service.ensure(world.wish, new AbortController().signal)
      trace.push('in service')
      if (deed < 0.5) service.used(name)
      if (deed > 0.7) {
        trace.push('removal')
        await service.remove(name)
        await service.removed(name)
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    } finally {
      service.close()
    }
    if (random() < 0.5) await world.passTime(Math.floor(random() * 90) * minute)
  }

  // Nobody starts it again; the last end that was ever set is at most this far.
  await world.passTime(31 * minute)
  const { Endpoints = [] } = await world.connection.clients.sageMaker.send(
    new ListEndpointsCommand({ NameContains: 'timbre-test-', MaxResults: 100 }),
  )
  const orphans = Endpoints.flatMap(({ EndpointName }) => EndpointName ?? [])
  // The next start finds what costs nothing, and takes it away.
  const last = createEndpointService({
    db,
    connect: async () => world.connection,
    workspaceIds: () => ['local'],
    priceOf: async () => null,
    requireBudget: () => undefined,
    idleMinutes: () => 30,
    publish: () => undefined,
    pollMs: 100,
    now: world.now,
  })
  for (const { endpoint } of listEndpoints(db)) {
    await last.remove(endpoint.name)
    await last.removed(endpoint.name)
  }
  last.close()
  db.close()
  return { orphans, crashes, trace }
}

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
