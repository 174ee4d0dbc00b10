/** Takes an endpoint through its life: one look, one step, each written down before and after. */
import { isAnswering, type Step } from './lifeCycle.ts'
import { afterSight, afterStep, beforeStep, nextStep, pushStep, type Sight } from './lifeCycle.ts'
import { maySleep, type Endpoint } from '../../shared/endpoint.ts'
import type { AppError } from '../../shared/errors.ts'
import {
  lookAtEndpoint,
  takeEndpointStep,
  type EndpointPlan,
  type EndpointSight,
} from '../aws/endpointLife.ts'
import type { StepAnswer } from '../aws/stepAnswer.ts'
import { fromEndpointReason } from '../aws/failureCatalog.ts'
import type { Connection } from '../aws/workspace.ts'
import type { WritableDb } from '../db/database.ts'
import {
  changeEndpoint,
  findEndpoint,
  type StoredEndpoint,
  type StoredLife,
} from '../db/endpoints.ts'

/** The calls of an endpoint's life; tests end the program between them. */
export interface EndpointPort {
  look(connection: Connection, plan: EndpointPlan): Promise<EndpointSight>
  take(connection: Connection, plan: EndpointPlan, step: Step): Promise<StepAnswer>
}

export const awsEndpointPort: EndpointPort = { look: lookAtEndpoint, take: takeEndpointStep }

export interface EndpointKeeper {
  /**
   * One look and at most one step.
   *
   * @param isUsed it was just asked something: its end is pushed forward
   * @returns what was asked for, or why nothing was; null when nothing of this name is written down
   * @throws AppError when AWS does not answer; the next look tells what became of it
   */
  advance(connection: Connection, name: string, isUsed?: boolean): Promise<Step | null>
}

/** A configuration that was just made may not be seen everywhere yet; a computer that slept has a signature that is too old. */
const mayPass = /Could not find endpoint configuration|Signature expired/
const mostRefusals = 5

export function createEndpointKeeper(options: {
  readonly db: WritableDb
  readonly publish: (endpoint: Endpoint) => void
  readonly port?: EndpointPort
}): EndpointKeeper {
  const { db, publish } = options
  const port = options.port ?? awsEndpointPort
  const refusals = new Map<string, number>()

  function change(name: string, to: (stored: StoredEndpoint) => StoredEndpoint) {
    const before = findEndpoint(db, name)
    const changed = changeEndpoint(db, name, to)
    if (changed && JSON.stringify(before?.endpoint) !== JSON.stringify(changed.endpoint))
      publish(changed.endpoint)
    return changed
  }

  async function advance(connection: Connection, name: string, isUsed = false) {
    const known = findEndpoint(db, name)
    if (!known) return null
    const found = await port.look(connection, planOf(known))
    const sight: Sight = found
    const seen = change(name, (stored) => afterLook(stored, found))
    if (!seen) return null
    const step = (isUsed ? pushStep(seen.life, sight) : null) ?? nextStep(seen.life, sight)
    if (step.kind === 'gone') change(name, (stored) => ({ ...stored, isClean: true }))
    if (step.kind === 'ask-unguarded') change(name, (stored) => withStatus(stored, 'Unguarded'))
    if (isRequest(step)) await take(connection, name, step)
    return step
  }

  async function take(connection: Connection, name: string, step: Step): Promise<void> {
    let before: StoredEndpoint | null = null
    const noted = change(name, (stored) => {
      before = stored
      // Another process asked for its removal since the look.
      if (stored.life.intent === 'remove' && isMaking(step)) return stored
      return { ...stored, life: beforeStep(stored.life, step) }
    })
    if (!noted || !before || (noted.life.intent === 'remove' && isMaking(step))) return
    const { life } = before as StoredEndpoint // assigned in the callback, which the compiler can't see
    const answer = await port.take(connection, planOf(noted), step)
    change(name, (stored) => {
      const next = answer.wasRepeated
        ? stored.life
        : afterStep(stored.life, life, step, answer.outcome)
      const isGuarded =
        step.kind === 'put-schedule' || step.kind === 'put-component-schedule'
          ? answer.outcome === 'done'
          : stored.endpoint.isGuarded
      const deadlineMs = next.deadlineMs
      return { ...stored, life: next, endpoint: { ...stored.endpoint, isGuarded, deadlineMs } }
    })
    if (answer.refusal && step.kind.startsWith('create-')) fail(name, answer.refusal)
  }

  /** What can't be made is cleaned up, and says why. */
  function fail(name: string, refusal: AppError): void {
    const count = (refusals.get(name) ?? 0) + 1
    refusals.set(name, count)
    if (mayPass.test(refusal.message) && count < mostRefusals) return
    change(name, (stored) => ({
      ...stored,
      life: { ...stored.life, intent: 'remove' },
      endpoint: { ...stored.endpoint, failure: refusal.toData(), isRemoving: true },
    }))
  }

  return { advance }
}

