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
import { pagesOf } from './pages.ts'
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
  const pages = pagesOf((NextToken) =>
    clients.sageMaker.send(
      new ListEndpointsCommand({ NameContains: prefix, MaxResults: 100, NextToken }),
    ),
  )
  for await (const page of pages) {
    for (const endpoint of page.Endpoints ?? [])
      if (endpoint.EndpointName?.startsWith(prefix))
        found.push({
          name: endpoint.EndpointName,
          arn: endpoint.EndpointArn ?? '',
          status: endpoint.EndpointStatus ?? '',
          createdAtMs: endpoint.CreationTime?.getTime() ?? 0,
        })
  }
  return found
}

/** Components wait until copies have come or gone, and take minutes themselves. */
const longestWaitMs = 20 * 60_000

export interface Patience {
  /** How often it is looked whether a component is gone. */
  readonly pollMs: number
  /** Ends the wait; what AWS was asked for goes on. */
  readonly signal: AbortSignal
}

/**
 * The endpoint first, for that is what costs, or its components, without which AWS does not let it go; then what its
 * configuration and they name, which costs nothing.
 *
 * @throws AppError AccessDenied, PermissionMissing, Cancelled, and what AWS refuses for longer than a component takes to go
 */
export async function deleteForeignEndpoint(
  connection: Connection,
  name: string,
  patience: Patience,
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
      models.push(...(await untilGone(connection, component.name, patience)))
  await withAwsErrors(() => sageMaker.send(new DeleteEndpointCommand({ EndpointName: name })))
  await withAwsErrors(() =>
    sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: configName })),
  ).catch(goneIsNull)
  await deleteModels(connection, models)
}

/** With the entry of the model that it holds. @throws as `deleteForeignEndpoint` */
export async function deleteForeignComponent(
  connection: Connection,
  name: string,
  patience: Patience,
): Promise<void> {
  await deleteModels(connection, await untilGone(connection, name, patience))
}

async function deleteModels({ clients }: Connection, names: readonly string[]): Promise<void> {
  for (const ModelName of names)
    await withAwsErrors(() => clients.sageMaker.send(new DeleteModelCommand({ ModelName }))).catch(
      goneIsNull,
    )
}

/** @returns the models that the component named */
async function untilGone(
  connection: Connection,
  name: string,
  { pollMs, signal }: Patience,
): Promise<string[]> {
  const described = await withAwsErrors(() =>
    connection.clients.sageMaker.send(
      new DescribeInferenceComponentCommand({ InferenceComponentName: name }),
    ),
  ).catch(goneIsNull)
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const found = await findComponent(connection, name)
    if (!found) return [described?.Specification?.ModelName ?? []].flat()
    const answer = found.status === 'Deleting' ? null : await deleteComponent(connection, name)
    if (answer?.outcome === 'forbidden' || waitedMs >= longestWaitMs)
      throw answer?.refusal ?? new AppError('AwsUnavailable', `${name} does not go away`)
    await wait(pollMs, undefined, { signal }).catch(() => {
      throw new AppError('Cancelled', 'It was withdrawn')
    })
  }
}

function goneIsNull(error: unknown): null {
  const refusal = fromSdkError(error)
  if (refusal.code === 'InvalidRequest' || refusal.code === 'NotFound') return null
  throw refusal instanceof AppError ? refusal : error
}
