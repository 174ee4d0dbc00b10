/** Models, endpoint configurations and endpoints. */
import { z } from 'zod'
import type { EndpointRecord, ModelRecord } from '../jobs/endpoints.ts'
import { modelPackageName } from '../jobs/modelPackageInput.ts'
import { roleArn, tags } from '../jobs/trainingJobInput.ts'
import { arnOf, type EngineContext } from './engineContext.ts'
import { listInput, select } from './listing.ts'
import { epochSeconds, operation, type Operation } from './operation.ts'
import { deployableContainerOf } from './modelPackages.ts'
import { pageOf } from './paging.ts'
import { ServiceError, validationError } from './serviceError.ts'
import { putTags } from './tagOperations.ts'

const name = z
  .string()
  .max(63)
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)

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

  CreateEndpointConfig: operation(
    z.object({
      EndpointConfigName: name,
      ProductionVariants: z
        .array(
          z.object({
            VariantName: name,
            ModelName: z.string().max(63),
            InitialInstanceCount: z.number().int().min(1).default(1),
            InstanceType: z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9-]+$/),
            InitialVariantWeight: z.number().min(0).optional(),
            ModelDataDownloadTimeoutInSeconds: z.number().int().min(60).max(3600).optional(),
            ContainerStartupHealthCheckTimeoutInSeconds: z
              .number()
              .int()
              .min(60)
              .max(3600)
              .optional(),
          }),
        )
        .min(1)
        .max(10),
      Tags: tags.optional(),
    }),
    (context, input) => {
      if (context.endpointConfigs.find(input.EndpointConfigName)) {
        throw validationError(
          `Cannot create already existing endpoint configuration "${arnOf('endpoint-config', input.EndpointConfigName)}".`,
        )
      }
      if (input.ProductionVariants.length > 1) {
        throw validationError('This computer serves one variant per endpoint.')
      }
      for (const variant of input.ProductionVariants) {
        if (!context.models.find(variant.ModelName)) throw couldNotFind('model', variant.ModelName)
      }
      const arn = arnOf('endpoint-config', input.EndpointConfigName)
      context.endpointConfigs.put({
        name: input.EndpointConfigName,
        arn,
        createdAtMs: context.now(),
        variants: input.ProductionVariants,
      })
      if (input.Tags) putTags(context, arn, input.Tags)
      return { EndpointConfigArn: arn }
    },
  ),

  DescribeEndpointConfig: operation(
    z.object({ EndpointConfigName: z.string() }),
    (context, input) => {
      const config = context.endpointConfigs.find(input.EndpointConfigName)
      if (!config) throw couldNotFind('endpoint configuration', input.EndpointConfigName)
      return {
        EndpointConfigName: config.name,
        EndpointConfigArn: config.arn,
        ProductionVariants: config.variants,
        CreationTime: epochSeconds(config.createdAtMs),
      }
    },
  ),

  ListEndpointConfigs: operation(listInput(['CreationTime', 'Name']), (context, input) => {
    const found = select(context.endpointConfigs.list(), input)
    const { page, ...next } = pageOf(found, input.MaxResults, input.NextToken)
    return {
      EndpointConfigs: page.map((config) => ({
        EndpointConfigName: config.name,
        EndpointConfigArn: config.arn,
        CreationTime: epochSeconds(config.createdAtMs),
      })),
      ...next,
    }
  }),

  DeleteEndpointConfig: operation(
    z.object({ EndpointConfigName: z.string() }),
    (context, input) => {
      if (!context.endpointConfigs.delete(input.EndpointConfigName)) {
        throw couldNotFind('endpoint configuration', input.EndpointConfigName)
      }
      context.tags.delete(arnOf('endpoint-config', input.EndpointConfigName))
      return {}
    },
  ),

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
    const endpoint = context.endpoints.find(input.EndpointName)
    if (!endpoint) throw couldNotFind('endpoint', input.EndpointName)
    context.endpoints.delete(endpoint.name)
    context.tags.delete(endpoint.arn)
    context.endpointHost.stop(endpoint)
    return {}
  }),
}

export function describeModel(model: ModelRecord) {
  return {
    ...model.request,
    ModelArn: model.arn,
    CreationTime: epochSeconds(model.createdAtMs),
  }
}

export function describeEndpoint(context: EngineContext, endpoint: EndpointRecord) {
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: endpoint.configName,
    EndpointStatus: endpoint.status,
    ...(endpoint.failureReason === null ? {} : { FailureReason: endpoint.failureReason }),
    CreationTime: epochSeconds(endpoint.createdAtMs),
    LastModifiedTime: epochSeconds(endpoint.modifiedAtMs),
    ProductionVariants: context.endpointConfigs
      .find(endpoint.configName)
      ?.variants.map((variant) => ({
        VariantName: variant.VariantName,
        CurrentInstanceCount: endpoint.status === 'InService' ? 1 : 0,
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

/** SageMaker answers ValidationException, not ResourceNotFound, for these; its clients' waiters rely on that. */
function couldNotFind(kind: string, resourceName: string): ServiceError {
  const arn = arnOf(kind === 'endpoint configuration' ? 'endpoint-config' : kind, resourceName)
  return validationError(`Could not find ${kind} "${arn}".`)
}

/** The endpoint that an invocation names, if it can answer. */
export function requireServing(context: EngineContext, endpointName: string) {
  const endpoint = context.endpoints.find(endpointName)
  if (!endpoint) {
    throw new ServiceError('ValidationError', `Endpoint ${endpointName} of account not found.`)
  }
  if (endpoint.status !== 'InService') {
    throw new ServiceError(
      'ValidationError',
      `Endpoint ${endpointName} is in status ${endpoint.status}.`,
    )
  }
  return endpoint
}
