/** What curves can be found to do, and the numbers that led to it. */

export type CurveVerdict =
  | 'diverging'
  | 'tooFewEvaluations'
  | 'overfitting'
  | 'tooNoisy'
  | 'notLearning'
  | 'plateaued'
  | 'improving'

export interface CurveEvidence {
  readonly evaluations: number
  readonly firstValidation: number
  readonly bestValidation: number
  readonly bestStep: number
  /** Mean of the last evaluations that were compared. */
  readonly lastValidation: number
  readonly lastStep: number
  /** Standard deviation of the validation loss about its trend. */
  readonly noise: number
  /** Changes below this count as none. */
  readonly tolerance: number
  /** Level of the training loss where the validation loss was lowest, and at the end. */
  readonly trainingAtBest: number
  readonly trainingAtEnd: number
  readonly divergence: Divergence | null
}

/** A training loss that rose. */
export interface Divergence {
  readonly step: number
  readonly from: number
  readonly to: number
}
