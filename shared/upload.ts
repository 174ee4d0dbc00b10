/** A file on its way into a workspace's bucket. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'

export const uploadSchema = z.object({
  id: z.string(),
  workspaceId: z.string(),
  name: z.string(),
  bucket: z.string(),
  key: z.string(),
  sizeBytes: z.number().int(),
  sentBytes: z.number().int(),
  /** interrupted: Timbre ended while it was sent. */
  state: z.enum(['sending', 'paused', 'interrupted', 'completed', 'failed']),
  /** Of the last seconds; null while nothing is sent. */
  bytesPerSecond: z.number().nullable(),
  /** Nothing had to be sent: the same content was there. */
  wasThere: z.boolean(),
  failure: appErrorDataSchema.nullable(),
  createdAtMs: z.number(),
})
export type Upload = z.infer<typeof uploadSchema>
