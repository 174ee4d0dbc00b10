/** A file of prompts that a model answers. */
import { z } from 'zod'
import { instanceTypeSchema, priceSchema } from './endpoint.ts'
import { appErrorDataSchema } from './errors.ts'
import { generationSettingsSchema, speakerSchema } from './playground.ts'

/** Families that SageMaker has for transform jobs; source: TransformInstanceType of its service model. */
const transformFamilies =
  /^ml\.(m4|c4|p2|p3|c5|m5|m6i|c6i|r6i|m7i|c7i|r7i|g4dn|g5|trn1|inf2|g6|g6e)\.[a-z0-9]+$/

export function servesTransform(instanceType: string): boolean {
  return transformFamilies.test(instanceType)
}

/** A transform job at SageMaker: the file is answered on a machine of its own, which ends with it. */
export const batchTransformSchema = z.object({
  workspaceId: z.string(),
  instanceType: z.string(),
  /** Of the job that was asked for, also of the model made for it; null: none is under way. */
  jobName: z.string().nullable(),
  /** Its output files whose answers are stored. */
  collected: z.array(z.string()),
  /** Of the machine; null: not known. */
  price: priceSchema.nullable().default(null),
  /** Job -> how long its machine ran, as far as it was seen. */
  seconds: z.record(z.string(), z.number().nonnegative()).default({}),
})
export type BatchTransform = z.infer<typeof batchTransformSchema>

/** What all its jobs cost until the last look; null: the price is not known. */
export function transformCost({ price, seconds }: BatchTransform): number | null {
  if (price === null) return null
  const all = Object.values(seconds).reduce((sum, one) => sum + one, 0)
  return (all / 3600) * price.perHour
}

export const batchStatusSchema = z.enum(['Running', 'Stopped', 'Completed', 'Failed'])
export type BatchStatus = z.infer<typeof batchStatusSchema>

export const batchSchema = z.object({
  id: z.string(),
  speaker: speakerSchema,
  title: z.string(),
  datasetId: z.string(),
  datasetName: z.string(),
  /** Of the content that its rows are read from: a later change of the file changes nothing. */
  contentSha256: z.string(),
  column: z.string(),
  settings: generationSettingsSchema,
  /** Null: the model's endpoint is asked row by row. */
  transform: batchTransformSchema.nullable().default(null),
  status: batchStatusSchema,
  rowCount: z.number().int(),
  doneCount: z.number().int(),
  failedCount: z.number().int(),
  failure: appErrorDataSchema.nullable(),
  createdAtMs: z.number(),
  endedAtMs: z.number().nullable(),
})
export type Batch = z.infer<typeof batchSchema>

export const batchRequestSchema = z.object({
  speaker: speakerSchema,
  datasetId: z.string(),
  column: z.string().min(1),
  settings: generationSettingsSchema,
  /** Of a candidate that was trained in an account. */
  transform: z
    .object({ instanceType: instanceTypeSchema.refine(servesTransform) })
    .nullable()
    .default(null),
})
export type BatchRequest = z.infer<typeof batchRequestSchema>
