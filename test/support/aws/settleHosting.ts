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
    const [name, schedule] = next
    vanish(hosting, schedule.nextMs)
    const isDone = run(hosting, schedule)
    const nextMs = schedule.nextMs + everyMs
    if (schedule.endMs !== null && nextMs <= schedule.endMs)
      hosting.schedules.set(name, { ...schedule, nextMs })
    else if (schedule.endMs !== null || isDone) hosting.schedules.delete(name)
    else hosting.schedules.set(name, { ...schedule, nextMs: untilAtRest(hosting, schedule) })
  }
  vanish(hosting, nowMs)
  for (const component of hosting.components.values())
    if (component.awakeAtMs !== null && component.awakeAtMs <= nowMs) {
      component.copies = 1
      component.awakeAtMs = null
    }
}

function earliest(
  { schedules }: HostingStore,
  nowMs: number,
): readonly [string, DoubleSchedule] | undefined {
  return [...schedules]
    .filter(([, { nextMs }]) => nextMs <= nowMs)
    .sort(([, a], [, b]) => a.nextMs - b.nextMs)[0]
}

/** @returns whether AWS took it */
function run(hosting: HostingStore, { deletes, nextMs }: DoubleSchedule): boolean {
  if (deletes.kind === 'component') {
    if (hosting.deniedToScheduler.has('sagemaker:DeleteInferenceComponent')) return false
    const component = hosting.components.get(deletes.name)
    if (component && nextMs < component.readyMs) return false
    if (component) component.deletedAtMs ??= nextMs
    return true
  }
  const endpoint = hosting.endpoints.get(deletes.name)
  if (endpoint && nextMs < endpoint.busyUntilMs) return false
  if (endpoint && !hosting.leavesComponents && componentsOf(hosting, endpoint.name).length > 0)
    return false
  if (endpoint) endpoint.deletedAtMs ??= nextMs
  return true
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
