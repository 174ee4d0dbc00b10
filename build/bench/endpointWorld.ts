/**
 * A model of AWS, of the network and of this program around the state machine of electron/endpoints/lifeCycle.ts, and
 * random walks through it: crashes, lost answers, requests that arrive late, a computer that sleeps, clocks that jump,
 * permissions that come and go. No walk may reach an endpoint that outlives its end while AWS accepts deletes.
 */
import {
  afterSight,
  afterStep,
  beforeStep,
  leastIdleMs,
  newLife,
  nextStep,
  pushStep,
  schedulePrecisionMs,
  signatureLifeMs,
  type EndpointLife,
  type Sight,
  type Step,
} from '../../electron/endpoints/lifeCycle.ts'
import { repeatedDelete } from '../../shared/endpoint.ts'

const minute = 60_000
const hour = 60 * minute
const retryMs = 24 * hour
/** A component goes in minutes. */
const longestComponentDeletionMs = 15 * minute
/** Deletes are refused for less than the schedule's retries go on. */
const longestRefusalMs = 20 * hour
const calmSteps = 400

export interface Machine {
  readonly afterSight: typeof afterSight
  readonly nextStep: typeof nextStep
  readonly pushStep: typeof pushStep
  /** What the requests for endpoint and component are signed with. */
  readonly signatureOf: (step: Step & { signedAtMs: number }, sentMs: number) => number
  /** What a look takes for the time. */
  readonly timeOf: (awsMs: number, localOffsetMs: number) => number
}

export const realMachine: Machine = {
  afterSight,
  nextStep,
  pushStep,
  signatureOf: (step) => step.signedAtMs,
  timeOf: (awsMs) => awsMs,
}

export interface WalkResult {
  /** Null: nothing was violated. */
  readonly violation: string | null
  readonly trace: readonly string[]
  /** Steps that AWS was asked for, by kind: a walk that asks for nothing proves nothing. */
  readonly asked: Readonly<Partial<Record<Step['kind'], number>>>
}

interface Request {
  readonly id: number
  readonly step: Step
  readonly validUntilMs: number
}

interface Schedule {
  readonly atMs: number
  readonly nextMs: number
  /** It asks again and again until then; null: once, and what is refused is retried. */
  readonly endMs: number | null
}

interface Actor {
  sight: Partial<Record<keyof Sight, Sight[keyof Sight]>>
  /** Fields read of the look so far. */
  read: number
  waitingFor: { id: number; before: EndpointLife; step: Step } | null
  wantsPush: boolean
}

const fields = [
  'nowMs',
  'scheduledMs',
  'componentScheduledMs',
  'hasModel',
  'hasConfig',
  'status',
  'component',
] as const

