/** Endpoints as the app uses them: brought into service, kept while they are used, and taken away. */
import { setTimeout as wait } from 'node:timers/promises'
import {
  currentRevision,
  isBillable,
  maySleep,
  mostInstancesOf,
  type Endpoint,
  type EndpointScaling,
  type EndpointsState,
  type Orphan,
  type Price,
} from '../../shared/endpoint.ts'
import { AppError, toAppError } from '../../shared/errors.ts'
import { applyScaling, removeScaling, type ScaledEndpoint } from '../aws/endpointScaling.ts'
import { isForbidden } from '../aws/stepAnswer.ts'
import type { Connection } from '../aws/workspace.ts'
import type { WritableDb } from '../db/database.ts'
import {
  changeEndpoint,
  deleteEndpointRecord,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  listUncleanEndpoints,
  type StoredEndpoint,
} from '../db/endpoints.ts'
import { createEndpointKeeper, type EndpointKeeper, type EndpointPort } from './endpointKeeper.ts'
import { newLife } from './lifeCycle.ts'
import { newEndpoint, type EndpointWish } from './newEndpoint.ts'
import { deleteOrphan, findOrphans } from './orphans.ts'

/** Of one machine by the hour. Null: not known. */
export type PriceOf = (workspaceId: string, instanceType: string) => Promise<Price | null>
/** An hour of it has to fit into the workspace's budget. Null: its price is not known. @throws AppError BudgetExceeded, BudgetUsedUp */
export type RequireBudget = (workspaceId: string, perHour: number | null) => void

export interface EndpointServiceOptions {
  readonly db: WritableDb
  /** @throws AppError EngineUnavailable, CredentialsMissing, NetworkUnavailable, WorkspaceIncomplete */
  readonly connect: (workspaceId: string) => Promise<Connection>
  /** Those that are set up. */
  readonly workspaceIds: () => readonly string[]
  readonly priceOf: PriceOf
  readonly requireBudget: RequireBudget
  readonly idleMinutes: () => number
  readonly publish: (state: EndpointsState) => void
  /** It answers for the first time. */
  readonly onReady?: (endpoint: Endpoint) => void
  /** How often an account is looked at while something is expected to change. */
  readonly pollMs: number
  readonly now: () => number
  readonly port?: EndpointPort
}

export interface EndpointService {
  state(): EndpointsState
  /**
   * Brings one into service, or finds it there. What happens meanwhile is in its status.
   *
   * @returns its name
   * @throws AppError EndpointFailed, EndpointUnguarded, Cancelled, QuotaExceeded, BudgetExceeded, and what `connect` throws
   */
  ensure(wish: EndpointWish, signal: AbortSignal): Promise<string>
  /** Written down and begun; returns at once. */
  start(wish: EndpointWish): Promise<Endpoint>
  /** It was asked something: its end is pushed forward, in the background. */
  used(name: string): void
  /** Goes without protection from being forgotten. */
  allowUnguarded(name: string): void
  /** Begins with it; goes on at the next start where it is interrupted. */
  remove(name: string): Promise<Endpoint>
  /** Waits until an endpoint, its configuration and its model are gone. */
  removed(name: string): Promise<void>
  removeOrphan(workspaceId: string, name: string): Promise<void>
  /** What is written down against what the accounts hold; at the start and each hour. */
  reconcile(): Promise<void>
  /** Changes what is written down of one and tells the page. */
  change(name: string, change: (stored: StoredEndpoint) => StoredEndpoint): void
  get(name: string): Endpoint
  /** Looks until it has come to rest, as after an update. */
  refresh(name: string): Promise<void>
  /** Before an update, which AWS refuses for what is scaled. */
  unscale(name: string): Promise<void>
  /** One that nothing is left of. */
  forget(name: string): void
  close(): void
}

const localPollMs = 150
const hourMs = 3_600_000
const machinesMs = 5 * 60_000

