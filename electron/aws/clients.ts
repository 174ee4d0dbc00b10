/** SDK clients for a target: the one place where endpoints, credentials and the network are set. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { STSClient } from '@aws-sdk/client-sts'
import type { AppError } from '../../shared/errors.ts'
import { isLoopbackHost } from '../../shared/hosts.ts'
import { globalRegionOf } from '../../shared/partition.ts'
import type { ServiceName } from '../../shared/workspace.ts'
import type { CloudClients, ClientOptions } from './cloudClients.ts'
import { fromEngineError, fromSdkError } from './errors.ts'
import { createRequestHandler, directNetwork } from './requestHandler.ts'
import type { Target } from './target.ts'
import { translateErrors } from './translateErrors.ts'

export interface AwsClients {
  readonly s3: S3Client
  readonly sageMaker: SageMakerClient
  readonly runtime: SageMakerRuntimeClient
  readonly logs: CloudWatchLogsClient
  readonly sts: STSClient
  /** Those that only accounts at AWS need; loaded when first asked for. */
  readonly cloud: () => Promise<CloudClients>
  /** What these clients' calls and streams throw, as an AppError. */
  readonly translate: (thrown: unknown) => AppError
  destroy(): void
}

export function createClients(target: Target): AwsClients {
  const optionsFor = clientOptions(target)
  const translate = target.kind === 'local' ? fromEngineError : fromSdkError
  const s3 = new S3Client({
    ...optionsFor('s3'),
    // Other S3 stores and the engine know no bucket names in their host.
    ...(endpointOf(target, 's3') !== undefined && { forcePathStyle: true }),
  })
  const sageMaker = new SageMakerClient(optionsFor('sageMaker'))
  // A generation that was paid for must not be repeated behind the user's back.
  const runtime = new SageMakerRuntimeClient({ ...optionsFor('runtime'), maxAttempts: 1 })
  const logs = new CloudWatchLogsClient(optionsFor('logs'))
  const sts = new STSClient(optionsFor('sts'))
  s3.middlewareStack.use(translateErrors(translate))
  sageMaker.middlewareStack.use(translateErrors(translate))
  runtime.middlewareStack.use(translateErrors(translate))
  logs.middlewareStack.use(translateErrors(translate))
  sts.middlewareStack.use(translateErrors(translate))

  let cloud: Promise<CloudClients> | null = null
  return {
    s3,
    sageMaker,
    runtime,
    logs,
    sts,
    cloud: () =>
      (cloud ??= import('./cloudClients.ts').then(({ createCloudClients }) =>
        createCloudClients(optionsFor, globalRegionOf(target.region), translate),
      )),
    translate,
    destroy() {
      for (const client of [s3, sageMaker, runtime, logs, sts]) client.destroy()
      void cloud?.then((clients) => Object.values(clients).forEach((client) => client.destroy()))
    },
  }
}

function endpointOf(target: Target, service: ServiceName): string | undefined {
  if (target.kind === 'local') return target.endpoint
  return target.endpoints[service] ?? target.endpoints.default
}

function clientOptions(target: Target): (service: ServiceName) => ClientOptions {
  const network = target.kind === 'local' ? directNetwork : target.network
  const credentials =
    target.kind === 'local'
      ? { accessKeyId: target.accessKeyId, secretAccessKey: target.secretAccessKey }
      : target.credentials
  return (service) => {
    const endpoint = endpointOf(target, service)
    const isHere = endpoint !== undefined && isLoopbackHost(new URL(endpoint).hostname)
    return {
      region: target.region,
      credentials,
      requestHandler: createRequestHandler(network, { goesThroughProxy: !isHere }),
      ...(endpoint !== undefined && { endpoint }),
    }
  }
}
