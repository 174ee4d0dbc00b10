/**
 * The life of an endpoint that ends by itself, as a pure state machine: what was written down and what AWS was seen to
 * hold -> the one next request. docs/endpoints.md tells the protocol; build/bench/endpointWorld.ts checks it against a
 * model of AWS with crashes, lost answers, late requests and clocks that jump.
 *
 * What it rests on:
 * - A life has names of its own (endpoint, configuration, model, schedule), so that a request of an earlier life that
 *   arrives late can't touch this one.
 * - The schedule stands before the endpoint is asked for. It is taken away only when the endpoint was seen gone and no
 *   request for it can still arrive: each was answered, or its signature is too old.
 * - The request that makes the endpoint is signed with AWS's time of the look at the schedule. AWS refuses a signature
 *   that is too old, so it can't make an endpoint after the schedule has run, however long this computer slept.
 * - Times are AWS's, from the answer that was looked at. This computer's clock is never asked.
 */

/** AWS refuses a signature that is older: five minutes, for some services fifteen. */
export const signatureLifeMs = 15 * 60_000
/** What must be left on the schedule when the endpoint is asked for. */
export const leastLeftMs = signatureLifeMs + 5 * 60_000
/** A shorter time without use could end before the endpoint is there. */
export const leastIdleMs = 30 * 60_000
/** AWS runs a schedule within a minute of its time. */
export const schedulePrecisionMs = 60_000
/** The end is pushed forward at most this often. */
const pushEveryMs = 60_000

/** Written down before each request and after each look; survives this program. */
export interface EndpointLife {
  readonly intent: 'serve' | 'remove'
  /** Null: it runs until it is removed. */
  readonly idleMs: number | null
  /** AWS refused the schedule: the permission for it is missing. */
  readonly isGuardRefused: boolean
  /** It was said that nothing protects from forgetting it, and that it may be made nevertheless. */
  readonly mayGoUnguarded: boolean
  /** It was there once. */
  readonly wasSeen: boolean
  /** When it ends, as last set; AWS's time. */
  readonly deadlineMs: number | null
  /** Signature of the newest request for the endpoint whose answer did not come; null: none is under way. */
  readonly askedMs: number | null
}

export type SeenStatus =
  | 'Creating'
  | 'InService'
  | 'Updating'
  | 'SystemUpdating'
  | 'RollingBack'
  | 'UpdateRollbackFailed'
  | 'OutOfService'
  | 'Deleting'
  | 'Failed'

/** What a look at AWS found. The fields were read in this very order: the endpoint last. */
export interface Sight {
  readonly nowMs: number
  /** When the schedule runs; null: there is none. */
  readonly scheduledMs: number | null
  readonly hasModel: boolean
  readonly hasConfig: boolean
  readonly status: SeenStatus | null
}

export type Step =
  | { readonly kind: 'put-schedule'; readonly atMs: number }
  | { readonly kind: 'create-model' }
  | { readonly kind: 'create-config' }
  | { readonly kind: 'create-endpoint'; readonly signedAtMs: number }
  | { readonly kind: 'delete-endpoint' }
  | { readonly kind: 'delete-config' }
  | { readonly kind: 'delete-model' }
  | { readonly kind: 'delete-schedule' }
  /** Nothing to ask for now: look again later. */
  | { readonly kind: 'wait' }
  /** It answers. */
  | { readonly kind: 'serving' }
  /** It is not made before someone says that it may go unguarded. */
  | { readonly kind: 'ask-unguarded' }
  /** Nothing is left of it. */
  | { readonly kind: 'gone' }

export function newLife(idleMs: number | null, mayGoUnguarded = false): EndpointLife {
  return {
    intent: 'serve',
    idleMs: idleMs === null ? null : Math.max(leastIdleMs, idleMs),
    isGuardRefused: false,
    mayGoUnguarded,
    wasSeen: false,
    deadlineMs: null,
    askedMs: null,
  }
}

