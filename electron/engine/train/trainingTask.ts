/** What passes between the job runner and the training worker. */
import type { TrainingHyperparameters } from '../../../shared/hyperparameters.ts'
import type { ExecutionProvider } from '../graph/session.ts'

/** The worker's workerData. Paths are absolute. */
export interface TrainingTask {
  readonly baseModelDirectory: string
  /** JSONL of {prompt, completion}. */
  readonly trainingPath: string
  readonly validationPath: string | null
  /** Null: the base model's own template.json. */
  readonly templatePath: string | null
  /** JSON array of prompts to be answered at every evaluation; null: none. */
  readonly promptsPath: string | null
  /** Resumed from when it holds a checkpoint. */
  readonly checkpointDirectory: string
  /** The model folder to write; appears only when complete. */
  readonly outputDirectory: string
  readonly hyperparameters: TrainingHyperparameters
  readonly threads: number
  /** The processor unless named. */
  readonly provider?: ExecutionProvider
  /**
   * How many events the parent has dealt with: one Int32. A checkpoint waits for it, since a kill between a checkpoint
   * and the log line before it would leave a gap that no resumed run fills. Absent: nobody counts.
   */
  readonly eventsTaken?: SharedArrayBuffer
}

/** Whose fault a failure is, in SageMaker's words: the input's (ClientError) or the run's. */
export type TrainingFailureCode = 'AlgorithmError' | 'ClientError'

export type TrainingEvent =
  | { readonly type: 'log'; readonly line: string; readonly step?: number }
  | {
      readonly type: 'progress'
      readonly step: number
      readonly totalSteps: number
      readonly epoch: number
      readonly secondsPerStep: number
    }
  /** The output folder is written. Metrics are named as in shared/metrics.ts's definitions. */
  | { readonly type: 'completed'; readonly finalMetrics: Readonly<Record<string, number>> }
  | { readonly type: 'failed'; readonly code: TrainingFailureCode; readonly message: string }
  /**
   * A checkpoint is saved; the same task goes on from it. With metrics, the output folder holds the best weights so far,
   * as the stop request asked.
   */
  | { readonly type: 'stopped'; readonly finalMetrics?: Readonly<Record<string, number>> }

/** Parent -> worker. */
export interface StopRequest {
  readonly type: 'stop'
  /** Stopped for good: write the best weights, if an evaluation after the start found some. */
  readonly keepBest?: boolean
}

export class TrainingError extends Error {
  override readonly name = 'TrainingError'
  readonly code: TrainingFailureCode

  constructor(code: TrainingFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
