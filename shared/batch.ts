/** A file of prompts that a model answers one by one. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'
import { generationSettingsSchema, speakerSchema } from './playground.ts'

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
})
export type BatchRequest = z.infer<typeof batchRequestSchema>
