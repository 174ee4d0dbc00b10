/** The endpoints that an account holds under Timbre's name, and inference components that lost theirs. */
import { setTimeout as wait } from 'node:timers/promises'
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeInferenceComponentCommand,
  ListEndpointsCommand,
} from '@aws-sdk/client-sagemaker'
import { AppError } from '../../shared/errors.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'
import { deleteComponent, findComponent, listComponents } from './inferenceComponents.ts'
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

/** Components wait until copies have come or gone, and take minutes themselves. */
const longestWaitMs = 20 * 60_000

/**
 * The endpoint first, for that is what costs, or its components, without which AWS does not let it go; then what its
 * configuration and they name, which costs nothing.
 *
 * @param pollMs how often it is looked whether a component is gone
 */
export async function deleteForeignEndpoint(
  connection: Connection,
  name: string,
  pollMs: number,
): Promise<void> {
  const { sageMaker } = connection.clients
  const endpoint = await withAwsErrors(() =>
    sageMaker.send(new DescribeEndpointCommand({ EndpointName: name })),
  ).catch(goneIsNull)
  if (!endpoint) return
  const configName = endpoint.EndpointConfigName ?? name
  const config = await withAwsErrors(() =>
    sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: configName })),
  ).catch(goneIsNull)
  const models = (config?.ProductionVariants ?? []).flatMap(({ ModelName }) => ModelName ?? [])
  if (connection.kind === 'aws')
    for (const component of await listComponents(connection, { endpointName: name }))
      models.push(...(await deleteForeignComponent(connection, component.name, pollMs)))
  await withAwsErrors(() => sageMaker.send(new DeleteEndpointCommand({ EndpointName: name })))
  const steps = [
    () => sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: configName })),
    ...models.map((ModelName) => () => sageMaker.send(new DeleteModelCommand({ ModelName }))),
  ]
  for (const step of steps) await withAwsErrors<unknown>(step).catch(goneIsNull)
}

/** Until it is gone. @returns the models that it named */
export async function deleteForeignComponent(
  connection: Connection,
  name: string,
  pollMs: number,
): Promise<string[]> {
  const described = await withAwsErrors(() =>
    connection.clients.sageMaker.send(
      new DescribeInferenceComponentCommand({ InferenceComponentName: name }),
    ),
  ).catch(goneIsNull)
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const found = await findComponent(connection, name)
    if (!found) return [described?.Specification?.ModelName ?? []].flat()
    if (found.status !== 'Deleting') {
      const { refusal } = await deleteComponent(connection, name)
      if (refusal && waitedMs >= longestWaitMs) throw refusal
    }
    await wait(pollMs)
  }
}

function goneIsNull(error: unknown): null {
  const refusal = fromSdkError(error)
  if (refusal.code === 'InvalidRequest' || refusal.code === 'NotFound') return null
  throw refusal instanceof AppError ? refusal : error
}
