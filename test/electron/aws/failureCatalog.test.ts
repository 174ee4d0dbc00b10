import { expect, test } from 'vitest'
import { fromSdkError } from '../../../electron/aws/errors.ts'
import {
  fromEndpointReason,
  fromFailureReason,
  fromStop,
} from '../../../electron/aws/failureCatalog.ts'
import type { ErrorCode } from '../../../shared/errors.ts'

/** Error name, what it says, what it means, and what its words need. Wordings are AWS's as public reports quote them. */
const refusals: readonly (readonly [string, string, ErrorCode, object])[] = [
  [
    'ResourceLimitExceeded',
    "The account-level service limit 'ml.g5.12xlarge for training job usage' is 0 Instances, with current utilization of 0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this quota.",
    'InstanceQuotaExceeded',
    { instanceType: 'ml.g5.12xlarge', use: 'training job usage', limit: '0', inUse: '0' },
  ],
  [
    'ResourceLimitExceeded',
    'The requested resource training-job/ml.p2.16xlarge is not available in this region',
    'InstanceNotInRegion',
    { instanceType: 'ml.p2.16xlarge' },
  ],
  ['ResourceLimitExceeded', 'Too many domains.', 'QuotaExceeded', {}],
  [
    'AccessDeniedException',
    'User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/Exec because no identity-based policy allows the iam:PassRole action',
    'PassRoleDenied',
    { resource: 'arn:aws:iam::123456789012:role/Exec' },
  ],
  [
    'AccessDeniedException',
    'User: arn:aws:iam::123456789012:user/ana is not authorized to perform: sagemaker:CreateTrainingJob on resource: arn:aws:sagemaker:eu-central-1:123456789012:training-job/x',
    'PermissionMissing',
    {
      action: 'sagemaker:CreateTrainingJob',
      resource: 'arn:aws:sagemaker:eu-central-1:123456789012:training-job/x',
    },
  ],
  ['AccessDenied', 'Access Denied', 'AccessDenied', {}],
  [
    'ValidationException',
    'Could not assume role arn:aws:iam::123456789012:role/Exec. Please ensure that the role exists and allows principal "sagemaker.amazonaws.com" to assume the role.',
    'RoleNotAssumable',
    {},
  ],
  ['ValidationException', 'Requested resource not found.', 'NotFound', {}],
  [
    'ValidationException',
    'Could not find endpoint "arn:aws:sagemaker:eu-central-1:123456789012:endpoint/x".',
    'NotFound',
    {},
  ],
  ['ValidationException', '1 validation error detected: Value at x', 'InvalidRequest', {}],
  ['ValidationException', 'You must accept the EULA of this model.', 'LicenceNotAccepted', {}],
]

test.each(refusals)('%s “%.50s…” means %s', (name, message, code, details) => {
  const thrown = Object.assign(new Error(message), {
    name,
    $metadata: { httpStatusCode: 400, requestId: 'request-1' },
  })
  const error = fromSdkError(thrown)
  expect(error.code).toBe(code)
  // The raw error and its request id stay, to be read below the words.
  expect(error.details).toMatchObject({ ...details, awsError: name, requestId: 'request-1' })
  expect(error.message).toBe(message)
})

test.each<readonly [string, ErrorCode]>([
  [
    'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type or after some time.',
    'CapacityShort',
  ],
  [
    'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type.',
    'CapacityShort',
  ],
  [
    'AlgorithmError: ExecuteUserScriptError: torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB, exit code: 1',
    'OutOfMemory',
  ],
  [
    'The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
    'ContainerUnhealthy',
  ],
  ['MaxRuntimeExceeded', 'RuntimeExceeded'],
  [
    'ClientError: Data download failed: S3 responded with 403 (AccessDenied) for s3://bucket/key',
    'DataUnreadable',
  ],
  ['ClientError: No objects found under s3://bucket/prefix/', 'DataUnreadable'],
  ['ValidationError: The dataset must have exactly the columns input and output.', 'DataRefused'],
  ['Too many rows were truncated: 71% exceed the limit.', 'DataRefused'],
  ['InternalServerError: We encountered an internal error. Please try again.', 'AwsUnavailable'],
  ['AlgorithmError: Something else, exit code: 1', 'TrainingFailed'],
])('a job that failed with “%.60s…” means %s', (reason, code) => {
  expect(fromFailureReason(reason)).toMatchObject({ code, message: reason, details: { reason } })
})

test.each<readonly [string, ErrorCode]>([
  [
    'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type.',
    'CapacityShort',
  ],
  [
    'The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
    'ContainerUnhealthy',
  ],
  ['Could not assume role arn:aws:iam::123456789012:role/Exec', 'RoleNotAssumable'],
  ['Could not download the model data: AccessDenied for s3://bucket/key', 'EndpointFailed'],
  // What is said of a training's memory would be wrong of an endpoint.
  ['CUDA out of memory', 'EndpointFailed'],
  ['', 'EndpointFailed'],
])('an endpoint that failed with “%.50s…” means %s', (reason, code) => {
  expect(fromEndpointReason(reason)).toMatchObject({ code, message: reason, details: { reason } })
})

test('a stop at a time limit is told from one that was asked for', () => {
  for (const status of ['MaxRuntimeExceeded', 'MaxWaitTimeExceeded', 'MaxAutoMLJobRuntimeReached'])
    expect(fromStop(status)).toMatchObject({ code: 'RuntimeExceeded' })
  expect(fromStop('Stopped')).toBeNull()
})
