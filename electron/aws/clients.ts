/** SDK clients for a target: the one place where endpoints and credentials are set. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { STSClient } from '@aws-sdk/client-sts'
import type { Pluggable } from '@smithy/types'
import type { AppError } from '../../shared/errors.ts'
import { fromEngineError } from './errors.ts'
import type { Target } from './target.ts'

export interface AwsClients {
  readonly s3: S3Client
  readonly sageMaker: SageMakerClient
  readonly runtime: SageMakerRuntimeClient
  readonly logs: CloudWatchLogsClient
  readonly sts: STSClient
  /** What these clients' calls and streams throw, as an AppError. */
  readonly translate: (thrown: unknown) => AppError
}

/** The container has 60 s to answer; a stream's first bytes may take as long. */
const answerTimeoutMs = 70_000
const connectTimeoutMs = 5_000

export function createClients(target: Target): AwsClients {
  const options = {
    endpoint: target.endpoint,
    region: target.region,
    credentials: {
      accessKeyId: target.accessKeyId,
      secretAccessKey: target.secretAccessKey,
    },
    requestHandler: { connectionTimeout: connectTimeoutMs, requestTimeout: answerTimeoutMs },
  }
  const translate = fromEngineError
  const s3 = new S3Client({ ...options, forcePathStyle: true })
  const sageMaker = new SageMakerClient(options)
  // A generation that was paid for must not be repeated behind the user's back.
  const runtime = new SageMakerRuntimeClient({ ...options, maxAttempts: 1 })
  const logs = new CloudWatchLogsClient(options)
  const sts = new STSClient(options)
  s3.middlewareStack.use(translating(translate))
  sageMaker.middlewareStack.use(translating(translate))
  runtime.middlewareStack.use(translating(translate))
  logs.middlewareStack.use(translating(translate))
  sts.middlewareStack.use(translating(translate))
  return { s3, sageMaker, runtime, logs, sts, translate }
}

export function destroyClients({ s3, sageMaker, runtime, logs, sts }: AwsClients): void {
  for (const client of [s3, sageMaker, runtime, logs, sts]) client.destroy()
}

/** Outermost, so that it sees what is left after the SDK's own retries. */
function translating<I extends object, O extends object>(
  translate: AwsClients['translate'],
): Pluggable<I, O> {
  return {
    applyToStack(stack) {
      stack.add(
        (next) => async (args) => {
          try {
            return await next(args)
          } catch (error) {
            throw translate(error)
          }
        },
        { name: 'translateErrors', step: 'initialize', priority: 'high' },
      )
    },
  }
}
