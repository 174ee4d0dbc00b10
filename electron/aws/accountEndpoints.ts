/** The endpoints that an account holds under Timbre's name. */
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  ListEndpointsCommand,
} from '@aws-sdk/client-sagemaker'
import { AppError } from '../../shared/errors.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'
import type { Connection } from './workspace.ts'

export interface AccountEndpoint {
  readonly name: string
  readonly arn: string
  readonly status: string
  readonly createdAtMs: number
}

export async function listAccountEndpoints(
  { clients }: Connection,
  prefix: string,
): Promise<AccountEndpoint[]> {
  const found: AccountEndpoint[] = []
  let nextToken: string | undefined
  do {
    const page = await withAwsErrors(() =>
      clients.sageMaker.send(
        new ListEndpointsCommand({ NameContains: prefix, MaxResults: 100, NextToken: nextToken }),
      ),
    )
    for (const endpoint of page.Endpoints ?? [])
      if (endpoint.EndpointName?.startsWith(prefix))
        found.push({
          name: endpoint.EndpointName,
          arn: endpoint.EndpointArn ?? '',
          status: endpoint.EndpointStatus ?? '',
          createdAtMs: endpoint.CreationTime?.getTime() ?? 0,
        })
    nextToken = page.NextToken
  } while (nextToken)
  return found
}

/** The endpoint first, for that is what costs; then what its configuration names, which costs nothing. */
export async function deleteForeignEndpoint({ clients }: Connection, name: string): Promise<void> {
  const { sageMaker } = clients
  const endpoint = await withAwsErrors(() =>
    sageMaker.send(new DescribeEndpointCommand({ EndpointName: name })),
  ).catch(goneIsNull)
  if (!endpoint) return
  const configName = endpoint.EndpointConfigName ?? name
  const config = await withAwsErrors(() =>
    sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: configName })),
  ).catch(goneIsNull)
  await withAwsErrors(() => sageMaker.send(new DeleteEndpointCommand({ EndpointName: name })))
  const steps = [
    () => sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: configName })),
    ...(config?.ProductionVariants ?? []).map(
      ({ ModelName }) =>
        () =>
          sageMaker.send(new DeleteModelCommand({ ModelName })),
    ),
  ]
  for (const step of steps) await withAwsErrors<unknown>(step).catch(goneIsNull)
}

function goneIsNull(error: unknown): null {
  const refusal = fromSdkError(error)
  if (refusal.code === 'InvalidRequest' || refusal.code === 'NotFound') return null
  throw refusal instanceof AppError ? refusal : error
}
