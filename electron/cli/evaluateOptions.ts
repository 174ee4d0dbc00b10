/** What was typed after `timbre evaluate` -> what is evaluated. */
import type { EvaluationRequest, EvaluationSource } from '../../shared/evaluation.ts'
import type { BuiltInSetName } from '../../shared/evaluationSets.ts'

export interface EvaluateOptions {
  readonly candidate: string
  readonly rows: string
  readonly dataset?: string
  readonly set?: BuiltInSetName
  readonly robustness?: string
  readonly stereotypes?: string
  /** commander's --no-base. */
  readonly base?: boolean
}

export function toEvaluationRequest(options: EvaluateOptions): EvaluationRequest {
  return {
    candidateId: options.candidate,
    rows: Number(options.rows),
    source: sourceOf(options),
    robustnessRows: Number(options.robustness ?? 0),
    stereotypePairs: Number(options.stereotypes ?? 0),
    withBase: options.base ?? true,
    judge: null,
    library: null,
  }
}

function sourceOf({ dataset, set }: EvaluateOptions): EvaluationSource {
  if (set !== undefined) return { kind: 'builtIn', set }
  if (dataset !== undefined) return { kind: 'dataset', datasetId: dataset, sha256: '' }
  return { kind: 'validation' }
}
