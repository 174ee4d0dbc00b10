/** Models, endpoint configurations and endpoints. */
import { z } from 'zod'
import { isServing, weightsOf, type EndpointRecord, type ModelRecord } from '../jobs/endpoints.ts'
import { modelPackageName } from '../jobs/modelPackageInput.ts'
import { roleArn, tags } from '../jobs/trainingJobInput.ts'
import { couldNotFind, endpointName as name } from './endpointNames.ts'
import { arnOf, type EngineContext } from './engineContext.ts'
import { listInput, select } from './listing.ts'
import { epochSeconds, operation, type Operation } from './operation.ts'
import { deployableContainerOf } from './modelPackages.ts'
import { pageOf } from './paging.ts'
import { ServiceError, validationError } from './serviceError.ts'
import { putTags } from './tagOperations.ts'

const containerInput = z.object({
  Image: z.string().max(255).optional(),
  Environment: z.record(z.string().max(1024), z.string().max(1024)).optional(),
  ModelPackageName: modelPackageName.optional(),
  ModelDataUrl: z.string().max(1024).optional(),
  ModelDataSource: z
    .object({
      S3DataSource: z.object({
        S3Uri: z.string().max(1024),
        S3DataType: z.enum(['S3Prefix', 'S3Object']),
        CompressionType: z.enum(['None', 'Gzip']),
      }),
    })
    .optional(),
})

type Container = z.output<typeof containerInput>

const createModelInput = z.object({
  ModelName: z
    .string()
    .max(63)
    .regex(/^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/),
  ExecutionRoleArn: roleArn.optional(),
  EnableNetworkIsolation: z.boolean().optional(),
  Tags: tags.optional(),
  PrimaryContainer: containerInput.optional(),
  Containers: z.array(containerInput).max(15).optional(),
})

const statusListInput = listInput(['CreationTime', 'Name', 'Status'])

