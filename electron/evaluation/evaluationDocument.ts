/** An evaluation as one JSON document: what it comes to, then every row. */
import type { Evaluation } from '../../shared/evaluation.ts'
import { compareMetrics, countFlagged, verdictOf } from '../../shared/evaluationVerdict.ts'
import { evaluationSettings } from './evaluator.ts'

export function evaluationDocument(evaluation: Evaluation): string {
  const { rows, ...head } = evaluation
  return JSON.stringify({
    ...head,
    settings: evaluationSettings,
    verdict: verdictOf(rows),
    metrics: compareMetrics(rows),
    wordListScreen: countFlagged(rows),
    rows,
  })
}
