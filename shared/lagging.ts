/** Whether a running training is so far behind that it may as well be stopped. The rule: docs/evaluation.md. */
import { z } from 'zod'

export const laggingSchema = z.object({
  /** The best one's name. */
  behind: z.string(),
  /** Of the measure that is ranked by, when both had done this share of their steps. */
  share: z.number(),
  own: z.number(),
  other: z.number(),
})
export type Lagging = z.infer<typeof laggingSchema>

export interface Runner {
  readonly name: string
  readonly isRunning: boolean
  /** Of all its steps that were done; null while that is not known. */
  readonly share: number | null
  readonly totalSteps: number | null
  /** Of the measure that is ranked by; ascending steps, lower is better. */
  readonly curve: readonly { readonly step: number; readonly value: number }[]
}

export const laggingRules = {
  /** Before this share of its steps nobody is called late. */
  leastShare: 1 / 3,
  fewestEvaluations: 3,
  /** Behind by this share of the best one's value. */
  margin: 0.05,
} as const

/** Null unless it runs, has had its chance, and was behind the best one at the same share of the steps. */
export function laggingOf(runner: Runner, all: readonly Runner[]): Lagging | null {
  const { share, isRunning } = runner
  const own = lowestUntil(runner, share ?? 0)
  const evaluations = runner.curve.filter(({ step }) => step > 0).length
  const isEarly =
    share === null ||
    share < laggingRules.leastShare ||
    evaluations < laggingRules.fewestEvaluations
  if (!isRunning || isEarly || own === null) return null
  let best: { name: string; value: number } | null = null
  for (const other of all) {
    const value = other === runner ? null : lowestUntil(other, share)
    if (value !== null && (best === null || value < best.value)) best = { name: other.name, value }
  }
  return best !== null && own > best.value * (1 + laggingRules.margin)
    ? { behind: best.name, share, own, other: best.value }
    : null
}

/** Null when it has not come so far. */
function lowestUntil({ curve, totalSteps, share: done }: Runner, share: number): number | null {
  if (totalSteps === null || done === null || done < share) return null
  const values = curve.flatMap(({ step, value }) => (step <= share * totalSteps ? [value] : []))
  return values.length === 0 ? null : Math.min(...values)
}
