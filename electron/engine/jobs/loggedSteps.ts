/** Which metric lines a job's log holds already. */
import type { LogEvent } from '../store/logStream.ts'

export type MetricKind = 'train' | 'eval'

export function metricKind(line: string): MetricKind | null {
  if (line.includes(' train_loss=')) return 'train'
  if (line.includes(' eval_loss=')) return 'eval'
  return null
}

/** The highest step logged of each kind, -1 where there is none. */
export function lastLoggedSteps(events: readonly LogEvent[]): Record<MetricKind, number> {
  const last: Record<MetricKind, number> = { train: -1, eval: -1 }
  for (const { message } of events) {
    const kind = metricKind(message)
    const step = Number(/^step=(\d+) /.exec(message)?.[1] ?? -1)
    if (kind) last[kind] = Math.max(last[kind], step)
  }
  return last
}
