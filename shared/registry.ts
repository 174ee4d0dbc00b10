/** The Model Registry: groups of versions, each with what it was made of, how good it is, and who approved it. */
import { z } from 'zod'

export const approvalSchema = z.enum(['PendingManualApproval', 'Approved', 'Rejected'])
export type Approval = z.infer<typeof approvalSchema>

/** As SageMaker takes them. */
export const groupNameSchema = z
  .string()
  .trim()
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)

export const packageGroupSchema = z.object({
  name: z.string(),
  description: z.string(),
  createdAtMs: z.number(),
})
export type PackageGroup = z.infer<typeof packageGroupSchema>

export const registeredVersionSchema = z.object({
  arn: z.string(),
  groupName: z.string(),
  version: z.number().int(),
  description: z.string(),
  status: z.string(),
  approval: approvalSchema,
  /** Why it was approved or rejected; and what was said of it. */
  comment: z.string(),
  /** Base model, data, settings and results, by name. */
  facts: z.record(z.string(), z.string()),
  /** Address of the metrics in S3; null: none were registered. */
  metricsUri: z.string().nullable(),
  modelUri: z.string().nullable(),
  image: z.string().nullable(),
  /** JSON as SageMaker's model cards have it; null: none. */
  card: z.string().nullable(),
  createdAtMs: z.number(),
})
export type RegisteredVersion = z.infer<typeof registeredVersionSchema>

export const registerRequestSchema = z.object({
  candidateId: z.string(),
  /** One that is there, or a new one. */
  groupName: groupNameSchema,
  description: z.string().trim().max(1000),
  intendedUse: z.string().trim().max(2000).default(''),
})
export type RegisterRequest = z.infer<typeof registerRequestSchema>

/** As a group is called by itself: after its model. */
export function suggestedGroupName(modelName: string): string {
  const slug = modelName
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '')
  return slug || 'timbre-model'
}

/** SageMaker's metadata takes letters, digits, space and a few signs; everything else becomes a space. */
export function metadataValue(text: string): string {
  return (
    text
      .replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, ' ')
      .trim()
      .slice(0, 256) || '-'
  )
}
