/**
 * AWS's failures that its error names alone don't tell apart, by what a person can do about them. Two kinds of text come
 * in: messages of refused calls, and the reasons that failed jobs and endpoints give. The texts are AWS's own, gathered
 * from its documentation and public reports; one that changes its wording falls back to its error name.
 */
import { AppError, type ErrorCode, type ErrorDetails } from '../../shared/errors.ts'

interface Rule {
  readonly code: ErrorCode
  readonly pattern: RegExp
  readonly retryable?: boolean
}

/** Of refused calls; the first that matches counts. */
const refusalRules: readonly Rule[] = [
  {
    code: 'InstanceQuotaExceeded',
    pattern:
      /service limit '(?<instanceType>ml\.[\w.-]+) for (?<use>[\w ]+?)' is (?<limit>[\d.]+) Instances?, with current utilization of (?<inUse>[\d.]+)/i,
  },
  { code: 'EndpointAsleep', pattern: /has no capacity to process this request/i, retryable: true },
  {
    code: 'InstanceNotInRegion',
    pattern:
      /(?:(?<instanceType>ml\.[\w.-]+).*)?(?:is not available in this region|not supported in (?:this|the) region)/i,
  },
  {
    code: 'CapacityShort',
    pattern: /InsufficientInstanceCapacity|insufficient capacity|unable to provision requested/i,
    retryable: true,
  },
  {
    code: 'PassRoleDenied',
    pattern: /not authorized to perform:? iam:PassRole(?: on resource:? (?<resource>\S+))?/i,
  },
  {
    code: 'PermissionMissing',
    pattern:
      /not authorized to perform:? (?<action>[\w-]+:\w+)(?: on resource:? "?(?<resource>[^\s"]+))?/i,
  },
  {
    code: 'RoleNotAssumable',
    pattern:
      /could not assume role (?<role>\S+)|(?<other>\S+) cannot be assumed|not authorized to perform sts:AssumeRole/i,
    // A role that was just made takes some seconds to be known everywhere.
    retryable: true,
  },
  { code: 'LicenceNotAccepted', pattern: /\bEULA\b|end[- ]user license|AcceptEula/i },
  {
    code: 'KeyAccessDenied',
    pattern: /\bKMS\b.*(access|denied|not authorized|disabled)|(?<key>arn:aws[\w-]*:kms:\S+)/i,
  },
  {
    code: 'NotFound',
    pattern: /requested resource not found|could not find (?:entity|endpoint|model)/i,
  },
]

/** Of jobs that failed, and of endpoints; the first that matches counts. */
const reasonRules: readonly Rule[] = [
  {
    code: 'CapacityShort',
    pattern: /CapacityError|InsufficientInstanceCapacity|unable to provision requested ML compute/i,
  },
  {
    code: 'OutOfMemory',
    pattern: /out of memory|OutOfMemory|CUDA error: out|\bOOM\b|exit code 137/i,
  },
  { code: 'ContainerUnhealthy', pattern: /did not pass the ping health check|health check/i },
  {
    code: 'RuntimeExceeded',
    pattern:
      /MaxRuntimeExceeded|max(?:imum)? ?runtime|MaxWaitTimeExceeded|MaxAutoMLJobRuntimeReached/i,
  },
  { code: 'RoleNotAssumable', pattern: /could not assume role|sts:AssumeRole/i },
  { code: 'KeyAccessDenied', pattern: /\bKMS\b/i },
  {
    code: 'DataUnreadable',
    pattern:
      /(?:no objects? found|NoSuchKey|NoSuchBucket|S3.*(?:403|AccessDenied|Access Denied|Forbidden)|Access ?Denied.*(?<uri>s3:\/\/\S+))/i,
  },
  {
    code: 'DataRefused',
    pattern:
      /(?:columns?|rows?|header|truncat|dataset|input data|training data|template).*(?:invalid|missing|exceed|must|required|unsupported|not match|too (?:many|few|long))|(?:invalid|malformed).*(?:csv|json|record|row|column)/i,
  },
  { code: 'LicenceNotAccepted', pattern: /\bEULA\b/i },
  {
    code: 'PermissionMissing',
    pattern:
      /not authorized to perform:? (?<action>[\w-]+:\w+)(?: on resource:? "?(?<resource>[^\s"]+))?|AccessDenied/i,
  },
  {
    code: 'AwsUnavailable',
    pattern: /InternalServerError|internal (?:server )?error|ServiceUnavailable/i,
    retryable: true,
  },
]

export interface KnownFailure {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  readonly retryable: boolean
}

/** What a refused call means beyond its error name; undefined where the name says it all. */
export function readRefusal(message: string): KnownFailure | undefined {
  return firstMatch(refusalRules, message)
}

/**
 * What the reason of a failed job or endpoint means. The raw text stays in the message, to be read below the words.
 *
 * @param reason SageMaker's FailureReason, or Bedrock's failureMessage
 */
export function fromFailureReason(reason: string): AppError {
  const known = firstMatch(reasonRules, reason)
  return new AppError(known?.code ?? 'TrainingFailed', reason, {
    details: { ...known?.details, reason },
    retryable: false,
  })
}

/** What a time limit is called where a job stopped at it: AWS gives no reason besides. */
const limitStatuses: ReadonlySet<string> = new Set([
  'MaxRuntimeExceeded',
  'MaxWaitTimeExceeded',
  'MaxAutoMLJobRuntimeReached',
])

/** Why a job stopped that nobody stopped; null: somebody did. @param secondaryStatus SageMaker's */
export function fromStop(secondaryStatus: string): AppError | null {
  return limitStatuses.has(secondaryStatus) ? fromFailureReason(secondaryStatus) : null
}

/** Of the reasons, those that say the same of an endpoint as of a job. */
const endpointCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CapacityShort',
  'ContainerUnhealthy',
  'RoleNotAssumable',
  'KeyAccessDenied',
])

/** What the reason of a failed endpoint or deployment means; the raw text stays in the message. */
export function fromEndpointReason(reason: string): AppError {
  const known = firstMatch(reasonRules, reason)
  if (known && endpointCodes.has(known.code)) return fromFailureReason(reason)
  return new AppError('EndpointFailed', reason, { details: { reason } })
}

function firstMatch(rules: readonly Rule[], text: string): KnownFailure | undefined {
  for (const { code, pattern, retryable } of rules) {
    const match = pattern.exec(text)
    if (!match) continue
    const groups = Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined)
    return { code, details: Object.fromEntries(groups), retryable: retryable ?? false }
  }
  return undefined
}
