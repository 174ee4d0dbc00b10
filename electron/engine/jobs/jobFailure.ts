/** Why a job failed, with SageMaker's prefix, which says whose fault it is. */
import { ModelFileError } from '../model/modelFileError.ts'
import { ModelUnavailableError } from './modelDirectory.ts'

/** The message is the FailureReason as it stands, prefix included. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure'
}

const diskFull = 'ClientError: No space left on device. Free some space and start the job again.'

/** Node's own messages begin with the system's code, also those that come from a worker as text. */
function isDiskFull(message: string): boolean {
  return /\b(ENOSPC|EDQUOT)\b/.test(message)
}

/** A failure that the training worker reports. */
export function workerFailure(code: string, message: string): JobFailure {
  return new JobFailure(isDiskFull(message) ? diskFull : `${code}: ${message}`)
}

export function failureReasonOf(error: unknown): string {
  if (error instanceof JobFailure) return error.message
  if (error instanceof ModelUnavailableError || error instanceof ModelFileError)
    return `ClientError: ${error.message}`
  const message = error instanceof Error ? error.message : String(error)
  return isDiskFull(message) ? diskFull : `InternalServerError: ${message}`
}
