/** What a candidate's curves say, with the numbers behind it and what to try next. The rules: docs/curves.md. */
import { levelBetween, median, noiseOfEvaluations, type CurvePoint } from './curveNoise.ts'
import type { CurveEvidence, CurveVerdict, Divergence } from './curveVerdict.ts'
import { nextActionOf, type NextAction } from './nextAction.ts'

export interface Curves {
  /** By step, ascending. */
  readonly training: readonly CurvePoint[]
  /** Step 0, where there is one, is the base model. */
  readonly validation: readonly CurvePoint[]
  readonly plannedSteps: number | null
  readonly hasEnded: boolean
  /** Wire map. */
  readonly hyperparameters: Readonly<Record<string, string>>
}

export interface CurveReading {
  readonly verdict: CurveVerdict
  /** Where it began; null where that means nothing. */
  readonly sinceStep: number | null
  readonly evidence: CurveEvidence
  /** Null while it trains, and when no setting would help. */
  readonly action: NextAction | null
}

export const readingRules = {
  fewestEvaluations: 5,
  /** A change counts beyond this many standard deviations of the noise ... */
  noiseDeviations: 2,
  /** ... and this share of the loss. */
  smallestShare: 0.005,
  /** The lowest of many noisy values is low by luck as well; a rise has to be larger. */
  riseDeviations: 4,
  smallestRise: 0.01,
  /** Evaluations at the end that a rise is judged by. */
  lastEvaluations: 3,
  /** Training loss above its start on the way and at the end, and above its lowest level at the end. */
  divergenceOnTheWay: 0.5,
  divergenceAtEnd: 0.05,
  divergenceFromLowest: 0.5,
  /** ... where it is no smaller than this share of its start. */
  divergenceFloor: 0.25,
  /** Noise above this share of the loss hides a gain below so many standard deviations. */
  noisyShare: 0.01,
  hiddenDeviations: 4,
  /** Share of the steps without a gain that makes a plateau. */
  plateauShare: 0.25,
} as const

/** Null without any validation loss and without a sign of divergence: there is nothing to say yet. */
export function readCurves(curves: Curves): CurveReading | null {
  const evidence = gather(curves)
  if (!evidence) return null
  const { verdict, sinceStep } = judge(curves, evidence)
  const action = curves.hasEnded ? nextActionOf(verdict, sinceStep, evidence, curves) : null
  return { verdict, sinceStep, evidence, action }
}

function judge(
  curves: Curves,
  evidence: CurveEvidence,
): { verdict: CurveVerdict; sinceStep: number | null } {
  const { validation } = curves
  const rules = readingRules
  if (evidence.divergence) return { verdict: 'diverging', sinceStep: evidence.divergence.step }
  if (evidence.evaluations < rules.fewestEvaluations)
    return { verdict: 'tooFewEvaluations', sinceStep: null }

  const { noise, tolerance, bestStep, bestValidation, firstValidation, lastValidation } = evidence
  const rise = lastValidation - bestValidation
  const end = levelAtEnd(validation)
  const isNoisy = noise > rules.noisyShare * bestValidation
  const isHidden = firstValidation - end < rules.hiddenDeviations * noise
  if (isNoisy && isHidden && rise < 2 * rules.riseDeviations * noise)
    return { verdict: 'tooNoisy', sinceStep: null }

  const after = validation.filter(({ step }) => step > bestStep).length
  const trainingFell = evidence.trainingAtEnd < evidence.trainingAtBest * (1 - rules.smallestShare)
  const hasRisen =
    rise > Math.max(rules.riseDeviations * noise, rules.smallestRise * bestValidation)
  if (after >= 2 && hasRisen && trainingFell) return { verdict: 'overfitting', sinceStep: bestStep }
  if (firstValidation - bestValidation <= tolerance)
    return { verdict: 'notLearning', sinceStep: null }

  const flat = flatSince(validation, tolerance)
  return flat === null
    ? { verdict: 'improving', sinceStep: null }
    : { verdict: 'plateaued', sinceStep: flat }
}

