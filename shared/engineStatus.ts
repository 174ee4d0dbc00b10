/** The local engine as the window sees it. */
import { z } from 'zod'

export const engineStatusSchema = z.object({
  state: z.enum(['starting', 'running', 'stopped', 'failed']),
  /** Why it failed, English; null otherwise. */
  reason: z.string().nullable(),
  /** Loopback address, null unless running. */
  endpoint: z.string().nullable(),
})
export type EngineStatus = z.infer<typeof engineStatusSchema>
