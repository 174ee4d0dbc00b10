import type { DoubleContext } from './doubleContext.ts'
import { deletingMs } from './hostingStore.ts'

/** What happened by itself since the last call: schedules that ran, endpoints that went away. */
export function settle({ hosting, now }: DoubleContext): void {
  const nowMs = now()
  for (const [name, { atMs, endpointName }] of hosting.schedules) {
    if (atMs > nowMs) continue
    const endpoint = hosting.endpoints.get(endpointName)
    // Refused while it is created or updated: the schedule's retries reach it once that is over.
    const ranAtMs = Math.max(atMs, endpoint?.busyUntilMs ?? atMs)
    if (ranAtMs > nowMs) continue
    if (endpoint && endpoint.deletedAtMs === null) endpoint.deletedAtMs = ranAtMs
    hosting.schedules.delete(name)
  }
  for (const [name, { deletedAtMs }] of hosting.endpoints)
    if (deletedAtMs !== null && nowMs >= deletedAtMs + deletingMs) hosting.endpoints.delete(name)
}
