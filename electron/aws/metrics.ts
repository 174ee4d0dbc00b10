/** Log lines -> metric points, by the metric definitions of the job's hub document. */
import { perplexity } from '../../shared/leaderboard.ts'
import type { MetricDefinition, MetricName, MetricPoint } from '../../shared/metrics.ts'

/** What this computer's trainer publishes -> ours. */
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

/** How many of each were read before: JumpStart's trainers print no steps. */
export interface SeenPoints {
  readonly training: number
  readonly validation: number
}

/**
 * Perplexity is computed, never read: exp(loss). Where a definition tells the step, lines without one carry no point.
 * Otherwise points are counted: a training loss takes the next place, a validation loss that of the last training loss, or of
 * its own count where training losses are as rare.
 */
export function toMetricPoints(
  candidateId: string,
  lines: readonly { readonly atMs: number; readonly line: string }[],
  definitions: readonly MetricDefinition[],
  seen: SeenPoints,
): MetricPoint[] {
  const compiled = definitions.flatMap(({ name, regex }) => {
    const expression = compile(regex)
    return expression ? [{ name, regex: expression }] : []
  })
  const tellsStep = compiled.some(({ name }) => name === stepMetric)
  let { training, validation } = seen
  const points: MetricPoint[] = []
  for (const { atMs, line } of lines) {
    const values = new Map<string, number>()
    for (const { name, regex } of compiled) {
      const value = Number(regex.exec(line)?.[1] ?? Number.NaN)
      if (Number.isFinite(value)) values.set(name, value)
    }
    const toldStep = values.get(stepMetric)
    if (tellsStep && toldStep === undefined) continue
    for (const [name, value] of values) {
      const metric = metricByPublishedName[name] ?? lossOf(name)
      if (!metric) continue
      if (!tellsStep && metric === 'train_loss') training += 1
      if (!tellsStep && metric === 'validation_loss') validation += 1
      const step = toldStep ?? (metric === 'train_loss' ? training : Math.max(training, validation))
      const point = { candidateId, step, loggedAtMs: atMs }
      points.push({ ...point, metric, value })
      const derived = perplexityOf[metric]
      if (derived) points.push({ ...point, metric: derived, value: perplexity(value) })
    }
  }
  return points
}

/** JumpStart's names: `huggingface-textgeneration:eval-loss`, `...:train-loss`. */
function lossOf(publishedName: string): MetricName | null {
  const name = publishedName.toLowerCase()
  if (/(eval|valid\w*)[-_: ]*(epoch[-_: ]*)?loss$/.test(name)) return 'validation_loss'
  return /(^|[-_: ])(train(ing)?[-_: ]*)?(epoch[-_: ]*)?loss$/.test(name) ? 'train_loss' : null
}

/** One of another dialect of regular expressions reads nothing. */
function compile(regex: string): RegExp | null {
  try {
    return new RegExp(regex)
  } catch {
    return null
  }
}
