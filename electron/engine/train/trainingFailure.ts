/** Whose fault an error of training is, for the events and answers of its threads. */
import { ModelFileError } from '../model/modelFileError.ts'
import { TrainingError, type TrainingFailureCode } from './trainingTask.ts'

export interface ThreadFailure {
  readonly code: TrainingFailureCode
  readonly message: string
}

export function failureOf(error: unknown): ThreadFailure {
  if (error instanceof TrainingError) return { code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { code: error instanceof ModelFileError ? 'ClientError' : 'AlgorithmError', message }
}