export const endpointOperations: Readonly<Record<string, Operation>> = {
  CreateModel: operation(createModelInput, (context, input) => {
    if (context.models.find(input.ModelName)) {
      throw validationError(
        `Cannot create already existing model "${arnOf('model', input.ModelName)}".`,
      )
    }
    const source = sourceOf(context, containerOf(input))
    const arn = arnOf('model', input.ModelName)
    const { Tags, ...request } = input
    context.models.put({
      name: input.ModelName,
      arn,
      createdAtMs: context.now(),
      ...source,
      request,
    })
    if (Tags) putTags(context, arn, Tags)
    return { ModelArn: arn }
  }),

  DescribeModel: operation(z.object({ ModelName: z.string() }), (context, input) => {
    const model = context.models.find(input.ModelName)
    if (!model) throw couldNotFind('model', input.ModelName)
    return describeModel(model)
  }),

  ListModels: operation(listInput(['CreationTime', 'Name']), (context, input) => {
    const { page, ...next } = pageOf(
      select(context.models.list(), input),
      input.MaxResults,
      input.NextToken,
    )
    return {
      Models: page.map((model) => ({
        ModelName: model.name,
        ModelArn: model.arn,
        CreationTime: epochSeconds(model.createdAtMs),
      })),
      ...next,
    }
  }),

  DeleteModel: operation(z.object({ ModelName: z.string() }), (context, input) => {
    if (!context.models.delete(input.ModelName)) throw couldNotFind('model', input.ModelName)
    context.tags.delete(arnOf('model', input.ModelName))
    return {}
  }),

  CreateEndpoint: operation(
    z.object({ EndpointName: name, EndpointConfigName: name, Tags: tags.optional() }),
    (context, input) => {
      const taken = context.endpoints
        .list()
        .some((endpoint) => endpoint.name.toLowerCase() === input.EndpointName.toLowerCase())
      const arn = arnOf('endpoint', input.EndpointName)
      if (taken) throw validationError(`Cannot create already existing endpoint "${arn}".`)
      if (!context.endpointConfigs.find(input.EndpointConfigName)) {
        throw couldNotFind('endpoint configuration', input.EndpointConfigName)
      }
      const nowMs = context.now()
      const endpoint = {
        name: input.EndpointName,
        arn,
        configName: input.EndpointConfigName,
        status: 'Creating' as const,
        failureReason: null,
        createdAtMs: nowMs,
        modifiedAtMs: nowMs,
      }
      context.endpoints.put(endpoint)
      if (input.Tags) putTags(context, arn, input.Tags)
      context.endpointHost.start(endpoint)
      return { EndpointArn: arn }
    },
  ),

  DescribeEndpoint: operation(z.object({ EndpointName: z.string() }), (context, input) => {
    const endpoint = context.endpoints.find(input.EndpointName)
    if (!endpoint) throw couldNotFind('endpoint', input.EndpointName)
    return describeEndpoint(context, endpoint)
  }),

  ListEndpoints: operation(statusListInput, (context, input) => {
    const found = select(context.endpoints.list(), input).filter(
      (endpoint) => input.StatusEquals === undefined || endpoint.status === input.StatusEquals,
    )
    const { page, ...next } = pageOf(found, input.MaxResults, input.NextToken)
    return {
      Endpoints: page.map((endpoint) => ({
        EndpointName: endpoint.name,
        EndpointArn: endpoint.arn,
        EndpointStatus: endpoint.status,
        CreationTime: epochSeconds(endpoint.createdAtMs),
        LastModifiedTime: epochSeconds(endpoint.modifiedAtMs),
      })),
      ...next,
    }
  }),

  DeleteEndpoint: operation(z.object({ EndpointName: z.string() }), (context, input) => {
    if (!deleteEndpoint(context, input.EndpointName))
      throw couldNotFind('endpoint', input.EndpointName)
    return {}
  }),

  /** Blue/green: the old variants answer until the new ones can; what can't be loaded leaves them in place. */
  UpdateEndpoint: operation(
    z.object({
      EndpointName: z.string(),
      EndpointConfigName: name,
      RetainAllVariantProperties: z.boolean().optional(),
      DeploymentConfig: z.record(z.string(), z.unknown()).optional(),
    }),
    (context, input) => {
      const endpoint = requireUpdatable(context, input.EndpointName)
      if (!context.endpointConfigs.find(input.EndpointConfigName))
        throw couldNotFind('endpoint configuration', input.EndpointConfigName)
      const updating: EndpointRecord = {
        ...endpoint,
        status: 'Updating',
        pendingConfigName: input.EndpointConfigName,
        failureReason: null,
        modifiedAtMs: context.now(),
      }
      context.endpoints.put(updating)
      context.endpointHost.start(updating)
      return { EndpointArn: endpoint.arn }
    },
  ),

  UpdateEndpointWeightsAndCapacities: operation(
    z.object({
      EndpointName: z.string(),
      DesiredWeightsAndCapacities: z
        .array(
          z.object({
            VariantName: name,
            DesiredWeight: z.number().min(0).optional(),
            DesiredInstanceCount: z.number().int().min(0).optional(),
          }),
        )
        .min(1),
    }),
    (context, input) => {
      const endpoint = requireUpdatable(context, input.EndpointName)
      const variants = context.endpointConfigs.find(endpoint.configName)?.variants ?? []
      const weights = weightsOf(endpoint, variants)
      for (const { VariantName, DesiredWeight } of input.DesiredWeightsAndCapacities) {
        if (!weights.has(VariantName)) throw couldNotFind('variant', VariantName)
        if (DesiredWeight !== undefined) weights.set(VariantName, DesiredWeight)
      }
      if ([...weights.values()].every((weight) => weight === 0))
        throw validationError('At least one variant must have a weight above 0.')
      context.endpoints.put({
        ...endpoint,
        weights: Object.fromEntries(weights),
        modifiedAtMs: context.now(),
      })
      return { EndpointArn: endpoint.arn }
    },
  ),
}