function gather({ training, validation }: Curves): CurveEvidence | null {
  const first = validation[0] ?? training[0]
  const last = validation.at(-1) ?? training.at(-1)
  const divergence = findDivergence(training)
  if (!first || !last || (validation.length === 0 && !divergence)) return null
  const best = validation.reduce((low, point) => (point.value < low.value ? point : low), first)
  // What came before the lowest is mostly the steep start, whose bend is no noise.
  const noise = noiseOfEvaluations(validation.slice(Math.floor(validation.length / 3)))
  const compared = validation.filter(({ step }) => step > best.step)
  const ends = compared.slice(-readingRules.lastEvaluations).map(({ value }) => value)
  const lastStep = training.at(-1)?.step ?? last.step
  const width = windowOf(training)
  return {
    evaluations: validation.filter(({ step }) => step > 0).length,
    firstValidation: first.value,
    bestValidation: best.value,
    bestStep: best.step,
    lastValidation:
      ends.length === 0 ? last.value : ends.reduce((sum, value) => sum + value, 0) / ends.length,
    lastStep,
    noise,
    tolerance: Math.max(
      readingRules.noiseDeviations * noise,
      readingRules.smallestShare * best.value,
    ),
    trainingAtBest: levelBetween(training, best.step - width / 2, best.step + width / 2),
    trainingAtEnd: levelBetween(training, lastStep - width, lastStep),
    divergence,
  }
}

/** Steps whose median is a level: a tenth of the training, at least five. */
function windowOf(training: readonly CurvePoint[]): number {
  return Math.max(5, Math.ceil(training.length / 10))
}

/** Where the training loss rose well above its start or its lowest level; null when it did not. */
function findDivergence(training: readonly CurvePoint[]): Divergence | null {
  const [first] = training
  const width = windowOf(training)
  if (!first || training.length < 2 * width) return null
  const levels = levelsOf(training, width)
  const highest = levels.reduce((high, level) => (level.value > high.value ? level : high))
  const lowest = levels.reduce((low, level) => (level.value < low.value ? level : low))
  const end = median(training.slice(-width).map(({ value }) => value))
  if (highest.value > first.value * (1 + readingRules.divergenceOnTheWay))
    return { step: first.step, from: first.value, to: highest.value }
  if (end > first.value * (1 + readingRules.divergenceAtEnd))
    return { step: first.step, from: first.value, to: end }
  return end > lowest.value * (1 + readingRules.divergenceFromLowest) && isLarge(end, first.value)
    ? { step: lowest.step, from: lowest.value, to: end }
    : null
}

/** A training loss near zero multiplies without meaning. */
function isLarge(end: number, first: number): boolean {
  return end > readingRules.divergenceFloor * first
}

function levelsOf(training: readonly CurvePoint[], width: number): CurvePoint[] {
  const levels: CurvePoint[] = []
  for (let at = 0; at + width <= training.length; at += width) {
    const window = training.slice(at, at + width)
    const step = window.at(-1)?.step ?? 0
    levels.push({ step, value: median(window.map(({ value }) => value)) })
  }
  return levels
}

/** The step from which on nothing was gained, when that is long enough ago. */
function flatSince(validation: readonly CurvePoint[], tolerance: number): number | null {
  const last = validation.at(-1)
  const end = levelAtEnd(validation)
  const since = validation.find(({ value }) => value <= end + tolerance)
  if (!since || !last) return null
  const after = validation.filter(({ step }) => step > since.step).length
  const isLong = last.step - since.step >= readingRules.plateauShare * last.step
  return after >= 3 && isLong ? since.step : null
}

/** The median of the last quarter, at least three: where the curve is now, whatever single points say. */
function levelAtEnd(points: readonly CurvePoint[]): number {
  return median(points.slice(-Math.max(3, Math.ceil(points.length / 4))).map(({ value }) => value))
}
