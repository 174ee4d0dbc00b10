/** Where simulating is not allowed: calls that change nothing and cost nothing tell at least what can be read. */
import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  ListAutoMLJobsCommand,
  ListEndpointsCommand,
  ListHubContentsCommand,
  ListTrainingJobsCommand,
} from '@aws-sdk/client-sagemaker'
import { ListServiceQuotasCommand } from '@aws-sdk/client-service-quotas'
import { fromSdkError } from '../errors.ts'
import type { OpenAccount } from '../workspace.ts'

const denials: ReadonlySet<string> = new Set(['AccessDenied', 'PermissionMissing'])

/** @returns actions that were refused; other failures say nothing about permissions */
export async function tryHarmlessly({ clients }: Pick<OpenAccount, 'clients'>): Promise<string[]> {
  const { sageMaker, logs } = clients
  const { serviceQuotas } = await clients.cloud()
  const tries: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'sagemaker:ListTrainingJobs',
      () => sageMaker.send(new ListTrainingJobsCommand({ MaxResults: 1 })),
    ],
    [
      'sagemaker:ListAutoMLJobs',
      () => sageMaker.send(new ListAutoMLJobsCommand({ MaxResults: 1 })),
    ],
    [
      'sagemaker:ListHubContents',
      () =>
        sageMaker.send(
          new ListHubContentsCommand({
            HubName: 'SageMakerPublicHub',
            HubContentType: 'Model',
            MaxResults: 1,
          }),
        ),
    ],
    ['sagemaker:ListEndpoints', () => sageMaker.send(new ListEndpointsCommand({ MaxResults: 1 }))],
    [
      'logs:DescribeLogStreams',
      () =>
        logs.send(
          new DescribeLogStreamsCommand({ logGroupName: '/aws/sagemaker/TrainingJobs', limit: 1 }),
        ),
    ],
    [
      'servicequotas:ListServiceQuotas',
      () =>
        serviceQuotas.send(
          new ListServiceQuotasCommand({ ServiceCode: 'sagemaker', MaxResults: 1 }),
        ),
    ],
  ]
  const refused = await Promise.all(
    tries.map(async ([action, attempt]) => {
      try {
        await attempt()
        return []
      } catch (error) {
        return denials.has(fromSdkError(error).code) ? [action] : []
      }
    }),
  )
  return refused.flat()
}
