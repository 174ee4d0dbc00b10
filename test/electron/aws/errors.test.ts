import { expect, test } from 'vitest'
import { fromEngineError, fromSdkError, withAwsErrors } from '../../../electron/aws/errors.ts'
import { AppError, type ErrorCode } from '../../../shared/errors.ts'

function sdkError(name: string, facts: object = {}): Error {
  return Object.assign(new Error(`${name} says no`), { name, ...facts })
}

/** The catalogue of what AWS's services answer, and what a person can do about it. */
const catalogue: readonly (readonly [string, ErrorCode])[] = [
  ['ResourceLimitExceeded', 'QuotaExceeded'],
  ['ServiceQuotaExceededException', 'QuotaExceeded'],
  ['ValidationException', 'InvalidRequest'],
  ['ValidationError', 'InvalidRequest'],
  ['ModelError', 'ModelRefused'],
  ['ResourceInUse', 'NameTaken'],
  ['ConflictException', 'NameTaken'],
  ['ResourceNotFound', 'NotFound'],
  ['ResourceNotFoundException', 'NotFound'],
  ['NoSuchKey', 'NotFound'],
  ['NoSuchBucket', 'NotFound'],
  ['AccessDenied', 'AccessDenied'],
  ['AccessDeniedException', 'AccessDenied'],
  ['KMSAccessDeniedException', 'KeyAccessDenied'],
  ['ExpiredToken', 'SignInExpired'],
  ['ExpiredTokenException', 'SignInExpired'],
  ['CredentialsProviderError', 'CredentialsMissing'],
  ['InvalidClientTokenId', 'CredentialsRefused'],
  ['SignatureDoesNotMatch', 'CredentialsRefused'],
  ['RequestTimeTooSkewed', 'ClockSkewed'],
  ['ThrottlingException', 'Throttled'],
  ['TooManyRequestsException', 'Throttled'],
  ['SlowDown', 'Throttled'],
  ['ModelNotReadyException', 'Throttled'],
  ['KMSAccessDenied', 'KeyAccessDenied'],
  ['KMS.NotFoundException', 'KeyAccessDenied'],
  ['InsufficientInstanceCapacity', 'CapacityShort'],
  ['ModelStreamError', 'AnswerBroken'],
  ['InternalStreamFailure', 'AnswerBroken'],
  ['InternalFailure', 'AwsUnavailable'],
  ['ServiceUnavailable', 'AwsUnavailable'],
  ['InternalDependencyException', 'AwsUnavailable'],
  ['InternalServerException', 'AwsUnavailable'],
  ['LimitExceededException', 'QuotaExceeded'],
  ['NoSuchResourceException', 'NotFound'],
  ['NoSuchEntity', 'NotFound'],
  ['EntityAlreadyExists', 'NameTaken'],
  ['TokenProviderError', 'CredentialsMissing'],
  ['InvalidSignatureException', 'CredentialsRefused'],
  ['UnrecognizedClientException', 'CredentialsRefused'],
  ['RequestExpired', 'ClockSkewed'],
  ['InsufficientStorage', 'DiskFull'],
  ['TimeoutError', 'NetworkUnavailable'],
  ['AbortError', 'Cancelled'],
  ['SomethingNew', 'Internal'],
]

test.each(catalogue)('%s means %s', (name, code) => {
  const cause = sdkError(name)
  const error = fromSdkError(cause)
  expect(error).toMatchObject({ code, message: `${name} says no`, cause })
  expect(error.details).toMatchObject({ message: `${name} says no`, awsError: name })
})

test('what AWS repeats of a refused signature loses token and signature', () => {
  const told =
    "The request signature we calculated does not match. The Canonical String for this request should have been 'POST\n/\n\nhost:sts.amazonaws.com\nx-amz-date:20260801T000000Z\nx-amz-security-token:IQoJb3JpZ2luX2Vj//8=\n\nhost;x-amz-date' Authorization=AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260801, Signature=" +
    'ab12'.repeat(16)
  const { message, details } = fromSdkError(
    Object.assign(new Error(told), { name: 'SignatureDoesNotMatch' }),
  )
  for (const text of [message, String(details['message'])]) {
    expect(text).not.toContain('IQoJb3JpZ2luX2Vj')
    expect(text).not.toContain('ab12ab12')
    expect(text).toContain('x-amz-security-token:(removed)')
    expect(text).toContain('x-amz-date:20260801T000000Z')
  }
})

test.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])('%s is the network, and may pass', (code) => {
  expect(fromSdkError(sdkError('Error', { code }))).toMatchObject({
    code: 'NetworkUnavailable',
    retryable: true,
  })
})

test.each([
  [429, 'Throttled', true],
  [404, 'NotFound', false],
  [403, 'AccessDenied', false],
  [500, 'AwsUnavailable', true],
  [503, 'AwsUnavailable', true],
  [400, 'Internal', false],
])('an unknown name with status %i is %s', (httpStatusCode, code, retryable) => {
  const error = fromSdkError(
    sdkError('Unheard', { $metadata: { httpStatusCode, requestId: 'r-1' } }),
  )
  expect(error).toMatchObject({ code, retryable, details: { requestId: 'r-1' } })
})

test.each(['ECONNREFUSED', 'ECONNRESET'])('on this computer %s means the engine is off', (code) => {
  expect(fromEngineError(sdkError('Error', { code }))).toMatchObject({
    code: 'EngineUnavailable',
    retryable: true,
  })
})

test('on this computer unknown keys mean that another engine listens there now', () => {
  expect(fromEngineError(sdkError('InvalidAccessKeyId')).code).toBe('EngineUnavailable')
  expect(fromEngineError(sdkError('ResourceInUse')).code).toBe('NameTaken')
})

test('passes an AppError through as it is', async () => {
  const refusal = new AppError('DatasetTooSmall', 'Two rows only')
  await expect(withAwsErrors(() => Promise.reject(refusal))).rejects.toBe(refusal)
})
