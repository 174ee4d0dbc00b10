import { expect, test } from 'vitest'
import { realMachine, walk, type Machine } from '../../../build/bench/endpointWorld.ts'
import {
  afterSight,
  leastIdleMs,
  leastLeftMs,
  newLife,
  nextStep,
  pushStep,
  type EndpointLife,
  type Sight,
} from '../../../electron/endpoints/lifeCycle.ts'

const nothing: Sight = {
  nowMs: 1_000_000,
  scheduledMs: null,
  componentScheduledMs: null,
  hasModel: false,
  hasConfig: false,
  status: null,
  component: null,
}
const idleMs = 2 * 60 * 60_000
const life = newLife(idleMs)
const scheduled = { ...nothing, scheduledMs: nothing.nowMs + idleMs }

test('sets the end before anything is made, then model, configuration and endpoint', () => {
  expect(nextStep(life, nothing)).toEqual({ kind: 'put-schedule', atMs: nothing.nowMs + idleMs })
  expect(nextStep(life, scheduled)).toEqual({ kind: 'create-model' })
  expect(nextStep(life, { ...scheduled, hasModel: true })).toEqual({ kind: 'create-config' })
  const ready = { ...scheduled, hasModel: true, hasConfig: true }
  expect(nextStep(life, ready)).toEqual({ kind: 'create-endpoint', signedAtMs: ready.nowMs })
  expect(nextStep(life, { ...ready, status: 'Creating' })).toEqual({ kind: 'wait' })
  expect(nextStep(life, { ...ready, status: 'InService' })).toEqual({ kind: 'serving' })
})

test('sets the end anew when too little is left of it', () => {
  const short = { ...scheduled, scheduledMs: nothing.nowMs + leastLeftMs - 1 }
  expect(nextStep(life, short)).toMatchObject({ kind: 'put-schedule' })
})

test('asks before it goes without protection, and goes once it was allowed', () => {
  const refused: EndpointLife = { ...life, isGuardRefused: true }
  expect(nextStep(refused, nothing)).toEqual({ kind: 'ask-unguarded' })
  expect(nextStep({ ...refused, mayGoUnguarded: true }, nothing)).toEqual({ kind: 'create-model' })
})

test('one that runs until it is removed needs no schedule, and has no end to push', () => {
  const lasting = newLife(null)
  expect(nextStep(lasting, nothing)).toEqual({ kind: 'create-model' })
  expect(pushStep(lasting, { ...nothing, status: 'InService' })).toBeNull()
})

test('pushes its end forward on use, at most once a minute', () => {
  const used = { ...life, deadlineMs: nothing.nowMs + idleMs - 61_000 }
  const serving: Sight = { ...scheduled, status: 'InService' }
  expect(pushStep(used, serving)).toEqual({ kind: 'put-schedule', atMs: nothing.nowMs + idleMs })
  expect(pushStep({ ...life, deadlineMs: nothing.nowMs + idleMs }, serving)).toBeNull()
})

test('never takes less than the least time without use', () => {
  expect(newLife(1000).idleMs).toBe(leastIdleMs)
})

test('removes endpoint, configuration, model and schedule in this order', () => {
  const removing: EndpointLife = { ...life, intent: 'remove' }
  const all: Sight = { ...scheduled, hasModel: true, hasConfig: true, status: 'InService' }
  expect(nextStep(removing, all)).toEqual({ kind: 'delete-endpoint' })
  expect(nextStep(removing, { ...all, status: 'Deleting' })).toEqual({ kind: 'wait' })
  expect(nextStep(removing, { ...all, status: null })).toEqual({ kind: 'delete-config' })
  expect(nextStep(removing, { ...scheduled, hasModel: true })).toEqual({ kind: 'delete-model' })
  expect(nextStep(removing, scheduled)).toEqual({ kind: 'delete-schedule' })
  expect(nextStep(removing, nothing)).toEqual({ kind: 'gone' })
})

const withComponent = newLife(idleMs, { hasComponent: true })
const bothScheduled: Sight = {
  ...scheduled,
  componentScheduledMs: scheduled.scheduledMs,
  hasModel: true,
  hasConfig: true,
}

