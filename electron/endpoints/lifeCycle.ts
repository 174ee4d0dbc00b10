/**
 * The life of an endpoint that ends by itself, as a pure state machine: what was written down and what AWS was seen to
 * hold -> the one next request. docs/endpoints.md tells the protocol; build/bench/endpointWorld.ts checks it against a
 * model of AWS with crashes, lost answers, late requests and clocks that jump.
 *
 * What it rests on:
 * - A life has names of its own (endpoint, configuration, model, component, schedules), so that a request of an earlier
 *   life that arrives late can't touch this one.
 * - The schedule stands before the endpoint is asked for. It is taken away only when the endpoint was seen gone and no
 *   request for it can still arrive: each was answered, or its signature is too old.
 * - The request that makes the endpoint is signed with AWS's time of the look at the schedule. AWS refuses a signature
 *   that is too old, so it can't make an endpoint after the schedule has run, however long this computer slept.
 * - Times are AWS's, from the answer that was looked at. This computer's clock is never asked.
 *
 * One that holds its model as an inference component has two schedules, for AWS deletes the component first: both stand
 * before the endpoint is asked for, and both have enough left when the component is. They ask again every few minutes for a
 * week, since a component takes minutes to go and holds its endpoint meanwhile. The endpoint's is pushed forward first: the
 * component must never outlive the time in which its endpoint's schedule asks.
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
  /** Its model is an inference component: it may go down to no machine. */
  readonly hasComponent: boolean
  /** AWS refused a schedule: the permission for it is missing. */
  readonly isGuardRefused: boolean
  /** It was said that nothing protects from forgetting it, and that it may be made nevertheless. */
  readonly mayGoUnguarded: boolean
  /** It was there once. */
  readonly wasSeen: boolean
  readonly wasComponentSeen: boolean
  /** When it ends, as last set; AWS's time. */
  readonly deadlineMs: number | null
  /** Signature of the newest request for endpoint or component whose answer did not come; null: none is under way. */
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

export type SeenComponent = 'Creating' | 'InService' | 'Updating' | 'Deleting' | 'Failed'

/** What a look at AWS found. The fields were read in this very order: endpoint and component last. */
export interface Sight {
  readonly nowMs: number
  /** When the schedule runs; null: there is none. */
  readonly scheduledMs: number | null
  /** The same of the one that deletes the component. */
  readonly componentScheduledMs: number | null
  readonly hasModel: boolean
  readonly hasConfig: boolean
  readonly status: SeenStatus | null
  readonly component: SeenComponent | null
}

export type Step =
  | { readonly kind: 'put-schedule'; readonly atMs: number }
  | { readonly kind: 'put-component-schedule'; readonly atMs: number }
  | { readonly kind: 'create-model' }
  | { readonly kind: 'create-config' }
  | { readonly kind: 'create-endpoint'; readonly signedAtMs: number }
  | { readonly kind: 'create-component'; readonly signedAtMs: number }
  | { readonly kind: 'delete-component' }
  | { readonly kind: 'delete-endpoint' }
  | { readonly kind: 'delete-config' }
  | { readonly kind: 'delete-model' }
  | { readonly kind: 'delete-component-schedule' }
  | { readonly kind: 'delete-schedule' }
  /** Nothing to ask for now: look again later. */
  | { readonly kind: 'wait' }
  /** It answers. */
  | { readonly kind: 'serving' }
  /** It is not made before someone says that it may go unguarded. */
  | { readonly kind: 'ask-unguarded' }
  /** Nothing is left of it. */
  | { readonly kind: 'gone' }

export interface LifeWish {
  readonly mayGoUnguarded?: boolean
  readonly hasComponent?: boolean
}

export function newLife(
  idleMs: number | null,
  { mayGoUnguarded = false, hasComponent = false }: LifeWish = {},
): EndpointLife {
  return {
    intent: 'serve',
    idleMs: idleMs === null ? null : Math.max(leastIdleMs, idleMs),
    hasComponent,
    isGuardRefused: false,
    mayGoUnguarded,
    wasSeen: false,
    wasComponentSeen: false,
    deadlineMs: null,
    askedMs: null,
  }
}