/** One random walk of `events` events. The same seed walks the same way. */
export function walk(seed: number, events: number, machine: Machine = realMachine): WalkResult {
  const random = generator(seed)
  const chance = (share: number) => random() < share
  const between = (least: number, most: number) => least + random() * (most - least)

  let nowMs = 1_000 * hour
  let localOffsetMs = 0
  let endpoint: { readyMs: number; fails: boolean } | null = null
  let hasConfig = false
  let hasModel = false
  let component: { readyMs: number; fails: boolean; goneMs: number | null } | null = null
  let schedule: Schedule | null = null
  let componentSchedule: Schedule | null = null
  let mayPutSchedule = true
  let refusesDeletesSinceMs: number | null = null
  let acceptsDeletesSinceMs = 0
  let promisedMs = Number.NEGATIVE_INFINITY
  let requests: Request[] = []
  let lastId = 0
  let life = newLife(between(leastIdleMs, 4 * hour), {
    mayGoUnguarded: chance(0.1),
    hasComponent: chance(0.5),
  })
  // Both were reported of AWS: that it refuses to delete an endpoint before its component, and that it leaves that behind.
  const holdsEndpoint = chance(0.5)
  let actor: Actor | null = newActor()
  const trace: string[] = []
  const asked: Partial<Record<Step['kind'], number>> = {}
  const say = (line: string) =>
    trace.push(`${((nowMs - 1_000 * hour) / minute).toFixed(1)} ${line}`)

  function newActor(): Actor {
    return { sight: {}, read: 0, waitingFor: null, wantsPush: false }
  }

  const deleteIsAccepted = () =>
    refusesDeletesSinceMs === null &&
    (endpoint === null || nowMs >= endpoint.readyMs) &&
    !(holdsEndpoint && component)
  const componentDeleteIsAccepted = () =>
    refusesDeletesSinceMs === null && (component === null || nowMs >= component.readyMs)

  /** One that has a component is asked for again and again. */
  function scheduleAt(atMs: number): Schedule {
    return { atMs, nextMs: atMs, endMs: life.hasComponent ? atMs + repeatedDelete.forMs : null }
  }

  function deleteComponent(): void {
    if (component) component.goneMs ??= nowMs + between(0.5, 1) * longestComponentDeletionMs
  }

  /** Time passes; what is scheduled meanwhile runs in time. */
  function pass(milliseconds: number): void {
    const untilMs = nowMs + milliseconds
    for (;;) {
      const endsMs: number =
        refusesDeletesSinceMs === null ? Infinity : refusesDeletesSinceMs + longestRefusalMs
      const goneMs: number = component?.goneMs ?? Infinity
      const nextMs: number = Math.min(
        schedule?.nextMs ?? Infinity,
        componentSchedule?.nextMs ?? Infinity,
        goneMs,
        endsMs,
      )
      if (nextMs > untilMs) break
      nowMs = Math.max(nowMs, nextMs)
      if (nextMs === endsMs) acceptDeletes()
      else if (nextMs === goneMs) component = null
      else if (nextMs === componentSchedule?.nextMs) fireComponent()
      else fire()
    }
    nowMs = untilMs
  }

  function fire(): void {
    if (!schedule) return
    const isAccepted = deleteIsAccepted()
    if (isAccepted) {
      say('the schedule runs')
      endpoint = null
    }
    if (schedule.endMs !== null) schedule = again(schedule, schedule.endMs)
    else if (isAccepted || nowMs - schedule.atMs > retryMs) schedule = null
    else schedule = { ...schedule, nextMs: nowMs + minute }
  }

  function fireComponent(): void {
    const { endMs = null } = componentSchedule ?? {}
    if (!componentSchedule || endMs === null) return
    if (component && componentDeleteIsAccepted()) {
      say('the component’s schedule runs')
      deleteComponent()
    }
    componentSchedule = again(componentSchedule, endMs)
  }

  function again(before: Schedule, endMs: number): Schedule | null {
    const nextMs = before.nextMs + repeatedDelete.everyMs
    return nextMs > endMs ? null : { ...before, nextMs }
  }

  function acceptDeletes(): void {
    refusesDeletesSinceMs = null
    acceptsDeletesSinceMs = nowMs
  }

  function look(actor: Actor): void {
    const field = fields[actor.read]
    if (field === undefined) return
    const seen: Sight = {
      nowMs: machine.timeOf(nowMs, localOffsetMs),
      scheduledMs: schedule?.atMs ?? null,
      componentScheduledMs: componentSchedule?.atMs ?? null,
      hasModel,
      hasConfig,
      status:
        endpoint === null
          ? null
          : nowMs < endpoint.readyMs
            ? 'Creating'
            : endpoint.fails
              ? 'Failed'
              : 'InService',
      component:
        component === null
          ? null
          : component.goneMs !== null
            ? 'Deleting'
            : nowMs < component.readyMs
              ? 'Creating'
              : component.fails
                ? 'Failed'
                : 'InService',
    }
    actor.sight[field] = seen[field]
    actor.read += 1
  }

  function decide(actor: Actor): Step {
    const sight = actor.sight as unknown as Sight // every field was read
    actor.sight = {}
    actor.read = 0
    life = machine.afterSight(life, sight)
    const push = actor.wantsPush ? machine.pushStep(life, sight) : null
    actor.wantsPush = false
    return push ?? machine.nextStep(life, sight)
  }

  function send(actor: Actor, step: Step): void {
    if (['wait', 'serving', 'ask-unguarded', 'gone'].includes(step.kind)) return
    asked[step.kind] = (asked[step.kind] ?? 0) + 1
    say(`asks for ${step.kind}`)
    const before = life
    life = beforeStep(life, step)
    if (step.kind === 'put-schedule') promisedMs = Math.max(promisedMs, step.atMs)
    const signedMs = 'signedAtMs' in step ? machine.signatureOf(step, nowMs) : nowMs
    lastId += 1
    requests.push({ id: lastId, step, validUntilMs: signedMs + signatureLifeMs })
    actor.waitingFor = { id: lastId, before, step }
  }

  function apply({ step, validUntilMs }: Request): 'done' | 'forbidden' | 'refused' {
    if (nowMs > validUntilMs) return 'refused'
    switch (step.kind) {
      case 'put-schedule':
        if (!mayPutSchedule) return 'forbidden'
        if (step.atMs <= nowMs) return 'refused'
        schedule = scheduleAt(step.atMs)
        return 'done'
      case 'put-component-schedule':
        if (!mayPutSchedule) return 'forbidden'
        if (step.atMs <= nowMs) return 'refused'
        componentSchedule = scheduleAt(step.atMs)
        return 'done'
      case 'create-model':
        hasModel = true
        return 'done'
      case 'create-config':
        if (!hasModel) return 'refused'
        hasConfig = true
        return 'done'
      case 'create-endpoint':
        if (!hasConfig) return 'refused'
        endpoint ??= { readyMs: nowMs + between(minute, 30 * minute), fails: chance(0.1) }
        return 'done'
      case 'create-component':
        if (!endpoint || nowMs < endpoint.readyMs || endpoint.fails || !hasModel) return 'refused'
        component ??= {
          readyMs: nowMs + between(minute, 20 * minute),
          fails: chance(0.1),
          goneMs: null,
        }
        return 'done'
      case 'delete-component':
        if (!componentDeleteIsAccepted()) return 'refused'
        deleteComponent()
        return 'done'
      case 'delete-endpoint':
        if (!deleteIsAccepted()) return 'refused'
        endpoint = null
        return 'done'
      case 'delete-config':
        hasConfig = false
        return 'done'
      case 'delete-model':
        hasModel = false
        return 'done'
      case 'delete-component-schedule':
        componentSchedule = null
        return 'done'
      case 'delete-schedule':
        schedule = null
        return 'done'
      default:
        return 'done'
    }
  }

  /** The request arrives; its answer may be lost. */
  function deliver(request: Request, isAnswerLost: boolean): void {
    requests = requests.filter((one) => one !== request)
    const answer = apply(request)
    say(`${request.step.kind}: ${answer}${isAnswerLost ? ', answer lost' : ''}`)
    if (actor?.waitingFor?.id !== request.id) return
    const { before, step } = actor.waitingFor
    actor.waitingFor = null
    if (!isAnswerLost) life = afterStep(life, before, step, answer)
  }

  function violation(): string | null {
    if ((!endpoint && !component) || life.mayGoUnguarded || refusesDeletesSinceMs !== null)
      return null
    const endMs = Math.max(
      promisedMs,
      endpoint?.readyMs ?? 0,
      component?.readyMs ?? 0,
      acceptsDeletesSinceMs,
    )
    // A component is asked for every few minutes, takes some to go, and holds its endpoint until the next time.
    const ownMs = life.hasComponent ? 2 * repeatedDelete.everyMs + longestComponentDeletionMs : 0
    if (nowMs <= endMs + ownMs + 2 * schedulePrecisionMs) return null
    const what = endpoint ? 'endpoint' : 'component'
    return `The ${what} outlives its end by ${Math.round((nowMs - endMs) / minute)} minutes.`
  }

  /** Everything arrives and is answered. @returns a violation */
  function beCalm(steps: number): string | null {
    const calm = newActor()
    actor = calm
    for (let step = 0; step < steps; step += 1) {
      while (calm.read < fields.length) look(calm)
      const next = decide(calm)
      if (next.kind === 'gone') return null
      send(calm, next)
      while (requests[0]) deliver(requests[0], false)
      pass(minute)
      const found = violation()
      if (found) return found
    }
    return null
  }

  function happen(): void {
    const dice = random()
    const [request] = requests.length > 0 ? [requests[Math.floor(random() * requests.length)]] : []
    if (dice < 0.6) {
      if (!actor) actor = newActor()
      else if (actor.waitingFor) {
        if (request) deliver(request, false)
      } else if (actor.read < fields.length) {
        // A look takes several requests; mostly nothing happens between them.
        do look(actor)
        while (actor.read < fields.length && chance(0.85))
      } else send(actor, decide(actor))
    } else if (dice < 0.68) {
      if (request) deliver(request, chance(0.3))
    } else if (dice < 0.71) {
      if (actor) {
        say('the network is lost')
        // What was sent may arrive all the same, or never.
        if (chance(0.3)) requests = requests.filter(({ id }) => id !== actor?.waitingFor?.id)
        actor = { ...newActor(), wantsPush: actor.wantsPush }
      }
    } else if (dice < 0.735) {
      if (actor) say('crash')
      actor = null
    } else if (dice < 0.775) {
      if (actor) actor.wantsPush = true
    } else if (dice < 0.785) {
      if (life.intent === 'serve') say('removal is asked for')
      life = { ...life, intent: 'remove' }
    } else if (dice < 0.8) localOffsetMs = between(-72, 72) * hour
    else if (dice < 0.815) mayPutSchedule = chance(0.7)
    else if (dice < 0.825) {
      // A refusal that begins anew before the schedule's next attempt would be one that outlasts its retries.
      const hasAccepted = nowMs - acceptsDeletesSinceMs > 2 * minute
      if (refusesDeletesSinceMs === null && hasAccepted) refusesDeletesSinceMs = nowMs
      else acceptDeletes()
    } else if (dice < 0.94) pass(between(0.1, 3) * minute)
    else if (dice < 0.98) pass(between(3, 40) * minute)
    else {
      say('it sleeps')
      pass(between(1, 30) * hour)
    }
  }

  // A component comes late in a life: most walks begin somewhere on the way there, or after.
  if (life.hasComponent && chance(0.8)) beCalm(Math.floor(between(0, 40)))
  for (let event = 0; event < events; event += 1) {
    happen()
    const found = violation()
    if (found) return { violation: found, trace, asked }
  }

  // In the end all is calm and removal is asked for: nothing may be left.
  acceptDeletes()
  mayPutSchedule = true
  while (requests[0]) deliver(requests[0], false)
  life = { ...life, intent: 'remove' }
  const found = beCalm(calmSteps)
  if (found) return { violation: found, trace, asked }
  const left = [
    endpoint !== null && 'endpoint',
    component !== null && 'component',
    hasConfig && 'configuration',
    hasModel && 'model',
    schedule !== null && 'schedule',
    componentSchedule !== null && 'schedule of the component',
  ].filter(Boolean)
  return {
    violation: left.length > 0 ? `After removal is left: ${left.join(', ')}.` : null,
    trace,
    asked,
  }
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
