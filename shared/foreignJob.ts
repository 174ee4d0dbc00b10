/** A job in an account that Timbre did not start. */
import { z } from 'zod'

export const foreignJobSchema = z.object({
  jobName: z.string(),
  kind: z.enum(['training', 'autoML']),
  /** As AWS says it. */
  status: z.string(),
  createdAtMs: z.number(),
})
export type ForeignJob = z.infer<typeof foreignJobSchema>
