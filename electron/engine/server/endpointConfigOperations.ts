/** Endpoint configurations: which models an endpoint answers with, and how the requests are shared among them. */
import { z } from 'zod'
import { tags } from '../jobs/trainingJobInput.ts'
import { arnOf } from './engineContext.ts'
import { couldNotFind, endpointName as name } from './endpointNames.ts'
import { listInput, select } from './listing.ts'
import { epochSeconds, operation, type Operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { validationError } from './serviceError.ts'
import { putTags } from './tagOperations.ts'

const object = z.record(z.string(), z.unknown())
const keptMembers = {
  DataCaptureConfig: object.optional(),
  AsyncInferenceConfig: object.optional(),
  KmsKeyId: z.string().max(2048).optional(),
  VpcConfig: object.optional(),
  ExecutionRoleArn: z.string().optional(),
  EnableNetworkIsolation: z.boolean().optional(),
}

export const endpointConfigOperations: Readonly<Record<string, Operation>> = {
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
      // Kept and shown as they were sent: they mean nothing on one computer.
      ...keptMembers,
    }),
    (context, { EndpointConfigName, ProductionVariants, Tags, ...kept }) => {
      const input = { EndpointConfigName, ProductionVariants, Tags }
      if (context.endpointConfigs.find(input.EndpointConfigName)) {
        throw validationError(
          `Cannot create already existing endpoint configuration "${arnOf('endpoint-config', input.EndpointConfigName)}".`,
        )
      }
      const names = input.ProductionVariants.map(({ VariantName }) => VariantName)
      if (new Set(names).size < names.length)
        throw validationError('Variant names must be unique within an endpoint configuration.')
      for (const variant of input.ProductionVariants) {
        if (!context.models.find(variant.ModelName)) throw couldNotFind('model', variant.ModelName)
      }
      const arn = arnOf('endpoint-config', input.EndpointConfigName)
      context.endpointConfigs.put({
        name: input.EndpointConfigName,
        arn,
        createdAtMs: context.now(),
        variants: input.ProductionVariants,
        kept,
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
        ...config.kept,
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
}
