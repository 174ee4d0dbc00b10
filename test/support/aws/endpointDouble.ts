/** SageMaker's models, endpoint configurations and endpoints, refused in AWS's words where AWS refuses them. */
import type { DoubleContext, Handler, ServiceDouble } from './doubleContext.ts'
import {
  componentsOf,
  statusOf,
  type DoubleEndpoint,
  type EndpointConfig,
  type HostingStore,
  type VariantConfig,
} from './hostingStore.ts'
import { ServiceFailure, validationFailure } from './serviceFailure.ts'
import { settle } from './settleHosting.ts'
import { without } from './without.ts'

type Input = Readonly<Record<string, unknown>>

export const endpointDouble: ServiceDouble = settled({
  CreateModel: (context, input) => {
    const name = String(input['ModelName'])
    const arn = arnOf(context, 'model', name)
    if (context.hosting.models.has(name))
      throw validationFailure(`Cannot create already existing model "${arn}".`)
    requireRole(context, input['ExecutionRoleArn'])
    const container = input['PrimaryContainer'] as { ModelDataUrl?: string; Image?: string }
    if (container.ModelDataUrl !== undefined && !container.ModelDataUrl.endsWith('.tar.gz'))
      throw validationFailure(
        `Invalid model data URL "${container.ModelDataUrl}": it has to end with .tar.gz`,
      )
    if (!/^\d{12}\.dkr\.ecr\./.test(container.Image ?? ''))
      throw validationFailure(
        `Using non-ECR image "${container.Image}" without Vpc repository access mode is not supported.`,
      )
    context.hosting.models.set(name, input)
    return { ModelArn: arn }
  },
  DescribeModel: (context, input) => {
    const name = String(input['ModelName'])
    const model = without(find(context, context.hosting.models, 'model', name), 'Tags')
    return { ...model, ModelArn: arnOf(context, 'model', name), CreationTime: at(context.now()) }
  },
  DeleteModel: (context, input) => {
    const name = String(input['ModelName'])
    find(context, context.hosting.models, 'model', name)
    context.hosting.models.delete(name)
    return {}
  },
  CreateEndpointConfig: (context, input) => {
    const config = input as unknown as EndpointConfig // validated against the model
    const name = config.EndpointConfigName
    const arn = arnOf(context, 'endpoint-config', name)
    if (context.hosting.configs.has(name))
      throw validationFailure(`Cannot create already existing endpoint configuration "${arn}".`)
    for (const { ModelName } of config.ProductionVariants)
      if (ModelName !== undefined) find(context, context.hosting.models, 'model', ModelName)
      else if (config.ExecutionRoleArn === undefined || config.AsyncInferenceConfig)
        throw validationFailure(
          'A variant without a model needs an ExecutionRoleArn and answers at once.',
        )
    context.hosting.configs.set(name, config)
    return { EndpointConfigArn: arn }
  },
  DescribeEndpointConfig: (context, input) => {
    const name = String(input['EndpointConfigName'])
    const config = find(context, context.hosting.configs, 'endpoint configuration', name)
    return {
      ...without(config, 'Tags'),
      EndpointConfigArn: arnOf(context, 'endpoint-config', name),
      CreationTime: at(context.now()),
    }
  },
  DeleteEndpointConfig: (context, input) => {
    const name = String(input['EndpointConfigName'])
    find(context, context.hosting.configs, 'endpoint configuration', name)
    context.hosting.configs.delete(name)
    return {}
  },
  CreateEndpoint: (context, input) => {
    const { hosting } = context
    const name = String(input['EndpointName'])
    const arn = arnOf(context, 'endpoint', name)
    if ([...hosting.endpoints.keys()].some((known) => known.toLowerCase() === name.toLowerCase()))
      throw validationFailure(`Cannot create already existing endpoint "${arn}".`)
    const configName = String(input['EndpointConfigName'])
    const config = find(context, hosting.configs, 'endpoint configuration', configName)
    requireQuota(context, config)
    hosting.endpoints.set(name, {
      name,
      tags: (input['Tags'] as DoubleEndpoint['tags'] | undefined) ?? [],
      createdAtMs: context.now(),
      failure: whyItFails(context, config),
      configName,
      busyWith: 'Creating',
      busyUntilMs: context.now() + hosting.startMs,
      deletedAtMs: null,
      weights: new Map(),
    })
    return { EndpointArn: arn }
  },
  DescribeEndpoint: (context, input) => {
    const endpoint = findEndpoint(context, input)
    const status = statusOf(endpoint, context.now())
    const config = context.hosting.configs.get(endpoint.configName)
    return {
      EndpointName: endpoint.name,
      EndpointArn: arnOf(context, 'endpoint', endpoint.name),
      EndpointConfigName: endpoint.configName,
      EndpointStatus: status,
      ...(status === 'Failed' ? { FailureReason: endpoint.failure } : {}),
      ...(status === 'Creating' || !config
        ? {}
        : {
            ProductionVariants: config.ProductionVariants.map((one) =>
              variantOf(context.hosting, endpoint, one),
            ),
          }),
      CreationTime: at(endpoint.createdAtMs),
      LastModifiedTime: at(context.now()),
    }
  },
  ListEndpoints: (context, input) => {
    const contains = String(input['NameContains'] ?? '').toLowerCase()
    const all = [...context.hosting.endpoints.values()].filter(({ name }) =>
      name.toLowerCase().includes(contains),
    )
    const start = Number(input['NextToken'] ?? 0)
    const most = Number(input['MaxResults'] ?? 10)
    return {
      Endpoints: all.slice(start, start + most).map((endpoint) => ({
        EndpointName: endpoint.name,
        EndpointArn: arnOf(context, 'endpoint', endpoint.name),
        CreationTime: at(endpoint.createdAtMs),
        LastModifiedTime: at(endpoint.createdAtMs),
        EndpointStatus: statusOf(endpoint, context.now()),
      })),
      ...(start + most < all.length ? { NextToken: String(start + most) } : {}),
    }
  },
  UpdateEndpoint: (context, input) => {
    const endpoint = findEndpoint(context, input)
    requireAtRest(context, endpoint)
    const configName = String(input['EndpointConfigName'])
    find(context, context.hosting.configs, 'endpoint configuration', configName)
    if (configName === endpoint.configName)
      throw validationFailure(
        `Cannot update endpoint "${arnOf(context, 'endpoint', endpoint.name)}": it already uses this endpoint configuration.`,
      )
    if ([...context.hosting.scalableTargets.keys()].some((id) => id.includes(`/${endpoint.name}/`)))
      throw validationFailure(
        'The variants of the endpoint are registered for auto scaling: deregister them before the update.',
      )
    endpoint.configName = configName
    endpoint.busyWith = 'Updating'
    endpoint.busyUntilMs = context.now() + context.hosting.startMs
    setWeights(context.hosting, endpoint)
    return { EndpointArn: arnOf(context, 'endpoint', endpoint.name) }
  },
  UpdateEndpointWeightsAndCapacities: (context, input) => {
    const endpoint = findEndpoint(context, input)
    requireAtRest(context, endpoint)
    if (endpoint.weights.size === 0) setWeights(context.hosting, endpoint)
    const wanted = input['DesiredWeightsAndCapacities'] as {
      VariantName: string
      DesiredWeight?: number
    }[]
    for (const { VariantName, DesiredWeight } of wanted) {
      if (!endpoint.weights.has(VariantName))
        throw validationFailure(
          `The variant name(s) "${VariantName}" is/are not present within endpoint configuration "${endpoint.configName}".`,
        )
      if (DesiredWeight !== undefined) endpoint.weights.set(VariantName, DesiredWeight)
    }
    endpoint.busyWith = 'Updating'
    endpoint.busyUntilMs = context.now() + 30_000
    return { EndpointArn: arnOf(context, 'endpoint', endpoint.name) }
  },
  DeleteEndpoint: (context, input) => {
    const endpoint = findEndpoint(context, input)
    if (endpoint.deletedAtMs === null) requireAtRest(context, endpoint)
    // AWS's own words are not known; its console says that its models have to be deleted before.
    const isHeld = componentsOf(context.hosting, endpoint.name).length > 0
    if (isHeld && !context.hosting.leavesComponents)
      throw validationFailure(
        `Cannot delete endpoint "${arnOf(context, 'endpoint', endpoint.name)}": delete its inference components first.`,
      )
    endpoint.deletedAtMs ??= context.now()
    return {}
  },
})

