/** What this computer's trainings compute with, and what was tried before. */
import { z } from 'zod'

export const trainingDeviceSchema = z.object({
  provider: z.enum(['cuda', 'dml', 'coreml', 'webgpu', 'cpu']),
  /** Other devices that were tried and are not used. */
  rejected: z.array(
    z.object({
      provider: z.string(),
      outcome: z.enum(['unavailable', 'wrong', 'slower', 'crashed']),
      detail: z.string(),
    }),
  ),
})
export type TrainingDevice = z.infer<typeof trainingDeviceSchema>
