/** What a training run will take, reckoned before it starts from a few measured steps. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'

export const memoryShortageSchema = z.object({
  /** Bytes. */
  needed: z.number(),
  available: z.number(),
  /** The mildest change that fits. */
  advice: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('length'), length: z.number().int().positive() }),
    z.object({ kind: z.literal('lora') }),
    z.object({ kind: z.literal('smallerModel') }),
  ]),
})
export type MemoryShortage = z.infer<typeof memoryShortageSchema>

export const runEstimateSchema = z.object({
  steps: z.number().int(),
  /** Null: the computer was busy with another training, or the run would not fit. */
  seconds: z.object({ low: z.number(), high: z.number() }).nullable(),
  memoryBytes: z.number(),
  freeMemoryBytes: z.number(),
  diskBytes: z.number(),
  freeDiskBytes: z.number(),
  /** Examples that are longer than the limit and will be cut. */
  shortenedExamples: z.number().int(),
  shortage: memoryShortageSchema.nullable(),
})
export type RunEstimate = z.infer<typeof runEstimateSchema>

/** One per base model of a request, in its order. */
export const candidateEstimateSchema = z.object({
  baseModelId: z.string(),
  estimate: runEstimateSchema.nullable(),
  failure: appErrorDataSchema.nullable(),
})
export type CandidateEstimate = z.infer<typeof candidateEstimateSchema>