test('with a component sets both ends first, the endpoint’s before the component’s, and makes the component last', () => {
  expect(nextStep(withComponent, nothing)).toMatchObject({ kind: 'put-schedule' })
  expect(nextStep(withComponent, scheduled)).toEqual({
    kind: 'put-component-schedule',
    atMs: scheduled.scheduledMs,
  })
  expect(nextStep(withComponent, bothScheduled)).toMatchObject({ kind: 'create-endpoint' })
  const there: Sight = { ...bothScheduled, status: 'InService' }
  expect(nextStep(withComponent, { ...there, status: 'Creating' })).toEqual({ kind: 'wait' })
  expect(nextStep(withComponent, there)).toEqual({
    kind: 'create-component',
    signedAtMs: there.nowMs,
  })
  expect(nextStep(withComponent, { ...there, component: 'Creating' })).toEqual({ kind: 'wait' })
  expect(nextStep(withComponent, { ...there, component: 'InService' })).toEqual({ kind: 'serving' })
})

test('with a component enough is left of both ends when the component is asked for', () => {
  const short = { ...bothScheduled, status: 'InService' as const }
  const atMs = nothing.nowMs + leastLeftMs - 1
  expect(nextStep(withComponent, { ...short, scheduledMs: atMs })).toMatchObject({
    kind: 'put-schedule',
  })
  expect(nextStep(withComponent, { ...short, componentScheduledMs: atMs })).toMatchObject({
    kind: 'put-component-schedule',
    atMs: short.scheduledMs,
  })
})

test('pushes the endpoint’s end forward first, and the component’s after it', () => {
  const serving: Sight = { ...bothScheduled, status: 'InService', component: 'InService' }
  const used = { ...withComponent, deadlineMs: nothing.nowMs + idleMs - 61_000 }
  expect(pushStep(used, serving)).toMatchObject({ kind: 'put-schedule' })
  const pushed = { ...serving, scheduledMs: nothing.nowMs + idleMs + 120_000 }
  expect(nextStep(withComponent, pushed)).toEqual({
    kind: 'put-component-schedule',
    atMs: pushed.scheduledMs,
  })
})

test('removes the component before its endpoint, and its schedule only after both are gone', () => {
  const removing: EndpointLife = { ...withComponent, intent: 'remove' }
  const all: Sight = { ...bothScheduled, status: 'InService', component: 'InService' }
  expect(nextStep(removing, all)).toEqual({ kind: 'delete-component' })
  expect(nextStep(removing, { ...all, component: 'Deleting' })).toEqual({ kind: 'wait' })
  expect(nextStep(removing, { ...all, component: null })).toEqual({ kind: 'delete-endpoint' })
  // One that AWS left behind.
  expect(nextStep(removing, { ...all, status: null })).toEqual({ kind: 'delete-component' })
  const left = { ...bothScheduled, hasModel: false, hasConfig: false }
  expect(nextStep(removing, left)).toEqual({ kind: 'delete-component-schedule' })
  expect(nextStep(removing, { ...left, componentScheduledMs: null })).toEqual({
    kind: 'delete-schedule',
  })
})

test('keeps the schedule while a request for the endpoint may still arrive', () => {
  const asked: EndpointLife = { ...life, intent: 'remove', askedMs: scheduled.nowMs - 60_000 }
  expect(nextStep(asked, scheduled)).toEqual({ kind: 'wait' })
  const later = { ...scheduled, nowMs: scheduled.nowMs + 20 * 60_000 }
  expect(nextStep(asked, later)).toEqual({ kind: 'delete-schedule' })
})

test.each([
  ['failed', life, { ...scheduled, status: 'Failed' as const }],
  ['was deleted by someone', { ...life, wasSeen: true }, scheduled],
  [
    'is past its end',
    { ...life, deadlineMs: nothing.nowMs - 61_000 },
    { ...nothing, status: 'InService' as const },
  ],
  [
    'lost its component',
    { ...withComponent, wasComponentSeen: true },
    { ...bothScheduled, status: 'InService' as const },
  ],
  [
    'has a component that can’t start',
    withComponent,
    { ...bothScheduled, status: 'InService' as const, component: 'Failed' as const },
  ],
])('cleans up after one that %s', (_name, before, sight) => {
  expect(afterSight(before, sight).intent).toBe('remove')
})

