/** From a request to the service that answers it: Host, signature and clock first, then the operation. */
import { randomUUID } from 'node:crypto'
import { autoMLOperations } from './autoMLOperations.ts'
import { BucketMissingError } from '../store/objects.ts'
import { endpointConfigOperations } from './endpointConfigOperations.ts'
import { endpointOperations } from './endpointOperations.ts'
import { engineAccount, type EngineContext } from './engineContext.ts'
import { readBody, type EngineRequest, type EngineResponse } from './exchange.ts'
import { hubOperations } from './hubOperations.ts'
import { parseInput } from './jsonInput.ts'
import { logOperations } from './logOperations.ts'
import { metricOperations } from './metricOperations.ts'
import { modelPackageGroupOperations } from './modelPackageGroupOperations.ts'
import { modelPackageOperations } from './modelPackageOperations.ts'
import type { Operation } from './operation.ts'
import { answerRuntime } from './runtime.ts'
import { answerS3 } from './s3.ts'
import { answerScheduler } from './scheduleOperations.ts'
import { searchOperations } from './searchOperations.ts'
import { noSuchBucket } from './s3Answers.ts'
import { ServiceError } from './serviceError.ts'
import { sha256Hex, verifySignature, type SignatureScope } from './sigv4.ts'
import { tagOperations } from './tagOperations.ts'
import { processingOperations } from './processingOperations.ts'
import { trainingOperations } from './trainingOperations.ts'
import { xmlDocument } from './xml.ts'

/** InvokeEndpoint's own limit is 6 MiB; nothing else that isn't S3 needs more. */
const largestBody = 6 * 1024 * 1024 + 64 * 1024

const sageMakerOperations: Readonly<Record<string, Operation>> = {
  ...hubOperations,
  ...trainingOperations,
  ...autoMLOperations,
  ...processingOperations,
  ...endpointConfigOperations,
  ...endpointOperations,
  ...modelPackageGroupOperations,
  ...modelPackageOperations,
  ...searchOperations,
  ...tagOperations,
}

/** By the first half of X-Amz-Target. */
export const jsonServices: ReadonlyMap<
  string,
  { service: string; operations: Readonly<Record<string, Operation>> }
> = new Map([
  ['SageMaker', { service: 'sagemaker', operations: sageMakerOperations }],
  ['Logs_20140328', { service: 'logs', operations: logOperations }],
  ['GraniteServiceVersion20100801', { service: 'monitoring', operations: metricOperations }],
])

type Protocol = 's3' | 'json' | 'query' | 'rest'

export async function route(
  context: EngineContext,
  request: EngineRequest,
  ownHosts: readonly string[],
): Promise<EngineResponse> {
  const requestId = randomUUID()
  const protocol = protocolOf(request)
  let response: EngineResponse
  try {
    if (!ownHosts.includes(request.headers['host'] ?? '')) {
      // A page on the web that was pointed here by its own DNS name stops at this line.
      throw new ServiceError('InvalidHost', 'The Host header is not this server.', 403)
    }
    response = await answer(context, request, protocol, requestId)
  } catch (error) {
    response = errorResponse(error, protocol, request, requestId)
  }
  return {
    ...response,
    headers: {
      // The clock that signatures and schedules are held against; clients correct their own by it.
      date: new Date(context.now()).toUTCString(),
      'x-amzn-requestid': requestId,
      'x-amz-request-id': requestId,
      ...response.headers,
    },
  }
}

async function answer(
  context: EngineContext,
  request: EngineRequest,
  protocol: Protocol,
  requestId: string,
): Promise<EngineResponse> {
  const signed = {
    method: request.method,
    rawPath: request.rawPath,
    query: request.query,
    headers: request.headers,
  }
  if (protocol === 's3') {
    const scope = verifySignature(signed, context.keys, context.now(), () => 'UNSIGNED-PAYLOAD')
    requireService(scope, 's3')
    return answerS3(context, request, scope)
  }
  const body = await readBody(request.body, largestBody).catch((error: unknown) => {
    if (error instanceof RangeError) {
      throw new ServiceError('RequestEntityTooLarge', 'The body is too long.', 413)
    }
    throw error
  })
  const bodyHash = sha256Hex(body)
  const scope = verifySignature(signed, context.keys, context.now(), () => bodyHash)
  if (/^[0-9a-f]{64}$/.test(scope.payloadHash) && scope.payloadHash !== bodyHash) {
    throw new ServiceError('InvalidSignatureException', 'The body is not what was signed.', 403)
  }
  if (protocol === 'query') return answerSts(body, requestId, scope)
  // What was to end by now must not be seen any more, even between two ticks.
  context.scheduling.fireDue()
  if (protocol === 'rest') {
    requireService(scope, 'scheduler')
    return answerScheduler(context, request, body)
  }
  if (request.rawPath.startsWith('/endpoints/')) {
    requireService(scope, 'sagemaker')
    return answerRuntime(context, request, body)
  }
  return answerJson(context, request.headers['x-amz-target'] ?? '', scope, body)
}

