/** The clients that only accounts at AWS need. They are large, so they are loaded when the first of them is. */
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling'
import { BedrockClient } from '@aws-sdk/client-bedrock'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { IAMClient } from '@aws-sdk/client-iam'
import { PricingClient } from '@aws-sdk/client-pricing'
import { SchedulerClient } from '@aws-sdk/client-scheduler'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import type { AppError } from '../../shared/errors.ts'
import { partitionOf } from '../../shared/partition.ts'
import type { ServiceName } from '../../shared/workspace.ts'
import type { ClientOptions } from './clientOptions.ts'
import { translateErrors } from './translateErrors.ts'

export interface CloudClients {
  readonly iam: IAMClient
  readonly serviceQuotas: ServiceQuotasClient
  readonly pricing: PricingClient
  readonly bedrock: BedrockClient
  readonly bedrockRuntime: BedrockRuntimeClient
  readonly scheduler: SchedulerClient
  readonly cloudWatch: CloudWatchClient
  readonly applicationAutoScaling: ApplicationAutoScalingClient
}

/** @param globalRegion the partition's region that its global services are signed for */
export function createCloudClients(
  optionsFor: (service: ServiceName) => ClientOptions,
  globalRegion: string,
  translate: (thrown: unknown) => AppError,
): CloudClients {
  const clients: CloudClients = {
    iam: new IAMClient({ ...optionsFor('iam'), region: globalRegion }),
    serviceQuotas: new ServiceQuotasClient(optionsFor('serviceQuotas')),
    // Prices are told in few regions; in China they are told in cn-northwest-1.
    pricing: new PricingClient({
      ...optionsFor('pricing'),
      region: partitionOf(globalRegion) === 'aws-cn' ? 'cn-northwest-1' : globalRegion,
    }),
    bedrock: new BedrockClient(optionsFor('bedrock')),
    // A generation that was paid for must not be repeated behind the user's back.
    bedrockRuntime: new BedrockRuntimeClient({ ...optionsFor('bedrockRuntime'), maxAttempts: 1 }),
    scheduler: new SchedulerClient(optionsFor('scheduler')),
    cloudWatch: new CloudWatchClient(optionsFor('cloudWatch')),
    applicationAutoScaling: new ApplicationAutoScalingClient(optionsFor('applicationAutoScaling')),
  }
  clients.iam.middlewareStack.use(translateErrors(translate))
  clients.serviceQuotas.middlewareStack.use(translateErrors(translate))
  clients.pricing.middlewareStack.use(translateErrors(translate))
  clients.bedrock.middlewareStack.use(translateErrors(translate))
  clients.bedrockRuntime.middlewareStack.use(translateErrors(translate))
  clients.scheduler.middlewareStack.use(translateErrors(translate))
  clients.cloudWatch.middlewareStack.use(translateErrors(translate))
  clients.applicationAutoScaling.middlewareStack.use(translateErrors(translate))
  return clients
}