/** Weights are those of the configuration until they are set. */
function setWeights({ configs }: HostingStore, endpoint: DoubleEndpoint): void {
  endpoint.weights.clear()
  for (const variant of configs.get(endpoint.configName)?.ProductionVariants ?? [])
    endpoint.weights.set(variant.VariantName, variant.InitialVariantWeight ?? 1)
}

function variantOf(hosting: HostingStore, endpoint: DoubleEndpoint, variant: VariantConfig) {
  const count = machinesOf(hosting, endpoint, variant)
  const weight = endpoint.weights.get(variant.VariantName) ?? variant.InitialVariantWeight ?? 1
  return {
    VariantName: variant.VariantName,
    CurrentWeight: weight,
    DesiredWeight: weight,
    CurrentInstanceCount: count,
    DesiredInstanceCount: count,
  }
}

/** A machine for each copy of the components that it holds; the first is there before any. */
function machinesOf(hosting: HostingStore, { name }: DoubleEndpoint, variant: VariantConfig) {
  const components = componentsOf(hosting, name)
  if (components.length === 0) return variant.InitialInstanceCount
  return components.reduce((sum, [, { copies }]) => sum + copies, 0)
}

/** Found only once the machines are there. */
function whyItFails(context: DoubleContext, config: EndpointConfig): string | null {
  const reasons = config.ProductionVariants.flatMap(({ ModelName }) =>
    ModelName === undefined ? [] : (whyModelFails(context, ModelName) ?? []),
  )
  return reasons[0] ?? null
}