const walks = 3000
const events = 120

test(`no endpoint outlives its end in ${walks} random walks, and nothing is left after removal`, () => {
  const asked = new Map<string, number>()
  for (let seed = 1; seed <= walks; seed += 1) {
    const result = walk(seed, events)
    if (result.violation)
      throw new Error(`Seed ${seed}: ${result.violation}\n${result.trace.join('\n')}`)
    for (const [kind, count] of Object.entries(result.asked))
      asked.set(kind, (asked.get(kind) ?? 0) + count)
  }
  for (const kind of ['put-schedule', 'create-endpoint', 'delete-endpoint', 'delete-schedule'])
    expect(asked.get(kind), kind).toBeGreaterThan(walks / 5)
  // Half of the walks have one, and not all of these live long enough.
  for (const kind of ['put-component-schedule', 'create-component', 'delete-component'])
    expect(asked.get(kind), kind).toBeGreaterThan(walks / 10)
})

const brokenMachines: [string, Machine][] = [
  [
    'signs the request for the endpoint when it is sent',
    { ...realMachine, signatureOf: (_step, sentMs) => sentMs },
  ],
  [
    'goes by this computer’s clock',
    { ...realMachine, timeOf: (awsMs, localOffsetMs) => awsMs + localOffsetMs },
  ],
  [
    'makes the endpoint before its schedule',
    {
      ...realMachine,
      nextStep: (known, sight) =>
        sight.status === null && known.intent === 'serve'
          ? nextStep({ ...known, idleMs: null }, sight)
          : nextStep(known, sight),
    },
  ],
  [
    'takes the schedule away first, while a request for the endpoint may still arrive',
    {
      ...realMachine,
      nextStep: (known, sight) =>
        known.intent === 'remove' && sight.status === null && sight.scheduledMs !== null
          ? { kind: 'delete-schedule' }
          : nextStep(known, sight),
    },
  ],
  [
    'forgets its configuration',
    {
      ...realMachine,
      nextStep: (known, sight) =>
        nextStep(known, known.intent === 'remove' ? { ...sight, hasConfig: false } : sight),
    },
  ],
]

/** What a machine takes each look of one with a component for. */
function seeing(change: (sight: Sight, known: EndpointLife) => Sight): Machine {
  return {
    ...realMachine,
    nextStep: (known, sight) => nextStep(known, known.hasComponent ? change(sight, known) : sight),
  }
}

const brokenWithComponent: [string, Machine][] = [
  [
    'forgets the component’s schedule',
    seeing((sight) => ({ ...sight, componentScheduledMs: sight.scheduledMs })),
  ],
  [
    'pushes the component’s end forward, and not its endpoint’s',
    {
      ...realMachine,
      pushStep(known, sight) {
        const step = pushStep(known, sight)
        return known.hasComponent && step?.kind === 'put-schedule'
          ? { kind: 'put-component-schedule', atMs: step.atMs }
          : step
      },
    },
  ],
  [
    'deletes the endpoint before its component, and never looks for that again',
    seeing((sight, known) => (known.intent === 'remove' ? { ...sight, component: null } : sight)),
  ],
  [
    'takes the component’s schedule away while it may still be made',
    {
      ...realMachine,
      nextStep: (known, sight) =>
        known.intent === 'remove' && sight.component === null && sight.componentScheduledMs !== null
          ? { kind: 'delete-component-schedule' }
          : nextStep(known, sight),
    },
  ],
]

test.each([...brokenMachines, ...brokenWithComponent])(
  'the walks catch a machine that %s',
  (_name, machine) => {
    const caught = Array.from({ length: 20_000 }, (_, index) => index + 1).some(
      (seed) => walk(seed, events, machine).violation !== null,
    )
    expect(caught).toBe(true)
  },
)
