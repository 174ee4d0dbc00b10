/** A candidate's curves, read and put into words; the same for the page and the report. */
import { readCurves, readingRules, type CurveReading } from './curveReading.ts'
import { formatMeasure } from './formats.ts'
import type { MetricName, MetricPoint } from './metrics.ts'
import { isTerminal, type Candidate } from './model.ts'

/** `points` may be of several candidates, in any order. */
export function readCandidate(
  candidate: Candidate,
  points: readonly MetricPoint[],
): CurveReading | null {
  const of = (metric: MetricName) =>
    points
      .filter((point) => point.candidateId === candidate.id && point.metric === metric)
      .sort((a, b) => a.step - b.step)
  return readCurves({
    training: of('train_loss'),
    validation: of('validation_loss'),
    plannedSteps: candidate.progress?.totalSteps ?? null,
    hasEnded: isTerminal(candidate.status),
    hyperparameters: candidate.hyperparameters,
  })
}

/** The key of the sentence, and its values. */
export function readingWords({ verdict, sinceStep, evidence }: CurveReading): {
  readonly key: string
  readonly values: Record<string, string | number>
} {
  const loss = (value: number | undefined) => formatMeasure(value ?? 0)
  return {
    key: `analysis:reading.sentence.${verdict}`,
    values: {
      since: sinceStep ?? 0,
      needed: readingRules.fewestEvaluations,
      evaluations: evidence.evaluations,
      first: loss(evidence.firstValidation),
      best: loss(evidence.bestValidation),
      last: loss(evidence.lastValidation),
      noise: loss(evidence.noise),
      tolerance: loss(evidence.tolerance),
      trainingAtBest: loss(evidence.trainingAtBest),
      trainingAtEnd: loss(evidence.trainingAtEnd),
      from: loss(evidence.divergence?.from),
      to: loss(evidence.divergence?.to),
    },
  }
}