export function whyModelFails(
  { hosting, objects }: DoubleContext,
  modelName: string,
): string | null {
  const container = hosting.models.get(modelName)?.['PrimaryContainer'] as {
    Image: string
    ModelDataUrl?: string
    ModelDataSource?: { S3DataSource: { S3Uri: string } }
    Environment?: Readonly<Record<string, string>>
  }
  const uri = container.ModelDataUrl ?? container.ModelDataSource?.S3DataSource.S3Uri ?? ''
  if (objects.under(uri).length === 0)
    return `Could not download the model data from S3: no objects at ${uri}.`
  if (container.Image.includes('tgi') && !container.Environment?.['HF_MODEL_ID'])
    return `The primary container for production variant AllTraffic did not pass the ping health check. Please check CloudWatch logs for this endpoint.`
  return null
}

function requireQuota({ limits }: DoubleContext, { ProductionVariants }: EndpointConfig): void {
  for (const { InstanceType, InitialInstanceCount } of ProductionVariants) {
    const most = limits.endpointInstances.get(InstanceType)
    if (most !== undefined && InitialInstanceCount > most)
      throw new ServiceFailure(
        'ResourceLimitExceeded',
        `The account-level service limit '${InstanceType} for endpoint usage' is ${most} Instances, with current utilization of 0 Instances and a request delta of ${InitialInstanceCount} Instances. Please use AWS Service Quotas to request an increase for this quota.`,
      )
  }
}

function requireAtRest(context: DoubleContext, endpoint: DoubleEndpoint): void {
  const status = statusOf(endpoint, context.now())
  if (status === 'Creating' || status === 'Updating')
    throw validationFailure(
      `Cannot update in-progress endpoint "${arnOf(context, 'endpoint', endpoint.name)}".`,
    )
}

function requireRole({ account }: DoubleContext, role: unknown): void {
  if (!String(role).startsWith(`arn:aws:iam::${account}:role/`))
    throw new ServiceFailure('AccessDeniedException', 'Cross-account pass role is not allowed.')
}

export function findEndpoint(context: DoubleContext, input: Input): DoubleEndpoint {
  return find(context, context.hosting.endpoints, 'endpoint', String(input['EndpointName']))
}

export function find<T>(
  context: DoubleContext,
  held: ReadonlyMap<string, T>,
  kind: 'model' | 'endpoint' | 'endpoint configuration' | 'inference component',
  name: string,
): T {
  const found = held.get(name)
  if (found) return found
  const arn = arnOf(context, kind.replace('configuration', 'config').replace(' ', '-'), name)
  throw validationFailure(`Could not find ${kind} "${arn}".`)
}

export function arnOf({ region, account }: DoubleContext, kind: string, name: string): string {
  return `arn:aws:sagemaker:${region}:${account}:${kind}/${name.toLowerCase()}`
}

function at(ms: number): Date {
  return new Date(ms)
}

export function settled(handlers: ServiceDouble): ServiceDouble {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]): [string, Handler] => [
      name,
      (context, input) => {
        settle(context)
        return handler(context, input)
      },
    ]),
  )
}
