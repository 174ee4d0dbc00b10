import type { DoubleContext } from './doubleContext.ts'
import {
  componentDeletingMs,
  componentsOf,
  deletingMs,
  type DoubleSchedule,
  type HostingStore,
} from './hostingStore.ts'

const everyMs = 5 * 60_000

/** What happened by itself since the last call: schedules that ran, machines that came, what was deleted and went away. */
export function settle({ hosting, now }: DoubleContext): void {
  const nowMs = now()
  // One after another in the order of their times: an endpoint's waits for that of its component.
  for (let next = earliest(hosting, nowMs); next; next = earliest(hosting, nowMs)) {
    const { due, name, schedule } = next
    vanish(hosting, schedule.nextMs)
    const answer = run(hosting, schedule)
    const isRetry = due === hosting.retries
    const nextMs = schedule.nextMs + everyMs
    if (schedule.endMs === null && answer === 'refused')
      due.set(name, { ...schedule, nextMs: untilAtRest(hosting, schedule) })
    else if (schedule.endMs === null || nextMs > schedule.endMs || (isRetry && answer === 'taken'))
      due.delete(name)
    else due.set(name, { ...schedule, nextMs })
    if (schedule.endMs !== null && answer !== 'taken' && !isRetry) retry(hosting, name, schedule)
  }
  vanish(hosting, nowMs)
  for (const component of hosting.components.values())
    if (component.awakeAtMs !== null && component.awakeAtMs <= nowMs) {
      component.copies = 1
      component.awakeAtMs = null
    }
}

function earliest({ schedules, retries }: HostingStore, nowMs: number) {
  return [schedules, retries]
    .flatMap((due) => [...due].map(([name, schedule]) => ({ due, name, schedule })))
    .filter(({ schedule }) => schedule.nextMs <= nowMs)
    .sort((a, b) => a.schedule.nextMs - b.schedule.nextMs)[0]
}

/** What SageMaker says: that there is no such thing is a refusal too, and is nothing that a later attempt mends. */
function run(
  hosting: HostingStore,
  { deletes, nextMs }: DoubleSchedule,
): 'taken' | 'refused' | 'missing' {
  if (deletes.kind === 'component') {
    if (hosting.deniedToScheduler.has('sagemaker:DeleteInferenceComponent')) return 'refused'
    const component = hosting.components.get(deletes.name)
    if (!component) return 'missing'
    if (nextMs < component.readyMs) return 'refused'
    component.deletedAtMs ??= nextMs
    return 'taken'
  }
  const endpoint = hosting.endpoints.get(deletes.name)
  if (!endpoint) return 'missing'
  if (nextMs < endpoint.busyUntilMs) return 'refused'
  if (!hosting.leavesComponents && componentsOf(hosting, endpoint.name).length > 0) return 'refused'
  endpoint.deletedAtMs ??= nextMs
  return 'taken'
}

/** The worst that AWS's words allow: whatever is refused is asked for again, also when its schedule is gone. */
function retry({ retries }: HostingStore, name: string, schedule: DoubleSchedule): void {
  const { RetryPolicy = {} } = schedule.input['Target'] as {
    RetryPolicy?: { MaximumEventAgeInSeconds?: number; MaximumRetryAttempts?: number }
  }
  const { MaximumEventAgeInSeconds = 86_400, MaximumRetryAttempts = 185 } = RetryPolicy
  if (MaximumRetryAttempts === 0) return
  const endMs = schedule.nextMs + MaximumEventAgeInSeconds * 1000
  retries.set(`${name} ${schedule.nextMs}`, {
    ...schedule,
    nextMs: schedule.nextMs + 60_000,
    endMs,
  })
}

/** Refused while it is created or updated: the schedule's retries reach it once that is over. */
function untilAtRest({ endpoints }: HostingStore, { deletes, nextMs }: DoubleSchedule): number {
  return Math.max(nextMs + 60_000, endpoints.get(deletes.name)?.busyUntilMs ?? 0)
}

function vanish({ endpoints, components }: HostingStore, nowMs: number): void {
  for (const [name, { deletedAtMs }] of components)
    if (deletedAtMs !== null && nowMs >= deletedAtMs + componentDeletingMs) components.delete(name)
  for (const [name, { deletedAtMs }] of endpoints)
    if (deletedAtMs !== null && nowMs >= deletedAtMs + deletingMs) endpoints.delete(name)
}