/** What is learned from a look. */
export function afterSight(life: EndpointLife, sight: Sight): EndpointLife {
  const wasSeen = life.wasSeen || sight.status !== null
  const wasComponentSeen = life.wasComponentSeen || sight.component !== null
  const isOver =
    sight.status === 'Failed' ||
    sight.component === 'Failed' ||
    // It was there and is not any more: its time was up, or someone deleted it.
    (life.wasSeen && sight.status === null) ||
    (life.wasComponentSeen && sight.component === null) ||
    // No schedule runs for it, so this program is what ends it.
    (life.deadlineMs !== null && sight.nowMs > life.deadlineMs + schedulePrecisionMs)
  return {
    ...life,
    wasSeen,
    wasComponentSeen,
    intent: isOver ? 'remove' : life.intent,
    deadlineMs: sight.scheduledMs ?? life.deadlineMs,
  }
}

/** @param life as `afterSight` left it */
export function nextStep(life: EndpointLife, sight: Sight): Step {
  return life.intent === 'remove' ? nextRemoval(life, sight) : nextServing(life, sight)
}

function nextServing(life: EndpointLife, sight: Sight): Step {
  const { nowMs, scheduledMs, componentScheduledMs, status, component } = sight
  const isMade = status !== null && (!life.hasComponent || component !== null)
  if (needsGuard(life)) {
    const mustHold = isMade ? nowMs : nowMs + leastLeftMs
    if (scheduledMs === null || scheduledMs < mustHold) return putSchedule(life, nowMs)
    // The component's follows its endpoint's.
    if (life.hasComponent && (componentScheduledMs === null || componentScheduledMs < scheduledMs))
      return { kind: 'put-component-schedule', atMs: scheduledMs }
  }
  if (status === null) {
    if (life.isGuardRefused && !life.mayGoUnguarded) return { kind: 'ask-unguarded' }
    if (!sight.hasModel) return { kind: 'create-model' }
    if (!sight.hasConfig) return { kind: 'create-config' }
    return { kind: 'create-endpoint', signedAtMs: nowMs }
  }
  if (!isAnswering(status)) return { kind: 'wait' }
  if (!life.hasComponent) return { kind: 'serving' }
  if (component === null) return { kind: 'create-component', signedAtMs: nowMs }
  return component === 'InService' || component === 'Updating'
    ? { kind: 'serving' }
    : { kind: 'wait' }
}

function nextRemoval({ askedMs }: EndpointLife, sight: Sight): Step {
  const { nowMs, scheduledMs, componentScheduledMs, hasModel, hasConfig, status, component } = sight
  if (status === 'Deleting' || component === 'Deleting') return { kind: 'wait' }
  // AWS lets nobody delete an endpoint before its component, or leaves the component behind.
  if (component !== null) return { kind: 'delete-component' }
  if (status !== null) return { kind: 'delete-endpoint' }
  if (hasConfig) return { kind: 'delete-config' }
  if (hasModel) return { kind: 'delete-model' }
  if (askedMs !== null && nowMs <= askedMs + signatureLifeMs) return { kind: 'wait' }
  if (componentScheduledMs !== null) return { kind: 'delete-component-schedule' }
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
  return isSigned(step) ? { ...life, askedMs: step.signedAtMs } : life
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
  if (isSigned(step)) return { ...life, askedMs: before.askedMs }
  if (answer === 'refused') return life
  if (step.kind === 'put-schedule')
    return { ...life, isGuardRefused: answer === 'forbidden', deadlineMs: step.atMs }
  if (step.kind === 'put-component-schedule')
    return { ...life, isGuardRefused: answer === 'forbidden' }
  return life
}

/** While it updates, the old version goes on answering. */
export function isAnswering(status: SeenStatus): boolean {
  return ['InService', 'Updating', 'SystemUpdating', 'RollingBack'].includes(status)
}

function isSigned(step: Step): step is Step & { readonly signedAtMs: number } {
  return 'signedAtMs' in step
}

function needsGuard(life: EndpointLife): boolean {
  return life.idleMs !== null && !life.isGuardRefused
}

function putSchedule({ idleMs }: EndpointLife, nowMs: number): Step {
  return { kind: 'put-schedule', atMs: nowMs + (idleMs ?? leastIdleMs) }
}