function afterLook(stored: StoredEndpoint, found: EndpointSight): StoredEndpoint {
  const life = afterSight(stored.life, found)
  const { endpoint } = stored
  const hasEnded = found.status === null && (stored.life.wasSeen || life.intent === 'remove')
  const status = shownStatus(life, found) ?? (hasEnded ? 'Gone' : endpoint.status)
  const answers = found.status !== null && status === found.status && isAnswering(found.status)
  const revisions = endpoint.revisions.map((revision, index) =>
    index < endpoint.revisions.length - 1
      ? revision
      : {
          ...revision,
          variants: revision.variants.map((variant) => ({
            ...variant,
            weight: found.weights.get(variant.name) ?? variant.weight,
          })),
        },
  )
  return {
    ...stored,
    life,
    endpoint: {
      ...endpoint,
      revisions,
      status,
      reason: found.reason ?? endpoint.reason,
      failure:
        found.status === 'Failed' || found.component === 'Failed'
          ? fromEndpointReason(found.reason ?? '').toData()
          : endpoint.failure,
      isRemoving: life.intent === 'remove',
      deadlineMs: life.deadlineMs,
      inServiceAtMs: endpoint.inServiceAtMs ?? (answers ? found.nowMs : null),
      goneAtMs: endpoint.goneAtMs ?? (hasEnded ? found.nowMs : null),
      machines: maySleep(endpoint) ? machinesAfter(endpoint, found, hasEnded) : endpoint.machines,
    },
  }
}

/** Of one whose model is a component, how far that is; null: AWS has no such endpoint. */
function shownStatus(
  { hasComponent, intent }: StoredLife,
  { status, component }: EndpointSight,
): EndpointSight['status'] {
  if (!hasComponent || status !== 'InService') return status
  if (component === null) return intent === 'remove' ? 'Deleting' : 'Creating'
  // Its endpoint has a machine all the same, and goes with it.
  if (component === 'Failed') return 'Deleting'
  return component === 'Updating' ? 'InService' : component
}

/** How many machines there are, where that has changed since the last look. */
function machinesAfter(
  { machines }: Endpoint,
  { nowMs, machines: seen }: EndpointSight,
  hasEnded: boolean,
): Endpoint['machines'] {
  const count = hasEnded ? 0 : seen
  if (count === null || machines.at(-1)?.count === count) return machines
  return [...machines, { sinceMs: nowMs, count }]
}

function withStatus(stored: StoredEndpoint, status: Endpoint['status']): StoredEndpoint {
  return { ...stored, endpoint: { ...stored.endpoint, status } }
}

export function planOf({ endpoint, life }: StoredEndpoint): EndpointPlan {
  const { name, title, purpose, revisions, scaling } = endpoint
  return { name, title, purpose, revisions, scaling, isGuarded: life.idleMs !== null }
}

function isRequest({ kind }: Step): boolean {
  return !['wait', 'serving', 'ask-unguarded', 'gone'].includes(kind)
}

function isMaking({ kind }: Step): boolean {
  return kind.startsWith('create-') || kind.startsWith('put-')
}
