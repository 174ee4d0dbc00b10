/** AWS's published service models, as build/awsModels.ts took them from botocore. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const referenceSchema = z.looseObject({
  shape: z.string(),
  location: z.enum(['uri', 'querystring', 'header', 'headers', 'statusCode']).optional(),
  locationName: z.string().optional(),
  queryName: z.string().optional(),
  flattened: z.boolean().optional(),
  timestampFormat: z.string().optional(),
})
export type ShapeReference = z.infer<typeof referenceSchema>

const shapeSchema = z.looseObject({
  type: z.string(),
  required: z.array(z.string()).default([]),
  members: z.record(z.string(), referenceSchema).default({}),
  member: referenceSchema.optional(),
  key: referenceSchema.optional(),
  value: referenceSchema.optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  pattern: z.string().optional(),
  enum: z.array(z.string()).optional(),
  union: z.boolean().default(false),
  eventstream: z.boolean().default(false),
  payload: z.string().optional(),
  flattened: z.boolean().default(false),
  timestampFormat: z.string().optional(),
  error: z.looseObject({ httpStatusCode: z.number().optional() }).optional(),
})
export type Shape = z.infer<typeof shapeSchema>

const operationSchema = z.object({
  name: z.string(),
  http: z.object({
    method: z.string(),
    requestUri: z.string(),
    responseCode: z.number().optional(),
  }),
  input: z.object({ shape: z.string() }).optional(),
  output: z.object({ shape: z.string() }).optional(),
  errors: z.array(z.object({ shape: z.string() })).default([]),
})
export type Operation = z.infer<typeof operationSchema>

const modelSchema = z.object({
  service: z.string(),
  source: z.string(),
  metadata: z.object({
    endpointPrefix: z.string(),
    protocol: z.string(),
    serviceId: z.string(),
    signingName: z.string().optional(),
    targetPrefix: z.string().optional(),
    jsonVersion: z.string().optional(),
  }),
  operations: z.record(z.string(), operationSchema),
  shapes: z.record(z.string(), shapeSchema),
})
export type ServiceModel = z.infer<typeof modelSchema>

const directory = path.join(import.meta.dirname, 'models')

/** By botocore's name: sagemaker, bedrock, s3, ... */
export const serviceModels: ReadonlyMap<string, ServiceModel> = new Map(
  readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const model = modelSchema.parse(JSON.parse(readFileSync(path.join(directory, file), 'utf8')))
      return [model.service, model] as const
    }),
)

export function shapeOf(model: ServiceModel, name: string): Shape {
  const shape = model.shapes[name]
  if (!shape) throw new Error(`${model.service} has no shape ${name}`)
  return shape
}

export function signingNameOf({ metadata }: ServiceModel): string {
  return metadata.signingName ?? metadata.endpointPrefix
}
