/** A split as it is asked for, and what it would give. */
import { z } from 'zod'
import { columnRolesSchema } from '../dataset.ts'
import { appErrorDataSchema } from '../errors.ts'
import { sampleRowsSchema, splitPlanSchema } from './splitChoice.ts'

/** What decides which row goes where. */
export const splitRequestSchema = z.object({
  datasetId: z.string(),
  columns: columnRolesSchema,
  validationFraction: z.number().min(0.05).max(0.5),
  splitSeed: z.number().int().min(0).max(2147483647),
  split: splitPlanSchema.optional(),
  /** So many rows, picked with the seed, for a quick trial; all when null or left out. */
  sampleRows: sampleRowsSchema.optional(),
})
export type SplitRequest = z.infer<typeof splitRequestSchema>

export const splitPreviewSchema = z.object({
  trainingCount: z.number().int(),
  validationCount: z.number().int(),
  /** Of the training rows, once; an estimate. */
  trainingTokens: z.number().int(),
  /** Groups, topics or sets of similar questions; null where there are none. */
  groupCount: z.number().int().nullable(),
  /** Validation rows whose question stands among the training rows, word for word or nearly. */
  leakage: z.object({
    same: z.number().int(),
    similar: z.number().int(),
    /** Whether `withoutLeakage` leaves rows on both sides. */
    isAvoidable: z.boolean(),
    examples: z.array(
      z.object({
        validation: z.string(),
        training: z.string(),
        /** The validation row's number in the grid, of the dataset that it is in, and its line in the file. */
        row: z.number().int().positive(),
        /** Null for a row that was added by hand. */
        line: z.number().int().positive().nullable(),
      }),
    ),
  }),
  /** What each part is about: rows of each topic on either side, the largest topics first. */
  topics: z.array(
    z.object({
      label: z.array(z.string()),
      training: z.number().int(),
      validation: z.number().int(),
    }),
  ),
  /** Rows whose topics were looked at; the counts are estimates where there are more. */
  topicRowCount: z.number().int(),
})
export type SplitPreview = z.infer<typeof splitPreviewSchema>

/** A failure is part of the answer: a plan that does not fit the data is no accident. */
export const splitAnswerSchema = z.union([
  z.object({ preview: splitPreviewSchema }),
  z.object({ failure: appErrorDataSchema }),
])
