/** SDK clients for a target: the one place where endpoints, credentials and the network are set. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { STSClient } from '@aws-sdk/client-sts'
import type { AppError } from '../../shared/errors.ts'
import { globalRegionOf } from '../../shared/partition.ts'
import { clientOptions, translateFor } from './clientOptions.ts'
import type { CloudClients } from './cloudClients.ts'
import { countRequests } from './countRequests.ts'
import { createS3Client } from './s3Client.ts'
import type { Target } from './target.ts'
import { translateErrors } from './translateErrors.ts'

export interface AwsClients {
  readonly kind: Target['kind']
  readonly s3: S3Client
  readonly sageMaker: SageMakerClient
  readonly runtime: SageMakerRuntimeClient
  readonly logs: CloudWatchLogsClient
  readonly sts: STSClient
  /** Those that only accounts at AWS need; loaded when first asked for. */
  readonly cloud: () => Promise<CloudClients>
  /** Where all calls without an address of their own go; null: to AWS. */
  readonly customEndpoint: string | null
  /** What these clients' calls and streams throw, as an AppError. */
  readonly translate: (thrown: unknown) => AppError
  destroy(): void
}

/** @param onRequest each request to the services that tell of jobs */
export function createClients(target: Target, onRequest: () => void = () => undefined): AwsClients {
  const optionsFor = clientOptions(target)
  const translate = translateFor(target)
  const s3 = createS3Client(target)
  const sageMaker = new SageMakerClient(optionsFor('sageMaker'))
  // A generation that was paid for must not be repeated behind the user's back.
  const runtime = new SageMakerRuntimeClient({ ...optionsFor('runtime'), maxAttempts: 1 })
  const logs = new CloudWatchLogsClient(optionsFor('logs'))
  const sts = new STSClient(optionsFor('sts'))
  sageMaker.middlewareStack.use(translateErrors(translate))
  runtime.middlewareStack.use(translateErrors(translate))
  logs.middlewareStack.use(translateErrors(translate))
  sts.middlewareStack.use(translateErrors(translate))

  sageMaker.middlewareStack.use(countRequests(onRequest))
  logs.middlewareStack.use(countRequests(onRequest))

  let cloud: Promise<CloudClients> | null = null
  return {
    kind: target.kind,
    s3,
    sageMaker,
    runtime,
    logs,
    sts,
    cloud: () =>
      (cloud ??= import('./cloudClients.ts').then(({ createCloudClients }) =>
        createCloudClients(optionsFor, globalRegionOf(target.region), translate),
      )),
    customEndpoint: target.kind === 'local' ? target.endpoint : (target.endpoints.default ?? null),
    translate,
    destroy() {
      for (const client of [s3, sageMaker, runtime, logs, sts]) client.destroy()
      void cloud?.then((clients) => Object.values(clients).forEach((client) => client.destroy()))
    },
  }
}