/** What is learned from a look. */
export function afterSight(life: EndpointLife, sight: Sight): EndpointLife {
  const wasSeen = life.wasSeen || sight.status !== null
  const isOver =
    sight.status === 'Failed' ||
    // It was there and is not any more: its time was up, or someone deleted it.
    (life.wasSeen && sight.status === null) ||
    // No schedule runs for it, so this program is what ends it.
    (life.deadlineMs !== null && sight.nowMs > life.deadlineMs + schedulePrecisionMs)
  return {
    ...life,
    wasSeen,
    intent: isOver ? 'remove' : life.intent,
    deadlineMs: sight.scheduledMs ?? life.deadlineMs,
  }
}

/** @param life as `afterSight` left it */
export function nextStep(life: EndpointLife, sight: Sight): Step {
  return life.intent === 'remove' ? nextRemoval(life, sight) : nextServing(life, sight)
}

function nextServing(life: EndpointLife, sight: Sight): Step {
  const { nowMs, scheduledMs, status } = sight
  if (needsGuard(life)) {
    const mustHold = status === null ? nowMs + leastLeftMs : nowMs
    if (scheduledMs === null || scheduledMs < mustHold) return putSchedule(life, nowMs)
  }
  if (status === null) {
    if (life.isGuardRefused && !life.mayGoUnguarded) return { kind: 'ask-unguarded' }
    if (!sight.hasModel) return { kind: 'create-model' }
    if (!sight.hasConfig) return { kind: 'create-config' }
    return { kind: 'create-endpoint', signedAtMs: nowMs }
  }
  return isAnswering(status) ? { kind: 'serving' } : { kind: 'wait' }
}

function nextRemoval(
  { askedMs }: EndpointLife,
  { nowMs, scheduledMs, hasModel, hasConfig, status }: Sight,
): Step {
  if (status === 'Deleting') return { kind: 'wait' }
  if (status !== null) return { kind: 'delete-endpoint' }
  if (hasConfig) return { kind: 'delete-config' }
  if (hasModel) return { kind: 'delete-model' }
  if (askedMs !== null && nowMs <= askedMs + signatureLifeMs) return { kind: 'wait' }
  if (scheduledMs !== null) return { kind: 'delete-schedule' }
  return { kind: 'gone' }
}

/** After a use: the step that pushes its end forward; null while it was pushed a moment ago. */
export function pushStep(life: EndpointLife, sight: Sight): Step | null {
  if (life.intent !== 'serve' || life.idleMs === null || sight.status === null) return null
  const atMs = sight.nowMs + life.idleMs
  if (life.deadlineMs !== null && atMs - life.deadlineMs < pushEveryMs) return null
  // Without permission there is no schedule; the deadline that this program keeps moves all the same.
  return { kind: 'put-schedule', atMs }
}

/** What is written down before a step is asked for. */
export function beforeStep(life: EndpointLife, step: Step): EndpointLife {
  return step.kind === 'create-endpoint' ? { ...life, askedMs: step.signedAtMs } : life
}

/**
 * What is written down when AWS answered a step, whatever it answered. Without an answer nothing is: the next look
 * tells.
 *
 * @param before the life before `beforeStep`
 */
export function afterStep(
  life: EndpointLife,
  before: EndpointLife,
  step: Step,
  answer: 'done' | 'forbidden' | 'refused',
): EndpointLife {
  if (step.kind === 'create-endpoint') return { ...life, askedMs: before.askedMs }
  if (step.kind !== 'put-schedule' || answer === 'refused') return life
  return { ...life, isGuardRefused: answer === 'forbidden', deadlineMs: step.atMs }
}

/** While it updates, the old version goes on answering. */
export function isAnswering(status: SeenStatus): boolean {
  return ['InService', 'Updating', 'SystemUpdating', 'RollingBack'].includes(status)
}

function needsGuard(life: EndpointLife): boolean {
  return life.idleMs !== null && !life.isGuardRefused
}

function putSchedule({ idleMs }: EndpointLife, nowMs: number): Step {
  return { kind: 'put-schedule', atMs: nowMs + (idleMs ?? leastIdleMs) }
}
