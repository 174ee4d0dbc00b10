/** A model as an inference component of an endpoint: what lets one that answers at once go down to no machine. */
import {
  CreateInferenceComponentCommand,
  DeleteInferenceComponentCommand,
  DescribeInferenceComponentCommand,
  ListInferenceComponentsCommand,
  type InferenceComponentComputeResourceRequirements,
  type InferenceComponentStatus,
  type Tag,
} from '@aws-sdk/client-sagemaker'
import type { EndpointVariant } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { acceleratorsOf, isCpuMachine } from '../../shared/machines.ts'
import { signedAt } from './answerDate.ts'
import { fromSdkError } from './errors.ts'
import { pagesOf } from './pages.ts'
import { created, deleted, isForbidden, orNull, type StepAnswer } from './stepAnswer.ts'
import type { Connection } from './workspace.ts'

export interface ComponentSight {
  readonly status: InferenceComponentStatus
  readonly reason: string | null
}

/** What is asked of a machine is set aside, not a limit; more than this was reported to find no room on small machines. */
const memoryMegabytes = 1024

/**
 * All accelerators of a machine, so that each copy has one of its own.
 *
 * @throws AppError MachineUnknown for one of which it is not known how many it has
 */
export function computeOf({
  instanceType,
  environment,
}: Pick<
  EndpointVariant,
  'instanceType' | 'environment'
>): InferenceComponentComputeResourceRequirements {
  const told = Number(environment['SM_NUM_GPUS'] ?? Number.NaN)
  const count = acceleratorsOf(instanceType) ?? (Number.isInteger(told) && told > 0 ? told : null)
  if (count !== null)
    return {
      NumberOfAcceleratorDevicesRequired: count,
      MinMemoryRequiredInMb: memoryMegabytes,
    }
  if (isCpuMachine(instanceType))
    return { NumberOfCpuCoresRequired: 1, MinMemoryRequiredInMb: memoryMegabytes }
  throw new AppError('MachineUnknown', `How many accelerators has ${instanceType}?`, {
    details: { instanceType },
  })
}

export async function findComponent(
  { clients }: Connection,
  name: string,
): Promise<ComponentSight | null> {
  const found = await orNull(() =>
    clients.sageMaker.send(new DescribeInferenceComponentCommand({ InferenceComponentName: name })),
  )
  return (
    found && {
      status: found.InferenceComponentStatus ?? 'Creating',
      reason: found.FailureReason ?? null,
    }
  )
}

export async function createComponent(
  { clients }: Connection,
  component: {
    readonly name: string
    readonly endpointName: string
    readonly variant: EndpointVariant
    readonly tags: Tag[]
  },
  signedAtMs: number,
): Promise<StepAnswer> {
  const { variant } = component
  const command = new CreateInferenceComponentCommand({
    InferenceComponentName: component.name,
    EndpointName: component.endpointName,
    VariantName: variant.name,
    Specification: {
      ModelName: variant.modelName,
      ComputeResourceRequirements: computeOf(variant),
      StartupParameters: {
        ...(variant.downloadSeconds !== null && {
          ModelDataDownloadTimeoutInSeconds: variant.downloadSeconds,
        }),
        ...(variant.startSeconds !== null && {
          ContainerStartupHealthCheckTimeoutInSeconds: variant.startSeconds,
        }),
      },
    },
    RuntimeConfig: { CopyCount: variant.instanceCount },
    Tags: component.tags,
  })
  command.middlewareStack.use(signedAt(signedAtMs))
  return created(() => clients.sageMaker.send(command))
}

export async function deleteComponent({ clients }: Connection, name: string): Promise<StepAnswer> {
  return deleted(() =>
    clients.sageMaker.send(new DeleteInferenceComponentCommand({ InferenceComponentName: name })),
  )
}

export interface AccountComponent {
  readonly name: string
  readonly arn: string
  readonly endpointName: string
  readonly status: string
  readonly createdAtMs: number
}

/** @param of those of one endpoint, or those whose names begin so */
export async function listComponents(
  { clients }: Connection,
  of: { readonly endpointName: string } | { readonly prefix: string },
): Promise<AccountComponent[]> {
  const found: AccountComponent[] = []
  const pages = pagesOf((NextToken) =>
    clients.sageMaker
      .send(
        new ListInferenceComponentsCommand({
          ...('prefix' in of
            ? { NameContains: of.prefix }
            : { EndpointNameEquals: of.endpointName }),
          MaxResults: 100,
          NextToken,
        }),
      )
      .catch(unknownIsNone),
  )
  for await (const page of pages) {
    for (const component of page.InferenceComponents ?? []) {
      const name = component.InferenceComponentName ?? ''
      if ('prefix' in of && !name.startsWith(of.prefix)) continue
      found.push({
        name,
        arn: component.InferenceComponentArn ?? '',
        endpointName: component.EndpointName ?? '',
        status: component.InferenceComponentStatus ?? '',
        createdAtMs: component.CreationTime?.getTime() ?? 0,
      })
    }
  }
  return found
}

/** Nobody who may not list them could have made one here; and the engine on this computer has none. */
function unknownIsNone(error: unknown): {
  readonly InferenceComponents?: never[]
  readonly NextToken?: string
} {
  if (isForbidden(fromSdkError(error))) return {}
  throw error
}
