/** Log lines -> metric points, by the metric definitions of the job's hub document. */
import { perplexity } from '../../shared/leaderboard.ts'
import type { MetricDefinition, MetricName, MetricPoint } from '../../shared/metrics.ts'

/** Published names -> ours. JumpStart's own trainers name theirs differently; they join this table with the cloud. */
const metricByPublishedName: Readonly<Record<string, MetricName>> = {
  'timbre:train-loss': 'train_loss',
  'timbre:eval-loss': 'validation_loss',
  'timbre:eval-bits-per-byte': 'validation_bits_per_byte',
  'timbre:eval-bits-per-byte-error': 'validation_bits_per_byte_error',
  'timbre:learning-rate': 'learning_rate',
  'timbre:tokens': 'train_tokens',
}
const stepMetric = 'timbre:step'
const perplexityOf: Partial<Record<MetricName, MetricName>> = {
  train_loss: 'train_perplexity',
  validation_loss: 'validation_perplexity',
}

/** Lines without a step carry no point. Perplexity is computed, never read: exp(loss). */
export function toMetricPoints(
  candidateId: string,
  lines: readonly { readonly atMs: number; readonly line: string }[],
  definitions: readonly MetricDefinition[],
): MetricPoint[] {
  const compiled = definitions.map(({ name, regex }) => ({ name, regex: new RegExp(regex) }))
  const points: MetricPoint[] = []
  for (const { atMs, line } of lines) {
    const values = new Map<string, number>()
    for (const { name, regex } of compiled) {
      const value = Number(regex.exec(line)?.[1] ?? Number.NaN)
      if (Number.isFinite(value)) values.set(name, value)
    }
    const step = values.get(stepMetric)
    if (step === undefined) continue
    for (const [name, value] of values) {
      const metric = metricByPublishedName[name]
      if (!metric) continue
      const point = { candidateId, step, loggedAtMs: atMs }
      points.push({ ...point, metric, value })
      const derived = perplexityOf[metric]
      if (derived) points.push({ ...point, metric: derived, value: perplexity(value) })
    }
  }
  return points
}
