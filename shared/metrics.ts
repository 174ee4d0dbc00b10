/** Metric names, the log lines that carry them and the regular expressions that read them back. */
import { z } from 'zod'

/** One regular expression applied to every log line, as in SageMaker's MetricDefinitions. */
export interface MetricDefinition {
  readonly name: string
  readonly regex: string
}

const decimal = '([-+]?[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)'

/** Published in the engine's hub documents; `timbre:step` gives the x position of the line's other metrics. */
export const engineMetricDefinitions: readonly MetricDefinition[] = [
  { name: 'timbre:step', regex: '^step=([0-9]+) ' },
  { name: 'timbre:train-loss', regex: ` train_loss=${decimal}` },
  { name: 'timbre:eval-loss', regex: ` eval_loss=${decimal}` },
  { name: 'timbre:eval-bits-per-byte', regex: ` eval_bits_per_byte=${decimal}` },
  { name: 'timbre:eval-bits-per-byte-error', regex: ` eval_bits_per_byte_error=${decimal}` },
  { name: 'timbre:learning-rate', regex: ` learning_rate=${decimal}` },
  { name: 'timbre:tokens', regex: ' tokens=([0-9]+)' },
]

/** What the app stores and draws. Loss in nats per answer token; perplexity = exp(loss). */
export const metricNameSchema = z.enum([
  'train_loss',
  'validation_loss',
  'train_perplexity',
  'validation_perplexity',
  'validation_bits_per_byte',
  /** Its standard error over the validation rows. */
  'validation_bits_per_byte_error',
  'learning_rate',
  /** Answer tokens that the step learned from. */
  'train_tokens',
  /** Overlap of the answers with the expected ones, 0 to 1; told by Autopilot alone. */
  'validation_rouge1',
  'validation_rouge2',
  'validation_rougeL',
  'validation_rougeLsum',
])
export type MetricName = z.infer<typeof metricNameSchema>

export const metricPointSchema = z.object({
  candidateId: z.string(),
  metric: metricNameSchema,
  step: z.number().int().nonnegative(),
  value: z.number(),
  loggedAtMs: z.number(),
})
export type MetricPoint = z.infer<typeof metricPointSchema>