export function createEndpointService(options: EndpointServiceOptions): EndpointService {
  const { db } = options
  let orphans: Orphan[] = []
  let reconciledAtMs: number | null = null
  const closing = new AbortController()
  const announce = () => {
    if (!closing.signal.aborted) options.publish(state())
  }
  const keeper: EndpointKeeper = createEndpointKeeper({
    db,
    publish: announce,
    ...(options.port ? { port: options.port } : {}),
  })
  /** One at a time for each endpoint: two looks at once would ask for everything twice. */
  const turns = new Map<string, Promise<unknown>>()
  const starting = new Map<string, Promise<string>>()
  const pushedAtMs = new Map<string, number>()

  function state(): EndpointsState {
    return { endpoints: listEndpoints(db).map(({ endpoint }) => endpoint), orphans, reconciledAtMs }
  }

  function get(name: string): Endpoint {
    const found = findEndpoint(db, name)
    if (found) return found.endpoint
    throw new AppError('NotFound', `There is no endpoint ${name}`, { details: { message: name } })
  }

  async function advance(name: string, isUsed = false) {
    const before = turns.get(name) ?? Promise.resolve()
    const turn = before.then(async () => {
      const { workspaceId } = get(name)
      return keeper.advance(await options.connect(workspaceId), name, isUsed)
    })
    turns.set(
      name,
      turn.catch(() => undefined),
    )
    return turn
  }

  /** The end of one with a component stands in two schedules. */
  async function pushForward(name: string): Promise<void> {
    const step = await advance(name, true)
    if (step?.kind === 'put-schedule' && currentRevision(get(name)).componentName !== null)
      await advance(name)
  }

  function pollOf(name: string): number {
    return get(name).workspaceId === 'local' ? localPollMs : options.pollMs
  }

  /** The one that stands for this model and is not on its way out. */
  function findLiving({
    modelKey,
    workspaceId,
    purpose,
  }: EndpointWish): StoredEndpoint | undefined {
    return listUncleanEndpoints(db).find(
      (stored) =>
        stored.modelKey === modelKey &&
        stored.endpoint.workspaceId === workspaceId &&
        stored.endpoint.purpose === purpose &&
        stored.life.intent === 'serve',
    )
  }

  async function begin(wish: EndpointWish): Promise<Endpoint> {
    const connection = await options.connect(wish.workspaceId)
    const price = await options.priceOf(wish.workspaceId, wish.variants[0].instanceType)
    const idleMinutes = wish.idleMinutes === undefined ? options.idleMinutes() : wish.idleMinutes
    const endpoint = newEndpoint(wish, { connection, price, idleMinutes, nowMs: options.now() })
    options.requireBudget(wish.workspaceId, endpoint.price?.perHour ?? null)
    const idleMs = idleMinutes === null ? null : idleMinutes * 60_000
    const life = newLife(idleMs, {
      ...(wish.mayGoUnguarded !== undefined && { mayGoUnguarded: wish.mayGoUnguarded }),
      hasComponent: currentRevision(endpoint).componentName !== null,
    })
    insertEndpoint(db, { endpoint, life, modelKey: wish.modelKey, isClean: false })
    announce()
    return endpoint
  }

  /** Until it answers; what is left of an earlier life goes away by the way. */
  async function serve(name: string, signal?: AbortSignal): Promise<void> {
    const wasReady = get(name).inServiceAtMs !== null
    let before: string | undefined
    for (;;) {
      if (signal?.aborted || closing.signal.aborted)
        throw new AppError('Cancelled', 'It was withdrawn')
      const step = await advance(name)
      const { failure, isRemoving } = get(name)
      if (failure && isRemoving) {
        void clean(name)
        throw AppError.fromData(failure)
      }
      if (step?.kind === 'serving') break
      if (step?.kind === 'ask-unguarded')
        throw new AppError('EndpointUnguarded', 'No schedule may be set', { details: { name } })
      if (isRemoving) {
        void clean(name)
        throw new AppError('EndpointGone', 'The endpoint was deleted', { details: { name } })
      }
      // The same step again: AWS refused it, and may take it later.
      if (step?.kind === 'wait' || step?.kind === before) await wait(pollOf(name))
      before = step?.kind
    }
    await scale(name)
    if (!wasReady) options.onReady?.(get(name))
  }

  /** Its state says what went wrong; of what may not even be looked at, and was not asked for, nothing is left either. */
  function giveUp(name: string, error: AppError): void {
    if (!isForbidden(error)) return
    changeEndpoint(db, name, (stored) => {
      const { deadlineMs, askedMs, wasSeen } = stored.life
      if (deadlineMs !== null || askedMs !== null || wasSeen || stored.endpoint.failure)
        return stored
      const endpoint = { ...stored.endpoint, status: 'Gone' as const, goneAtMs: options.now() }
      return { ...stored, isClean: true, endpoint: { ...endpoint, failure: error.toData() } }
    })
    announce()
  }

  /** What needs time goes on with the next reconciliation. */
  async function clean(name: string): Promise<void> {
    let before: string | undefined
    try {
      for (;;) {
        if (closing.signal.aborted) return
        const step = await advance(name)
        if (step === null || step.kind === 'gone') return
        const isRepeated = step.kind === before
        before = step.kind
        if (step.kind !== 'wait' && !isRepeated) continue
        // Gone but for its schedule, which ends itself.
        if (get(name).status === 'Gone' && step.kind !== 'delete-component') return
        await wait(pollOf(name))
      }
    } catch {
      // The network or the engine is away; the intent is written down, and the next reconciliation goes on.
    }
  }

  async function ensure(wish: EndpointWish, signal: AbortSignal): Promise<string> {
    for (;;) {
      const living = findLiving(wish)
      const name = living?.endpoint.name ?? (await begin(wish)).name
      try {
        await serve(name, signal)
        return name
      } catch (error) {
        // Its time was up since it was last seen: another is made.
        const isGone = error instanceof AppError && error.code === 'EndpointGone'
        if (!isGone || !living) throw error
      }
    }
  }

  async function reconcileWorkspace(workspaceId: string): Promise<Orphan[]> {
    const connection = await options.connect(workspaceId)
    for (const { endpoint, life } of listUncleanEndpoints(db)) {
      if (endpoint.workspaceId !== workspaceId) continue
      if (life.intent === 'remove') void clean(endpoint.name)
      // One that was only planned is not made behind anyone's back: no look that would go on with it.
      else if (life.wasSeen || life.askedMs !== null) await advance(endpoint.name)
      if (get(endpoint.name).isRemoving) void clean(endpoint.name)
      if (endpoint.price === null || endpoint.price.reckonedIn !== null) await findPrice(endpoint)
      await scale(endpoint.name)
    }
    const known = new Set(listEndpoints(db).map(({ endpoint }) => endpoint.name))
    return findOrphans(connection, workspaceId, known)
  }

  /** When it was made, the price list could not be asked, so that its price is reckoned or not known. */
  async function findPrice(endpoint: Endpoint): Promise<void> {
    const { name, workspaceId } = endpoint
    const [variant] = currentRevision(endpoint).variants
    const price = await options.priceOf(workspaceId, variant?.instanceType ?? '')
    if (price === null || (price.reckonedIn !== null && endpoint.price !== null)) return
    const perHour = price.perHour * mostInstancesOf(endpoint)
    changeEndpoint(db, name, (stored) => ({
      ...stored,
      endpoint: { ...stored.endpoint, price: { ...price, perHour } },
    }))
  }

  /** Once it is in service; what is refused is said, and tried again with the next reconciliation. */
  async function scale(name: string): Promise<void> {
    const { scaling, isScaled, status, workspaceId, isRemoving } = get(name)
    if (scaling === null || isScaled || status !== 'InService' || isRemoving) return
    let failure: AppError | null = null
    try {
      await applyScaling(await options.connect(workspaceId), scaledOf(get(name), scaling))
    } catch (error) {
      failure = toAppError(error)
    }
    changeEndpoint(db, name, (stored) => ({
      ...stored,
      endpoint: {
        ...stored.endpoint,
        isScaled: failure === null,
        scalingFailure: failure?.toData() ?? null,
      },
    }))
    announce()
  }

  async function reconcile(): Promise<void> {
    const found: Orphan[] = []
    for (const workspaceId of options.workspaceIds()) {
      try {
        found.push(...(await reconcileWorkspace(workspaceId)))
      } catch {
        // Not reachable now: what was known of it stays, and the next hour looks again.
        found.push(...orphans.filter((orphan) => orphan.workspaceId === workspaceId))
      }
    }
    orphans = found
    reconciledAtMs = options.now()
    announce()
  }

  const timer = setInterval(() => void reconcile(), hourMs)
  timer.unref()
  const machines = setInterval(lookAtMachines, machinesMs)
  machines.unref()

  /** What those cost that applications wake and that fall asleep again. */
  function lookAtMachines(): void {
    for (const { endpoint } of listUncleanEndpoints(db))
      // Also one that AWS was just updating, as it does while machines come and go.
      if (maySleep(endpoint) && isBillable(endpoint) && !endpoint.isRemoving)
        void advance(endpoint.name).catch(() => undefined)
  }

  return {
    state,
    get,
    ensure(wish, signal) {
      const key = `${wish.workspaceId} ${wish.purpose} ${wish.modelKey}`
      // Two columns with one model bring up one endpoint. A withdrawal ends the wait, not the start.
      const current = starting.get(key) ?? ensure(wish, new AbortController().signal)
      starting.set(key, current)
      void current.catch(() => undefined).finally(() => starting.delete(key))
      return withdrawable(current, signal)
    },
    async start(wish) {
      const endpoint = await begin(wish)
      void serve(endpoint.name).catch((error: unknown) => giveUp(endpoint.name, toAppError(error)))
      return endpoint
    },
    used(name) {
      const nowMs = options.now()
      changeEndpoint(db, name, (stored) => ({
        ...stored,
        endpoint: { ...stored.endpoint, usedAtMs: nowMs },
      }))
      if (nowMs - (pushedAtMs.get(name) ?? 0) < 60_000) return
      pushedAtMs.set(name, nowMs)
      // Lost, it ends earlier: a question more, not a bill more.
      void pushForward(name).catch(() => pushedAtMs.delete(name))
    },
    allowUnguarded(name) {
      changeEndpoint(db, name, (stored) => ({
        ...stored,
        life: { ...stored.life, mayGoUnguarded: true },
        endpoint: { ...stored.endpoint, status: 'Planned' },
      }))
      announce()
      void serve(name).catch(() => undefined)
    },
    async remove(name) {
      changeEndpoint(db, name, (stored) => ({
        ...stored,
        life: { ...stored.life, intent: 'remove' },
        endpoint: { ...stored.endpoint, isRemoving: true },
      }))
      announce()
      void clean(name)
      return get(name)
    },
    async removed(name) {
      await clean(name)
    },
    async removeOrphan(workspaceId, name) {
      const one = orphans.find((known) => known.name === name && known.workspaceId === workspaceId)
      const pollMs = workspaceId === 'local' ? localPollMs : options.pollMs
      const patience = { pollMs, signal: closing.signal }
      await deleteOrphan(await options.connect(workspaceId), { name, kind: one?.kind }, patience)
      orphans = orphans.filter((one) => one.name !== name || one.workspaceId !== workspaceId)
      announce()
    },
    reconcile,
    change(name, change) {
      changeEndpoint(db, name, change)
      announce()
    },
    async unscale(name) {
      const { scaling, isScaled, workspaceId } = get(name)
      if (scaling === null || !isScaled) return
      await removeScaling(await options.connect(workspaceId), scaledOf(get(name), scaling))
    },
    async refresh(name) {
      try {
        do {
          await wait(pollOf(name))
          await advance(name)
        } while (
          !closing.signal.aborted &&
          ['Updating', 'RollingBack', 'Creating'].includes(get(name).status)
        )
        await scale(name)
      } catch {
        // The next reconciliation looks again.
      }
    },
    forget(name) {
      deleteEndpointRecord(db, name)
      announce()
    },
    close() {
      closing.abort()
      clearInterval(timer)
      clearInterval(machines)
    },
  }
}

export function scaledOf(endpoint: Endpoint, scaling: EndpointScaling): ScaledEndpoint {
  const { variants, asyncOutputUri, componentName } = currentRevision(endpoint)
  return {
    name: endpoint.name,
    variants: variants.map(({ name }) => name),
    scaling,
    isAsync: asyncOutputUri !== null,
    componentName,
  }
}

function withdrawable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const withdraw = () => reject(new AppError('Cancelled', 'It was withdrawn'))
    if (signal.aborted) withdraw()
    signal.addEventListener('abort', withdraw, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', withdraw))
  })
}
