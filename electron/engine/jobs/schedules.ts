/** One-shot schedules, as EventBridge Scheduler keeps them: at their time they delete an endpoint. */
import type { RecordTable } from '../store/records.ts'

export interface ScheduleRecord {
  /** `group/name` */
  readonly key: string
  readonly name: string
  readonly groupName: string
  readonly arn: string
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  readonly fireAtMs: number
  readonly endpointName: string
  readonly isEnabled: boolean
  /** How long after its time a refused delete is tried again. */
  readonly retryForMs: number
  /** It has done what it was for; kept where it was asked to be. */
  readonly isSpent: boolean
  readonly deletesItself: boolean
  readonly clientToken: string | null
  /** As sent, for Get. */
  readonly request: Readonly<Record<string, unknown>>
}

export interface ScheduleRunner {
  /** Runs what is due. It runs by itself too, within a second. */
  fireDue(): void
  close(): void
}

export function createScheduleRunner(options: {
  readonly schedules: RecordTable<ScheduleRecord>
  readonly now: () => number
  /** @throws when the endpoint cannot be deleted now; one that is not there is no error */
  readonly deleteEndpoint: (name: string) => void
  readonly tickMs?: number
}): ScheduleRunner {
  const { schedules, now } = options

  function fire(schedule: ScheduleRecord): void {
    try {
      options.deleteEndpoint(schedule.endpointName)
    } catch {
      // Refused, or the disk is full: tried again at the next tick, as long as the schedule's retry policy allows.
      if (now() <= schedule.fireAtMs + schedule.retryForMs) return
    }
    if (schedule.deletesItself) schedules.delete(schedule.key)
    else schedules.put({ ...schedule, isSpent: true })
  }

  function fireDue(): void {
    const nowMs = now()
    for (const schedule of schedules.list())
      if (schedule.isEnabled && !schedule.isSpent && schedule.fireAtMs <= nowMs) fire(schedule)
  }

  const timer = setInterval(fireDue, options.tickMs ?? 1000)
  timer.unref()
  return { fireDue, close: () => clearInterval(timer) }
}
