/** What an SDK call threw, as an AppError: by its name and status, never by its message. */
import { AppError, type ErrorCode } from '../../shared/errors.ts'

/** By what a person can do next. */
const namesByCode: Partial<Record<ErrorCode, readonly string[]>> = {
  NameTaken: ['ResourceInUse', 'ConflictException'],
  QuotaExceeded: [
    'ResourceLimitExceeded',
    'ServiceQuotaExceededException',
    'InsufficientInstanceCapacity',
  ],
  NotFound: [
    'ResourceNotFound',
    'ResourceNotFoundException',
    'NoSuchKey',
    'NoSuchBucket',
    'NoSuchUpload',
    'NotFound',
  ],
  AccessDenied: [
    'AccessDenied',
    'AccessDeniedException',
    'AllAccessDisabled',
    'Forbidden',
    'UnauthorizedOperation',
    'KMSAccessDenied',
    'KMSAccessDeniedException',
    'KMSDisabledException',
    'KMSInvalidStateException',
    'KMSNotFoundException',
  ],
  CredentialsMissing: [
    'CredentialsProviderError',
    'TokenProviderError',
    'MissingAuthenticationToken',
  ],
  SignInExpired: ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'],
  // Wrong keys, or a clock that is off within the allowed time: the keys are what a person can check.
  CredentialsRefused: [
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    'InvalidAccessKeyId',
    'InvalidToken',
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    'AuthFailure',
  ],
  ClockSkewed: ['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'],
  Throttled: [
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'TooManyRequestsException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'ModelNotReadyException',
  ],
  DiskFull: ['InsufficientStorage'],
  InvalidRequest: [
    'ValidationException',
    'ValidationError',
    'InvalidParameterException',
    'ModelError',
    'SerializationException',
    'InvalidBucketName',
    'EntityTooLarge',
  ],
  Cancelled: ['AbortError'],
  NetworkUnavailable: ['TimeoutError', 'RequestTimeout', 'RequestTimeoutException'],
}

const codeByName: ReadonlyMap<string, ErrorCode> = new Map(
  Object.entries(namesByCode).flatMap(([code, names]) =>
    names.map((name) => [name, code as ErrorCode] as const),
  ),
)

/** OpenSSL's words for a chain that leads to no certificate that is trusted here. */
const certificateCodes: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NetworkUnavailable',
  'EngineUnavailable',
  'Throttled',
])

export function fromSdkError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const facts = error as Error & {
    code?: unknown
    $metadata?: { httpStatusCode?: number; requestId?: string }
  }
  const status = facts.$metadata?.httpStatusCode
  const requestId = facts.$metadata?.requestId
  const code = codeByName.get(error.name) ?? codeByFacts(facts.code, status)
  return new AppError(code, error.message, {
    cause: error,
    retryable:
      retryableCodes.has(code) || (code === 'Internal' && status !== undefined && status >= 500),
    details: { message: error.message, awsError: error.name, ...(requestId ? { requestId } : {}) },
  })
}

function codeByFacts(code: unknown, status: number | undefined): ErrorCode {
  if (typeof code === 'string' && networkCodes.has(code)) return 'NetworkUnavailable'
  if (typeof code === 'string' && certificateCodes.has(code)) return 'CertificateUntrusted'
  if (status === 429) return 'Throttled'
  if (status === 404) return 'NotFound'
  if (status === 403) return 'AccessDenied'
  return 'Internal'
}

const meansNoEngine: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NetworkUnavailable',
  'CredentialsMissing',
  'CredentialsRefused',
])

/**
 * On this computer no answer, or keys that are not known, mean one thing: the engine ended, or another one listens where
 * it did.
 */
export function fromEngineError(thrown: unknown): AppError {
  const error = fromSdkError(thrown)
  if (!meansNoEngine.has(error.code)) return error
  return new AppError('EngineUnavailable', `The engine does not answer: ${error.message}`, {
    cause: thrown,
    retryable: true,
    details: { reason: error.message },
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
