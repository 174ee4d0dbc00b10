/** When a finished report gets more parts instead of being made anew: its answers are there, and they would be the same. */
import type { Evaluation, EvaluationPlan } from './evaluation.ts'
import type { ToxicityDetector } from './toxicity.ts'

/** What the next report would be. */
export interface WishedReport {
  readonly plan: EvaluationPlan
  readonly plannedRows: number
  readonly availableRows: number
  /** What would look for toxicity, and whether there is an encoder for BERTScore. */
  readonly detector: ToxicityDetector
  readonly hasEncoder: boolean
}

/**
 * The plan of the finished report with what is new; null where nothing is new, or where the answers would have to be asked
 * for or looked at anew.
 */
export function additionTo(latest: Evaluation | null, wished: WishedReport): EvaluationPlan | null {
  if (latest?.status !== 'Completed') return null
  const { plan: had } = latest
  const { plan } = wished
  const hasSameAnswers =
    latest.plannedRows === wished.plannedRows &&
    latest.availableRows === wished.availableRows &&
    latest.detector === wished.detector &&
    had.withBase === plan.withBase &&
    JSON.stringify(had.source) === JSON.stringify(plan.source)
  const isCompatible =
    isKeptOrNew(had.judge, plan.judge) &&
    isKeptOrNew(had.library, plan.library) &&
    isKeptOrNew(had.robustnessRows || null, plan.robustnessRows || null) &&
    isKeptOrNew(had.stereotypePairs || null, plan.stereotypePairs || null)
  const isNew =
    (had.judge === null && plan.judge !== null) ||
    (had.library === null && plan.library !== null) ||
    (had.robustnessRows === 0 && plan.robustnessRows > 0) ||
    (had.stereotypePairs === 0 && plan.stereotypePairs > 0) ||
    (wished.hasEncoder &&
      latest.bertScores.length === 0 &&
      latest.rows.some(({ reference }) => reference !== ''))
  if (!hasSameAnswers || !isCompatible || !isNew) return null
  return {
    ...had,
    judge: plan.judge ?? had.judge,
    library: plan.library ?? had.library,
    robustnessRows: plan.robustnessRows || had.robustnessRows,
    stereotypePairs: plan.stereotypePairs || had.stereotypePairs,
  }
}

/** What is there stays when it is not asked for again; another in its place is another report. */
function isKeptOrNew<T>(had: T | null, wanted: T | null): boolean {
  return had === null || wanted === null || JSON.stringify(had) === JSON.stringify(wanted)
}
