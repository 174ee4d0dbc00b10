import type { EvaluationVerdict } from '../../shared/evaluationVerdict.ts'

/** For whoever reads the registry elsewhere, in the characters that its fields take: no commas. */
export function verdictText(verdict: EvaluationVerdict): string {
  const { outcome, better, worse, ties, pValue } = verdict
  const certainty = {
    veryLikely: 'very likely real',
    likely: 'likely real',
    chance: 'may be chance',
  }
  return [
    outcome,
    certainty[verdict.certainty],
    `${better} rows better`,
    `${worse} worse`,
    `${ties} equal`,
    `p=${pValue.toFixed(4)}`,
  ].join(' / ')
}
