/** What an SDK call threw, as an AppError: by its name and status, and where these don't tell, by what it says. */
import { AppError, type ErrorCode, type ErrorDetails } from '../../shared/errors.ts'
import { withoutEchoedSecrets } from './echoedSecrets.ts'
import { readRefusal } from './failureCatalog.ts'

/** By what a person can do next. */
const namesByCode: Partial<Record<ErrorCode, readonly string[]>> = {
  NameTaken: [
    'ResourceInUse',
    'ConflictException',
    'EntityAlreadyExists',
    'EntityAlreadyExistsException',
    'ResourceAlreadyExistsException',
  ],
  QuotaExceeded: [
    'ResourceLimitExceeded',
    'ServiceQuotaExceededException',
    'LimitExceededException',
  ],
  CapacityShort: ['InsufficientInstanceCapacity', 'InsufficientCapacityException'],
  AwsUnavailable: [
    'InternalFailure',
    'InternalServerException',
    'InternalServiceException',
    'ServiceUnavailable',
    'ServiceUnavailableException',
    'InternalDependencyException',
    'InternalError',
  ],
  ModelRefused: ['ModelError', 'ModelErrorException'],
  AnswerBroken: ['ModelStreamError', 'ModelStreamErrorException', 'InternalStreamFailure'],
  KeyAccessDenied: [
    'KMSAccessDenied',
    'KMSAccessDeniedException',
    'KMSDisabledException',
    'KMSInvalidStateException',
    'KMSNotFoundException',
    'KMS.DisabledException',
    'KMS.NotFoundException',
  ],
  NotFound: [
    'ResourceNotFound',
    'ResourceNotFoundException',
    'NoSuchKey',
    'NoSuchBucket',
    'NoSuchUpload',
    'NoSuchEntity',
    'NoSuchEntityException',
    'NoSuchResourceException',
    'ObjectNotFoundException',
    'NotFound',
  ],
  AccessDenied: [
    'AccessDenied',
    'AccessDeniedException',
    'AllAccessDisabled',
    'Forbidden',
    'UnauthorizedOperation',
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
    'SerializationException',
    'InvalidBucketName',
    'EntityTooLarge',
  ],
  Cancelled: ['AbortError'],
  // A refusal that was cut on its way is a SyntaxError: nobody knows what it said.
  NetworkUnavailable: ['SyntaxError', 'TimeoutError', 'RequestTimeout', 'RequestTimeoutException'],
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
  'AwsUnavailable',
  'CapacityShort',
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
  const named = codeByName.get(error.name) ?? codeByFacts(facts.code, status)
  const message = withoutEchoedSecrets(error.message)
  const told = toldByMessage.has(named) ? readRefusal(message) : undefined
  const code = told?.code ?? named
  return new AppError(code, message, {
    cause: error,
    retryable: told?.retryable ?? retryableCodes.has(code),
    details: {
      ...wordsFor(code),
      ...told?.details,
      message,
      awsError: error.name,
      ...(status === undefined ? {} : { status }),
      ...(requestId ? { requestId } : {}),
    },
  })
}

/** The places in an error's words that AWS's message may leave open. */
function wordsFor(code: ErrorCode): ErrorDetails {
  switch (code) {
    case 'InstanceNotInRegion':
      return { instanceType: '' }
    case 'PassRoleDenied':
    case 'PermissionMissing':
      return { action: '', resource: '' }
    case 'RoleNotAssumable':
      return { role: '' }
    case 'KeyAccessDenied':
      return { key: '' }
    default:
      return {}
  }
}

/** Whose message tells more than the name does. */
const toldByMessage: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'QuotaExceeded',
  'InvalidRequest',
  'AccessDenied',
  'Internal',
])

function codeByFacts(code: unknown, status: number | undefined): ErrorCode {
  if (typeof code === 'string' && networkCodes.has(code)) return 'NetworkUnavailable'
  if (typeof code === 'string' && certificateCodes.has(code)) return 'CertificateUntrusted'
  if (status === 429) return 'Throttled'
  if (status === 404) return 'NotFound'
  if (status === 403) return 'AccessDenied'
  if (status !== undefined && status >= 500) return 'AwsUnavailable'
  // Answered, and the answer could not be read: it was cut on its way. What was asked for may have been done.
  if (status !== undefined && status < 300) return 'NetworkUnavailable'
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
