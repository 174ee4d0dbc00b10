/** Which lines of measured steps a job's log holds already. */
import type { LogEvent } from '../store/logStream.ts'

export type MetricKind = 'train' | 'eval' | `sample=${number}`

export function metricKind(line: string): MetricKind | null {
  const sample = /^step=\d+ sample=(\d+) /.exec(line)
  // Before the others: an answer may hold any text.
  if (sample) return `sample=${Number(sample[1])}`
  if (line.includes(' train_loss=')) return 'train'
  if (line.includes(' eval_loss=')) return 'eval'
  return null
}

/** The highest step logged of each kind. */
export function lastLoggedSteps(events: readonly LogEvent[]): Map<MetricKind, number> {
  const last = new Map<MetricKind, number>()
  for (const { message } of events) {
    const kind = metricKind(message)
    const step = Number(/^step=(\d+) /.exec(message)?.[1] ?? -1)
    if (kind) last.set(kind, Math.max(last.get(kind) ?? -1, step))
  }
  return last
}