/** @returns false when there is none of this name */
export function deleteEndpoint(
  { endpoints, endpointHost, tags }: Pick<EngineContext, 'endpoints' | 'endpointHost' | 'tags'>,
  endpointName: string,
): boolean {
  const endpoint = endpoints.find(endpointName)
  if (!endpoint) return false
  endpoints.delete(endpoint.name)
  tags.delete(endpoint.arn)
  endpointHost.stop(endpoint)
  return true
}

function requireUpdatable(context: EngineContext, endpointName: string): EndpointRecord {
  const endpoint = context.endpoints.find(endpointName)
  if (!endpoint) throw couldNotFind('endpoint', endpointName)
  if (endpoint.status !== 'InService')
    throw validationError(`Cannot update in-progress endpoint "${endpoint.arn}".`)
  return endpoint
}

export function describeModel(model: ModelRecord) {
  return {
    ...model.request,
    ModelArn: model.arn,
    CreationTime: epochSeconds(model.createdAtMs),
  }
}

export function describeEndpoint(context: EngineContext, endpoint: EndpointRecord) {
  const variants = context.endpointConfigs.find(endpoint.configName)?.variants ?? []
  const weights = weightsOf(endpoint, variants)
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: endpoint.configName,
    EndpointStatus: endpoint.status,
    ...(endpoint.failureReason === null ? {} : { FailureReason: endpoint.failureReason }),
    CreationTime: epochSeconds(endpoint.createdAtMs),
    LastModifiedTime: epochSeconds(endpoint.modifiedAtMs),
    ProductionVariants: variants.map((variant) => ({
      VariantName: variant.VariantName,
      CurrentWeight: weights.get(variant.VariantName) ?? 0,
      DesiredWeight: weights.get(variant.VariantName) ?? 0,
      CurrentInstanceCount: isServing(endpoint) ? 1 : 0,
      DesiredInstanceCount: 1,
    })),
  }
}

function containerOf(input: z.output<typeof createModelInput>): Container {
  const containers = [...(input.PrimaryContainer ? [input.PrimaryContainer] : [])].concat(
    input.Containers ?? [],
  )
  const [container, ...others] = containers
  if (!container || (input.PrimaryContainer && input.Containers)) {
    throw validationError('Exactly one of PrimaryContainer and Containers is needed.')
  }
  if (others.length > 0) throw validationError('This computer serves one container per model.')
  return container
}

/** The image and the model data of a container, its own or those of the model package that it names. */
function sourceOf(
  context: EngineContext,
  container: Container,
): { image: string; modelDataUri: string } {
  if (container.ModelPackageName !== undefined) {
    if (container.Image ?? container.ModelDataUrl ?? container.ModelDataSource) {
      throw validationError('A container with a ModelPackageName has no image or model data.')
    }
    return deployableContainerOf(context, container.ModelPackageName)
  }
  const { Image, ModelDataUrl, ModelDataSource } = container
  const modelDataUri = ModelDataUrl ?? ModelDataSource?.S3DataSource.S3Uri
  if (Image === undefined) throw validationError('One of Image and ModelPackageName is needed.')
  if (!modelDataUri || (ModelDataUrl && ModelDataSource)) {
    throw validationError('Exactly one of ModelDataUrl and ModelDataSource is needed.')
  }
  return { image: Image, modelDataUri }
}

/** The endpoint that an invocation names, if it can answer. */
export function requireServing(context: EngineContext, endpointName: string) {
  const endpoint = context.endpoints.find(endpointName)
  if (!endpoint) {
    throw new ServiceError('ValidationError', `Endpoint ${endpointName} of account not found.`)
  }
  if (!isServing(endpoint)) {
    throw new ServiceError(
      'ValidationError',
      `Endpoint ${endpointName} is in status ${endpoint.status}.`,
    )
  }
  return endpoint
}
