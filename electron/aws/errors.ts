/** What an SDK call threw, as an AppError: by its name and status, never by its message. */
import { AppError, type ErrorCode } from '../../shared/errors.ts'

const codeByName: Readonly<Record<string, ErrorCode>> = {
  ResourceInUse: 'NameTaken',
  ConflictException: 'NameTaken',
  ResourceLimitExceeded: 'QuotaExceeded',
  ServiceQuotaExceededException: 'QuotaExceeded',
  ResourceNotFound: 'NotFound',
  ResourceNotFoundException: 'NotFound',
  NoSuchKey: 'NotFound',
  NoSuchBucket: 'NotFound',
  NotFound: 'NotFound',
  AccessDenied: 'AccessDenied',
  AccessDeniedException: 'AccessDenied',
  ExpiredToken: 'CredentialsMissing',
  ExpiredTokenException: 'CredentialsMissing',
  CredentialsProviderError: 'CredentialsMissing',
  TokenProviderError: 'CredentialsMissing',
  UnrecognizedClientException: 'CredentialsMissing',
  InvalidClientTokenId: 'CredentialsMissing',
  InvalidAccessKeyId: 'CredentialsMissing',
  SignatureDoesNotMatch: 'CredentialsMissing',
  InvalidSignatureException: 'CredentialsMissing',
  RequestTimeTooSkewed: 'ClockSkewed',
  ThrottlingException: 'Throttled',
  TooManyRequestsException: 'Throttled',
  SlowDown: 'Throttled',
  InsufficientStorage: 'DiskFull',
  ValidationException: 'InvalidRequest',
  ValidationError: 'InvalidRequest',
  AbortError: 'Cancelled',
  TimeoutError: 'NetworkUnavailable',
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

export function fromSdkError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const facts = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number } }
  const status = facts.$metadata?.httpStatusCode
  const code =
    codeByName[error.name] ??
    (typeof facts.code === 'string' && networkCodes.has(facts.code)
      ? 'NetworkUnavailable'
      : status === 429
        ? 'Throttled'
        : 'Internal')
  return new AppError(code, error.message, {
    cause: error,
    retryable:
      code === 'NetworkUnavailable' ||
      code === 'Throttled' ||
      (status !== undefined && status >= 500 && code === 'Internal'),
    details: { message: error.message, awsError: error.name },
  })
}

/** Runs an SDK call; whatever it throws arrives as an AppError. */
export async function withAwsErrors<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw fromSdkError(error)
  }
}
