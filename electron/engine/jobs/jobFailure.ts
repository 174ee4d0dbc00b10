/** Why a job failed, with SageMaker's prefix, which says whose fault it is. */
import { ModelUnavailableError } from './modelDirectory.ts'

/** The message is the FailureReason as it stands, prefix included. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure'
}

export function failureReasonOf(error: unknown): string {
  if (error instanceof JobFailure) return error.message
  if (error instanceof ModelUnavailableError) return `ClientError: ${error.message}`
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return 'ClientError: No space left on device. Free some space and start the job again.'
  }
  const message = error instanceof Error ? error.message : String(error)
  return `InternalServerError: ${message}`
}
