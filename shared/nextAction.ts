/** What to try after a reading: settings of a new version. */
import type { CurveEvidence, CurveVerdict } from './curveVerdict.ts'

export interface NextAction {
  readonly kind:
    'moreEpochs' | 'fewerEpochs' | 'lowerRate' | 'higherRate' | 'largerBatch' | 'moreEvaluations'
  /** The setting that changes, by its wire name. */
  readonly setting: string
  readonly from: string
  readonly to: string
}

interface Plan {
  readonly plannedSteps: number | null
  readonly hyperparameters: Readonly<Record<string, string>>
}

const most = { epochs: 1000, batch: 256, rate: 1 }
const leastRate = 1e-8

/** Null when no setting would help, or when the base model does not have it. */
export function nextActionOf(
  verdict: CurveVerdict,
  sinceStep: number | null,
  evidence: CurveEvidence,
  plan: Plan,
): NextAction | null {
  switch (verdict) {
    case 'diverging':
      return changeRate(plan, 1 / 10)
    case 'tooFewEvaluations':
      return evidence.bestStep === evidence.lastStep
        ? changeEpochs(plan, 2)
        : (evaluateMore(plan) ?? changeEpochs(plan, 2))
    case 'overfitting':
      return shorten(plan, sinceStep) ?? changeRate(plan, 1 / 2)
    case 'tooNoisy':
      return enlargeBatch(plan) ?? changeRate(plan, 1 / 2)
    case 'notLearning':
      // Above its start from the first evaluation on: the steps are too long, not too short.
      return changeRate(plan, evidence.lastValidation > evidence.firstValidation * 1.01 ? 1 / 3 : 3)
    case 'plateaued':
      return shorten(plan, sinceStep)
    case 'improving':
      return changeEpochs(plan, 2)
  }
}

function change(
  { hyperparameters }: Plan,
  kind: NextAction['kind'],
  setting: string,
  compute: (value: number) => number,
): NextAction | null {
  const from = hyperparameters[setting]
  if (from === undefined) return null
  const value = compute(Number(from))
  if (!Number.isFinite(value) || value === Number(from)) return null
  return { kind, setting, from, to: String(value) }
}

function changeEpochs(plan: Plan, factor: number): NextAction | null {
  return change(plan, 'moreEpochs', 'epoch', (epochs) =>
    Math.min(most.epochs, Math.ceil(epochs * factor)),
  )
}

/** To the epoch in which nothing more was gained. */
function shorten(plan: Plan, step: number | null): NextAction | null {
  const { plannedSteps } = plan
  if (step === null || !plannedSteps) return null
  const shorter = change(plan, 'fewerEpochs', 'epoch', (epochs) =>
    Math.max(1, Math.ceil((step * epochs) / plannedSteps)),
  )
  return shorter && Number(shorter.to) < Number(shorter.from) ? shorter : null
}

function changeRate(plan: Plan, factor: number): NextAction | null {
  return change(plan, factor < 1 ? 'lowerRate' : 'higherRate', 'learning_rate', (rate) =>
    // Two digits are enough for a rate, and read better.
    Number(Math.min(most.rate, Math.max(leastRate, rate * factor)).toPrecision(2)),
  )
}

function enlargeBatch(plan: Plan): NextAction | null {
  return change(plan, 'largerBatch', 'per_device_train_batch_size', (size) =>
    Math.min(most.batch, size * 2),
  )
}

/** Ten evaluations, where there are steps for them. */
function evaluateMore(plan: Plan): NextAction | null {
  const { plannedSteps } = plan
  if (!plannedSteps || plannedSteps < 5) return null
  const more = change(plan, 'moreEvaluations', 'eval_steps', () =>
    Math.max(1, Math.floor(plannedSteps / 10)),
  )
  return more && Number(more.to) < Number(more.from) ? more : null
}
