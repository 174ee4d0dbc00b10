/** What a workspace needs before anything can be trained in it, checked one by one. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'

export const setupCheckNames = [
  'identity',
  'role',
  'bucket',
  'privacy',
  'permissions',
  'rolePermissions',
] as const
export const setupCheckSchema = z.object({
  name: z.enum(setupCheckNames),
  /** missing: something is to be done. unknown: it may be fine, but these credentials may not look. */
  state: z.enum(['ok', 'missing', 'unknown']),
  /** What was found: an account, a role, a bucket. */
  subject: z.string(),
  /** Actions that are not allowed, the most needed first. */
  missingActions: z.array(z.string()),
  error: appErrorDataSchema.nullable(),
})
export type SetupCheck = z.infer<typeof setupCheckSchema>

export const setupReportSchema = z.object({
  workspaceId: z.string(),
  account: z.string().nullable(),
  callerArn: z.string().nullable(),
  bucket: z.string().nullable(),
  checks: z.array(setupCheckSchema),
  /** As JSON, for an administrator; made for this region, bucket, role and key. */
  policies: z.array(
    z.object({
      name: z.enum(['user', 'executionRole', 'executionTrust', 'schedulerRole', 'schedulerTrust']),
      json: z.string(),
    }),
  ),
  checkedAtMs: z.number(),
})
export type SetupReport = z.infer<typeof setupReportSchema>

export const trustingRoleSchema = z.object({ name: z.string(), arn: z.string() })
export type TrustingRole = z.infer<typeof trustingRoleSchema>