function protocolOf(request: EngineRequest): Protocol {
  const credential =
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers['authorization'] ?? '')?.[1] ??
    request.query.get('X-Amz-Credential')?.split('/')[3]
  if (credential === 's3') return 's3'
  if (credential === 'sts') return 'query'
  if (credential === 'scheduler') return 'rest'
  const isJson = request.headers['x-amz-target'] || request.rawPath.startsWith('/endpoints/')
  const jsonCredentials = ['sagemaker', 'logs', 'monitoring']
  return isJson || jsonCredentials.includes(credential ?? '') ? 'json' : 's3'
}

function requireService(scope: SignatureScope, service: string): void {
  if (scope.service !== service) {
    throw new ServiceError(
      'SignatureDoesNotMatch',
      `Credential should be scoped to service ${service}.`,
      403,
    )
  }
}

async function answerJson(
  context: EngineContext,
  target: string,
  scope: SignatureScope,
  body: Buffer,
): Promise<EngineResponse> {
  const [prefix = '', name = ''] = target.split('.')
  const offered = jsonServices.get(prefix)
  const found =
    offered && Object.hasOwn(offered.operations, name) ? offered.operations[name] : undefined
  if (!offered || !found) {
    throw new ServiceError(
      'UnknownOperationException',
      target === ''
        ? 'The request names no operation.'
        : `${target} is not offered on this computer.`,
    )
  }
  requireService(scope, offered.service)
  const output = await found.run(context, parseInput(body)).catch((error: unknown) => {
    // CloudWatch Logs has a name of its own for it.
    const isInvalid = error instanceof ServiceError && error.name === 'ValidationException'
    throw isInvalid && offered.service === 'logs'
      ? new ServiceError('InvalidParameterException', error.message, 400, { cause: error })
      : error
  })
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(output),
  }
}

function answerSts(body: Buffer, requestId: string, scope: SignatureScope): EngineResponse {
  requireService(scope, 'sts')
  const action = new URLSearchParams(body.toString('utf8')).get('Action')
  if (action !== 'GetCallerIdentity') {
    throw new ServiceError(
      'InvalidAction',
      `${action ?? 'No action'} is not offered on this computer.`,
    )
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: xmlDocument(
      'GetCallerIdentityResponse',
      {
        GetCallerIdentityResult: {
          Arn: `arn:aws:iam::${engineAccount}:user/timbre`,
          UserId: 'AIDATIMBRELOCAL',
          Account: engineAccount,
        },
        ResponseMetadata: { RequestId: requestId },
      },
      'https://sts.amazonaws.com/doc/2011-06-15/',
    ),
  }
}

function errorResponse(
  error: unknown,
  protocol: Protocol,
  request: EngineRequest,
  requestId: string,
): EngineResponse {
  const refusal = toServiceError(error)
  const { status, name, message } = refusal
  if (protocol === 's3') {
    return {
      status,
      headers: { 'content-type': 'application/xml' },
      body:
        request.method === 'HEAD'
          ? null
          : xmlDocument('Error', {
              Code: name,
              Message: message,
              Resource: request.rawPath,
              RequestId: requestId,
            }),
    }
  }
  if (protocol === 'query') {
    return {
      status,
      headers: { 'content-type': 'text/xml' },
      body: xmlDocument('ErrorResponse', {
        Error: { Type: 'Sender', Code: name, Message: message },
        RequestId: requestId,
      }),
    }
  }
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': name },
    body: JSON.stringify({ __type: name, message, Message: message, ...refusal.members }),
  }
}

function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error
  if (error instanceof BucketMissingError) return noSuchBucket()
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ServiceError('InsufficientStorage', 'There is no space left on the disk.', 507)
  }
  const message = error instanceof Error ? error.message : String(error)
  return new ServiceError('InternalFailure', message, 500, { cause: error })
}
