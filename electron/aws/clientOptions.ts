/** What every SDK client of a target is made with. */
import type { NodeHttpHandler } from '@smithy/node-http-handler'
import type { AwsCredentialIdentity } from '@smithy/types'
import type { AppError } from '../../shared/errors.ts'
import { isLoopbackHost } from '../../shared/hosts.ts'
import type { ServiceName } from '../../shared/workspace.ts'
import { fromEngineError, fromSdkError } from './errors.ts'
import { createRequestHandler, directNetwork } from './requestHandler.ts'
import type { Target } from './target.ts'

export interface ClientOptions {
  readonly region: string
  readonly credentials: AwsCredentialIdentity | (() => Promise<AwsCredentialIdentity>)
  readonly requestHandler: NodeHttpHandler
  readonly endpoint?: string
}

export function translateFor(target: Target): (thrown: unknown) => AppError {
  return target.kind === 'local' ? fromEngineError : fromSdkError
}

export function endpointOf(target: Target, service: ServiceName): string | undefined {
  if (target.kind === 'local') return target.endpoint
  return target.endpoints[service] ?? target.endpoints.default
}

export function clientOptions(target: Target): (service: ServiceName) => ClientOptions {
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
