/**
 * How long a training takes on a machine of AWS's, very roughly: its arithmetic over what its accelerators can do. Nobody
 * has measured it on a live account; it is for telling an hour from a week.
 */

interface Accelerator {
  /** Half precision, dense, in teraflops, as the maker publishes it. */
  readonly teraflops: number
  /** By the size of the machine; one where it is not named. */
  readonly counts: Readonly<Record<string, number>>
}

const fourAndEight = { '12xlarge': 4, '24xlarge': 4, '48xlarge': 8 }
const accelerators: Readonly<Record<string, Accelerator>> = {
  g4dn: { teraflops: 65, counts: { '12xlarge': 4, metal: 8 } },
  g5: { teraflops: 70, counts: fourAndEight },
  g6: { teraflops: 121, counts: fourAndEight },
  g6e: { teraflops: 362, counts: fourAndEight },
  p3: { teraflops: 125, counts: { '8xlarge': 4, '16xlarge': 8 } },
  p3dn: { teraflops: 125, counts: { '24xlarge': 8 } },
  p4d: { teraflops: 312, counts: { '24xlarge': 8 } },
  p4de: { teraflops: 312, counts: { '24xlarge': 8 } },
  p5: { teraflops: 989, counts: { '48xlarge': 8 } },
  p5e: { teraflops: 989, counts: { '48xlarge': 8 } },
  p5en: { teraflops: 989, counts: { '48xlarge': 8 } },
}

export interface WorkToDo {
  readonly instanceType: string
  readonly parameterCount: number | null
  /** Of all rows that are trained on, once. */
  readonly trainingTokens: number
  readonly epochs: number
}

/** Machine, data and weights have to come first. */
const startSeconds = { low: 5 * 60, high: 15 * 60 }
/** Trainers reach between a tenth and two fifths of what is published. */
const reached = { low: 0.1, high: 0.4 }
/** Operations for a parameter and token: with an adapter, and with all weights. */
const operations = { adapter: 4, all: 6 }

/** Null where machine or model is not known. */
export function roughSeconds({
  instanceType,
  parameterCount,
  trainingTokens,
  epochs,
}: WorkToDo): { low: number; high: number } | null {
  const [, family = '', size = ''] = instanceType.split('.')
  const accelerator = accelerators[family]
  if (!accelerator || parameterCount === null) return null
  const speed = accelerator.teraflops * 1e12 * (accelerator.counts[size] ?? 1)
  const work = parameterCount * trainingTokens * epochs
  return {
    low: startSeconds.low + (operations.adapter * work) / (speed * reached.high),
    high: startSeconds.high + (operations.all * work) / (speed * reached.low),
  }
}
